"""The tables of credit notes (RES-15): numbers without gaps, documents, and the orders that are due."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent, storable
from models.common.base import stored
from models.money.ledger import Entry
from models.tables.credit_notes import CreditNoteNumberRow, CreditNoteRow
from models.tax.credit_note import CreditNote


async def next_number(session: AsyncSession, merchant_id: str, year: int) -> int:
    """The merchant's next one of that year. Its row stays locked to the end of the transaction; what is undone gives it back."""
    await insert_if_absent(session, CreditNoteNumberRow, {"merchant_id": merchant_id, "year": year, "last": 0})
    row = await session.get_one(CreditNoteNumberRow, (merchant_id, year), with_for_update=True, populate_existing=True)
    row.last += 1
    session.add(row)
    return row.last


def row_of(note: CreditNote, entry: Entry, customer_id: str | None) -> CreditNoteRow:
    return CreditNoteRow(
        note_id=note.note_id,
        entry=entry.key,
        merchant_id=note.base.merchant_id,
        year=note.year,
        sequence=note.sequence,
        order_id=note.base.order_id,
        case_id=entry.case_id,
        customer_id=customer_id,
        gross_minor=note.gross,
        tax_minor=note.tax,
        currency=note.base.currency,
        issued_at=note.issued_at,
        note=storable(note.model_dump(mode="json")),
    )


def note_of(row: CreditNoteRow) -> CreditNote:
    return stored(CreditNote, row.note)


async def of_order(session: AsyncSession, order_id: str) -> Sequence[CreditNoteRow]:
    """The oldest first."""
    asked = select(CreditNoteRow).where(CreditNoteRow.order_id == order_id)
    return (await session.exec(asked.order_by(col(CreditNoteRow.issued_at), col(CreditNoteRow.sequence)))).all()
