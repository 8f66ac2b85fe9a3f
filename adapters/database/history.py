"""The books of goods and money, read about one order and its customer (RES-1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Executable, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import execute
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
    others: dict[str, Any] = {"case_id": request.case_id, "customer_id": request.customer_id, "since": since}
    return replace(
        await read_history_of_order(session, request),
        of_customer=_states(await execute(session, _OF_CUSTOMER, **others)),
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
        of_order=_states(await execute(session, _OF_ORDER, **of_order)),
        of_customer=(),
        given=(),
    )


async def item_reservations(session: AsyncSession, order_id: str) -> Sequence[ItemReservationRow]:
    """Every line that a remedy holds pieces of."""
    rows: Sequence[Any] = (await execute(session, _HELD, order_id=order_id)).all()
    return rows


def _cases(which: ColumnElement[bool]) -> Executable:
    """The newest of them but the asking one, as they were last saved."""
    others = col(CaseRow.case_id) != bindparam("case_id")
    state: Any = CaseRow.state
    return select(state).where(which, others).order_by(col(CaseRow.opened_at).desc()).limit(AT_MOST)


def _states(found: CursorResult[Any]) -> tuple[CaseState, ...]:
    return tuple(CaseState.model_validate(state) for state in found.scalars())


_HELD = select(ItemReservationRow).where(
    col(ItemReservationRow.order_id) == bindparam("order_id"), col(ItemReservationRow.released).is_(False)
)
_MOVED = select(LedgerRow).where(col(LedgerRow.order_id) == bindparam("order_id"), col(LedgerRow.case_id) != bindparam("case_id"))
_OF_ORDER = _cases(col(CaseRow.order_id) == bindparam("order_id"))
_OF_CUSTOMER = _cases((col(CaseRow.customer_id) == bindparam("customer_id")) & (col(CaseRow.opened_at) > bindparam("since")))
_GIVEN = select(RefundPartRow).where(
    col(RefundPartRow.customer_id) == bindparam("customer_id"),
    col(RefundPartRow.case_id) != bindparam("case_id"),
    col(RefundPartRow.intended_at) > bindparam("since"),
    col(RefundPartRow.refund_status).not_in(RefundStatus.refused()),
)
