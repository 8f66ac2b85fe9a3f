"""The books of goods and money, read about one order and its customer (RES-1)."""

from collections.abc import Sequence
from datetime import timedelta

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
NEWEST_FIRST = col(CaseRow.opened_at).desc()


async def read_history(session: AsyncSession, request: Recall) -> Recalled:
    """What every other case of the order and the customer left in the books."""
    against = await _against_customer(session, request)
    return Recalled(
        taken=tuple(
            LineQuantity(line_id=row.line_id, quantity=row.quantity)
            for row in await item_reservations(session, request.order_id)
            if row.case_id != request.case_id
        ),
        moved=await _moved(session, request),
        of_order=await _cases_of_order(session, request),
        cases_of_customer=len(against),
        found_against_customer=sum(against),
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


async def _cases_of_order(session: AsyncSession, request: Recall) -> tuple[CaseState, ...]:
    """The newest of them, as they were last saved."""
    of_order = (col(CaseRow.order_id) == request.order_id) & (col(CaseRow.case_id) != request.case_id)
    asked = select(CaseRow).where(of_order).order_by(NEWEST_FIRST).limit(AT_MOST)
    return tuple(CaseState.model_validate(row.state) for row in (await session.exec(asked)).all())


async def _against_customer(session: AsyncSession, request: Recall) -> Sequence[bool]:
    """Of each of the newest cases that the customer opened lately: whether it was found against them. Their states would cost 2 ms each."""
    lately = (col(CaseRow.customer_id) == request.customer_id) & (col(CaseRow.opened_at) > request.at - LATELY)
    others = lately & (col(CaseRow.case_id) != request.case_id)
    return (await session.exec(select(CaseRow.against_customer).where(others).order_by(NEWEST_FIRST).limit(AT_MOST))).all()


async def _given(session: AsyncSession, request: Recall) -> tuple[Given, ...]:
    asked = select(RefundPartRow.case_id, RefundPartRow.amount_minor, RefundPartRow.currency).where(
        RefundPartRow.customer_id == request.customer_id,
        RefundPartRow.intended_at > request.at - LATELY,
        col(RefundPartRow.refund_status).not_in(RefundStatus.refused()),
    )
    rows = (await session.exec(asked)).all()
    return tuple(
        Given(case_id, Money(minor=minor, currency=currency)) for case_id, minor, currency in rows if case_id != request.case_id
    )
