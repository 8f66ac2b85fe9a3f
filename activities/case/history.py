"""The books of goods (RES-1): which remedy has which pieces of an order, over all its cases (docs/eligibility.md)."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import bindparam
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.carries_out import carries_out
from activities.money.refund_parts import lock_order
from adapters.database.engine import Database, execute, upsert
from adapters.database.history import item_reservations, read_history
from models.activities import RECALL, RELEASE_GOODS, TAKE_GOODS
from models.case.activities import Recall, ReleaseItems, ReserveItems, Taken
from models.case.history import OrderHistory
from models.case.state import CaseState
from models.common.lines import LineQuantity
from models.common.vocabulary import Stage
from models.tables.goods import ItemReservationRow
from rules.money.goods import counted, history_of, with_the_customer_again

_RELEASE = update(ItemReservationRow).where(
    col(ItemReservationRow.case_id) == bindparam("of_case"), col(ItemReservationRow.released).is_(False)
)
_RELEASE_ONE = _RELEASE.where(col(ItemReservationRow.remedy_id) == bindparam("of_remedy")).values(released=True)
_RELEASE_LOST = _RELEASE.where(col(ItemReservationRow.remedy_id).not_in(bindparam("there", expanding=True))).values(released=True)


class HistoryActivities:
    """What all cases of an order share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @carries_out(RECALL)
    async def recall(self, request: Recall) -> OrderHistory:
        """What other cases took and gave."""
        async with self._database.reading() as session:
            return history_of(await read_history(session, request), request.currency, request.at)

    @carries_out(TAKE_GOODS)
    async def take_goods(self, request: ReserveItems) -> Taken:
        """Keep the pieces for the remedy, or say that too few are left. Either all of them or none."""
        async with self._database.writing() as session:
            await lock_order(session, request.order_id)
            rows = await item_reservations(session, request.order_id)
            ours = [row for row in rows if (row.case_id, row.remedy_id) == (request.case_id, request.remedy_id)]
            bought, wanted = counted(request.order_lines), counted(request.lines or request.order_lines)
            if ours:
                if _pieces(ours) == wanted:
                    return Taken()
                await _release(session, request.case_id, request.remedy_id)  # a task that was lost had settled on others
            taken = _pieces(row for row in rows if row not in ours)
            if any(quantity > bought[line_id] - taken[line_id] for line_id, quantity in wanted.items()):
                return Taken(denied="not_enough_left")
            for line_id, quantity in wanted.items():
                await upsert(session, ItemReservationRow, _row(request, line_id, quantity))
            return Taken()

    @carries_out(RELEASE_GOODS)
    async def release_goods(self, request: ReleaseItems) -> None:
        """Give the remedy's pieces back; what is given back already stays so."""
        async with self._database.writing() as session:
            await _release(session, request.case_id, request.remedy_id)


def _pieces(rows: Iterable[ItemReservationRow]) -> Counter[str]:
    return counted(LineQuantity(line_id=row.line_id, quantity=row.quantity) for row in rows)


async def let_go(session: AsyncSession, case: CaseState) -> None:
    """Release what remedies of the case no longer hold: undone ones, and those whose goods are with the customer again.

    In the end also what was taken for a remedy that never came about, because the workflow task that had settled on it was lost.
    """
    if case.stage is Stage.CLOSED:
        there = [remedy.id for remedy in case.remedies]
        await execute(session, _RELEASE_LOST, of_case=case.case_id, there=there)
    for remedy in case.remedies:
        if with_the_customer_again(remedy):
            await _release(session, case.case_id, remedy.id)


def _row(request: ReserveItems, line_id: str, quantity: int) -> dict[str, object]:
    """A remedy that let its pieces go may take pieces again: then the row is written anew."""
    return {
        "case_id": request.case_id,
        "remedy_id": request.remedy_id,
        "line_id": line_id,
        "order_id": request.order_id,
        "quantity": quantity,
        "released": False,
        "at": request.at,
    }


async def _release(session: AsyncSession, case_id: str, remedy_id: str) -> None:
    await execute(session, _RELEASE_ONE, of_case=case_id, of_remedy=remedy_id)
