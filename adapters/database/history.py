"""The books of goods and money, read about one order and its customer (RES-1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import execute
from models.case.activities import Recall
from models.case.recalled import Given, Moved, Recalled
from models.case.state import CaseState
from models.common.base import Money, stored
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
    others: dict[str, Any] = {"case_id": request.case_id, "customer_id": request.customer_id, "since": request.at - LATELY}
    against: Sequence[bool] = (await execute(session, _AGAINST, **others)).scalars().all()
    return replace(
        await read_history_of_order(session, request),
        cases_of_customer=len(against),
        found_against_customer=sum(against),
        given=tuple(
            Given(row.case_id, Money(minor=row.amount_minor, currency=row.currency))
            for row in await execute(session, _GIVEN, **others)
        ),
    )


async def read_history_of_order(session: AsyncSession, request: Recall) -> Recalled:
    """What other cases of the order left in its books; nothing of the customer's other orders."""
    of_order: dict[str, Any] = {"case_id": request.case_id, "order_id": request.order_id}
    return Recalled(
        taken=tuple(
            LineQuantity(line_id=row.line_id, quantity=row.quantity)
            for row in await item_reservations(session, request.order_id)
            if row.case_id != request.case_id
        ),
        moved=tuple(
            Moved(EntryKind(row.kind), row.account, row.amount_minor, row.entry.removeprefix(f"{row.kind}."))
            for row in await execute(session, _MOVED, **of_order)
        ),
        of_order=tuple(stored(CaseState, state) for state in (await execute(session, _OF_ORDER, **of_order)).scalars()),
        cases_of_customer=0,
        found_against_customer=0,
        given=(),
    )


async def item_reservations(session: AsyncSession, order_id: str) -> Sequence[ItemReservationRow]:
    """Every line that a remedy holds pieces of."""
    rows: Sequence[Any] = (await execute(session, _HELD, order_id=order_id)).all()
    return rows


_STATE: Any = CaseRow.state
_OTHERS = col(CaseRow.case_id) != bindparam("case_id")
_NEWEST_FIRST = col(CaseRow.opened_at).desc()

_HELD = select(ItemReservationRow).where(
    col(ItemReservationRow.order_id) == bindparam("order_id"), col(ItemReservationRow.released).is_(False)
)
_MOVED = select(LedgerRow).where(col(LedgerRow.order_id) == bindparam("order_id"), col(LedgerRow.case_id) != bindparam("case_id"))
_OF_ORDER = select(_STATE).where(_OTHERS, col(CaseRow.order_id) == bindparam("order_id")).order_by(_NEWEST_FIRST).limit(AT_MOST)
_AGAINST = (
    select(CaseRow.against_customer)
    .where(_OTHERS, col(CaseRow.customer_id) == bindparam("customer_id"), col(CaseRow.opened_at) > bindparam("since"))
    .order_by(_NEWEST_FIRST)
    .limit(AT_MOST)
)
"""Whether a case was found against the customer: their states would cost 2 ms each."""
_GIVEN = select(RefundPartRow).where(
    col(RefundPartRow.customer_id) == bindparam("customer_id"),
    col(RefundPartRow.case_id) != bindparam("case_id"),
    col(RefundPartRow.intended_at) > bindparam("since"),
    col(RefundPartRow.refund_status).not_in(RefundStatus.refused()),
)
