"""What the books know of an order from all its cases (RES-1): who took which pieces, and what was given (docs/eligibility.md)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.money import booked, lock_order
from adapters.database import Database, upsert
from models.books import MoneyRow
from models.case import CaseState
from models.effects import Recall, ReleaseGoods, TakeGoods, Taken
from models.history import OrderHistory
from models.lines import LineQuantity
from models.tables import CaseRow
from models.takings import TakingRow
from models.vocabulary import Issue, Party, Reimbursement
from rules.goods import counted, given_by, given_by_line, with_the_customer_again

LATELY = timedelta(days=90)
AT_MOST = 200
"""Cases that are looked at; nobody's record needs more of them to be told apart."""


class HistoryActivities:
    """The books of goods, shared by all cases of an order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="recall")
    async def recall(self, request: Recall) -> OrderHistory:
        """What other cases took and gave."""
        async with self._database.reading() as session:
            return await history_of(session, request)

    @activity.defn(name="take_goods")
    async def take_goods(self, request: TakeGoods) -> Taken:
        """Keep the pieces for the remedy, or say that too few are left. Either all of them or none."""
        async with self._database.writing() as session:
            await lock_order(session, request.order_id)
            rows = await _takings(session, request.order_id)
            if any((row.case_id, row.remedy_id) == (request.case_id, request.remedy_id) for row in rows):
                return Taken()
            bought, wanted = counted(request.order_lines), counted(request.lines or request.order_lines)
            taken = _pieces(rows)
            if any(quantity > bought[line_id] - taken[line_id] for line_id, quantity in wanted.items()):
                return Taken(denied="not_enough_left")
            for line_id, quantity in wanted.items():
                await upsert(session, TakingRow, _row(request, line_id, quantity))
            return Taken()

    @activity.defn(name="release_goods")
    async def release_goods(self, request: ReleaseGoods) -> None:
        """Give the remedy's pieces back; what is given back already stays so."""
        async with self._database.writing() as session:
            await _release(session, request.case_id, request.remedy_id)


async def let_go(session: AsyncSession, case: CaseState) -> None:
    """Release what remedies of the case no longer hold: undone ones, and those whose goods are with the customer again."""
    for remedy in case.remedies:
        if with_the_customer_again(remedy):
            await _release(session, case.case_id, remedy.id)


async def history_of(session: AsyncSession, request: Recall) -> OrderHistory:
    """What our books know of the order and its customer, but for the asking case."""
    rows = await _takings(session, request.order_id)
    taken = _pieces(row for row in rows if row.case_id != request.case_id)
    entries = [entry for _, entry in await booked(session, request.order_id)]
    refunded, coupons = given_by(entry for entry in entries if entry.case_id not in {None, request.case_id})
    since = request.at - LATELY
    of_order = await _others(session, request, col(CaseRow.order_id) == request.order_id)
    lately = (col(CaseRow.customer_id) == request.customer_id) & (col(CaseRow.opened_at) > since)
    of_customer = await _others(session, request, lately)
    money = await _refunds(session, request, since)
    return OrderHistory(
        taken=tuple(LineQuantity(line_id=line_id, quantity=quantity) for line_id, quantity in sorted(taken.items())),
        given_minor=refunded + coupons,
        refunded_minor=refunded,
        given=given_by_line(of_order),
        cases_of_order=len(of_order),
        cases_of_customer=len(of_customer),
        refunds_of_customer=len({row.case_id for row in money}),
        refunded_to_customer_minor=sum(row.amount_minor for row in money if row.currency == request.currency),
        found_against_customer=sum(_claimed_wrongly(case) for case in of_customer),
    )


async def _takings(session: AsyncSession, order_id: str) -> Sequence[TakingRow]:
    standing = select(TakingRow).where(TakingRow.order_id == order_id, col(TakingRow.released).is_(False))
    return (await session.exec(standing)).all()


def _pieces(rows: Iterable[TakingRow]) -> Counter[str]:
    pieces = Counter[str]()
    for row in rows:
        pieces[row.line_id] += row.quantity
    return pieces


def _row(request: TakeGoods, line_id: str, quantity: int) -> dict[str, object]:
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
    theirs = (col(TakingRow.case_id) == case_id) & (col(TakingRow.remedy_id) == remedy_id)
    await session.exec(update(TakingRow).where(theirs, col(TakingRow.released).is_(False)).values(released=True))


async def _others(session: AsyncSession, request: Recall, which: ColumnElement[bool]) -> list[CaseState]:
    """The newest cases of them, but for the asking one, as they were last saved."""
    asked = select(CaseRow).where(which).order_by(col(CaseRow.opened_at).desc()).limit(AT_MOST)
    if request.case_id is not None:
        asked = asked.where(CaseRow.case_id != request.case_id)
    return [CaseState.model_validate(row.state) for row in (await session.exec(asked)).all()]


async def _refunds(session: AsyncSession, request: Recall, since: datetime) -> Sequence[MoneyRow]:
    given = select(MoneyRow).where(
        MoneyRow.customer_id == request.customer_id,
        MoneyRow.intended_at > since,
        MoneyRow.reimbursement != Reimbursement.FAILED,
    )
    return [row for row in (await session.exec(given)).all() if row.case_id != request.case_id]


def _claimed_wrongly(case: CaseState) -> bool:
    """A return without a reason is nobody's fault, whoever pays its freight."""
    against = case.finding is not None and case.finding.party is Party.CUSTOMER
    return against and case.issue is not Issue.NO_REASON_RETURN
