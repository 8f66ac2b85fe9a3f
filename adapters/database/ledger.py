"""The ledger's table (RES-5): entries in, entries out. What is booked, and when: `rules/money/ledger.py` and `activities/money/refund_parts.py`."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import execute, insert_if_absent, upsert
from models.money.ledger import Entry, EntryKind, Posting
from models.tables.credit_notes import CreditNoteDueRow
from models.tables.money import LedgerRow

_OF_ORDER = select(LedgerRow).where(col(LedgerRow.order_id) == bindparam("order_id")).order_by(LedgerRow.entry, LedgerRow.account)


async def post(session: AsyncSession, at: datetime, *entries: Entry) -> None:
    """Book entries in the transaction of what they belong to. One that is booked already changes nothing.

    What the customer has by a new one gets a credit note (RES-15): its order is due for the loop that makes them.
    """
    rows = [
        {
            "entry": entry.key,
            "account": posting.account,
            "order_id": entry.order_id,
            "case_id": entry.case_id,
            "remedy_id": entry.remedy_id,
            "kind": entry.kind,
            "amount_minor": posting.minor,
            "currency": entry.currency,
            "at": at,
        }
        for entry in entries
        for posting in entry.postings
    ]
    fresh = {str(key) for key, _ in await insert_if_absent(session, LedgerRow, *rows)}
    for order_id in sorted({entry.order_id for entry in entries if entry.key in fresh and entry.credited}):
        await upsert(session, CreditNoteDueRow, {"order_id": order_id, "look_at": at})


async def booked(session: AsyncSession, order_id: str) -> list[tuple[datetime, Entry]]:
    """The order's entries with the time that each was booked at, the oldest first."""
    rows: Sequence[Any] = (await execute(session, _OF_ORDER, order_id=order_id)).all()
    entries = [(group[0].at, _entry(group)) for group in (list(rows) for _, rows in groupby(rows, lambda row: row.entry))]
    kinds = list(EntryKind)
    return sorted(entries, key=lambda known: (known[0], kinds.index(known[1].kind), known[1].key))


def _entry(rows: Sequence[LedgerRow]) -> Entry:
    row = rows[0]
    return Entry(
        key=row.entry,
        kind=EntryKind(row.kind),
        order_id=row.order_id,
        case_id=row.case_id,
        remedy_id=row.remedy_id,
        currency=row.currency,
        postings=tuple(Posting(account=each.account, minor=each.amount_minor) for each in rows),
    )
