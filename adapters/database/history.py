"""The books of goods and money, read about one order and its customer (RES-1)."""

from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.case.activities import Recall
from models.case.recalled import Given, Moved, Recalled
from models.case.state import CaseState
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import RefundStatus
from models.money.ledger import EntryKind
from models.tables.case import CaseRow
from models.tables.goods import ItemReservationRow
from models.tables.money import LedgerRow, RefundPartRow

LATELY = timedelta(days=90)
AT_MOST = 200
"""Cases that are looked at; nobody's record needs more of them to be told apart."""


async def read_history(session: AsyncSession, request: Recall) -> Recalled:
    """What every other case of the order and the customer left in the books."""
    since = request.at - LATELY
    lately = (col(CaseRow.customer_id) == request.customer_id) & (col(CaseRow.opened_at) > since)
    return Recalled(
        taken=tuple(
            LineQuantity(line_id=row.line_id, quantity=row.quantity)
            for row in await item_reservations(session, request.order_id)
            if row.case_id != request.case_id
        ),
        moved=await _moved(session, request),
        of_order=await _cases(session, request, col(CaseRow.order_id) == request.order_id),
        of_customer=await _cases(session, request, lately),
        given=await _given(session, request),
    )


async def item_reservations(session: AsyncSession, order_id: str) -> list[ItemReservationRow]:
    """Every line that a remedy holds pieces of."""
    held = select(ItemReservationRow).where(ItemReservationRow.order_id == order_id, col(ItemReservationRow.released).is_(False))
    return list((await session.exec(held)).all())


async def _moved(session: AsyncSession, request: Recall) -> tuple[Moved, ...]:
    asked = select(LedgerRow).where(LedgerRow.order_id == request.order_id, col(LedgerRow.case_id).is_not(None))
    rows = (await session.exec(asked)).all()
    return tuple(
        Moved(EntryKind(row.kind), row.account, row.amount_minor, row.entry.removeprefix(f"{row.kind}."))
        for row in rows
        if row.case_id != request.case_id
    )


async def _cases(session: AsyncSession, request: Recall, which: ColumnElement[bool]) -> tuple[CaseState, ...]:
    """The newest of them, as they were last saved."""
    asked = select(CaseRow).where(which).order_by(col(CaseRow.opened_at).desc()).limit(AT_MOST)
    rows = (await session.exec(asked)).all()
    return tuple(CaseState.model_validate(row.state) for row in rows if row.case_id != request.case_id)


async def _given(session: AsyncSession, request: Recall) -> tuple[Given, ...]:
    asked = select(RefundPartRow).where(
        RefundPartRow.customer_id == request.customer_id,
        RefundPartRow.intended_at > request.at - LATELY,
        col(RefundPartRow.refund_status).not_in(RefundStatus.refused()),
    )
    rows = (await session.exec(asked)).all()
    return tuple(
        Given(row.case_id, Money(minor=row.amount_minor, currency=row.currency)) for row in rows if row.case_id != request.case_id
    )
