"""Our books compared with the payment provider's and the carriers', order by order (docs/money.md). Safe to repeat at any point."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import union
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity
from temporalio.service import RPCError, RPCStatusCode

from activities.differences import Recorded, close_gone, record, to_people
from activities.errors import to_temporal
from activities.money import lock_order, part_of
from adapters.database import Database
from adapters.ledger import booked, post
from adapters.protocols import PaymentProvider
from adapters.returns import ReturnPartners
from models.books import LedgerRow, MoneyRow
from models.case import CaseState
from models.differences import DifferenceRow
from models.errors import PartnerError
from models.ledger import Entry
from models.partners import Notice, Payment
from models.policy import Policy
from models.reconciliation import DifferenceKind, DifferenceState, Finding, PageReport, ReconcilePage, Scope, Word
from models.replacements import ReplacementStage
from models.return_tables import ReturnRow
from models.returns import ReturnStage
from models.tables import CaseRow
from models.vocabulary import ErrorType, Stage
from rules import ledger
from rules.reconciliation import MOVING, Books, Limits, Part, Road, in_goods, in_money
from rules.return_outcome import status_of
from rules.texts import Texts

TRIES = 3
"""An answer that nobody can read is asked for so often before it is a difference itself."""
ON_THE_ROAD = (ReturnStage.AWAITING, ReturnStage.IN_TRANSIT, ReturnStage.RECEIVED, ReturnStage.SENDING_BACK)


@dataclass
class Compared:
    """What was found on one order; `whole`: whose books could be read."""

    order_id: str
    findings: list[Finding] = field(default_factory=list[Finding])
    whole: set[Scope] = field(default_factory=set[Scope])


class ReconciliationActivities:
    """Asks the partners, writes differences, and tells the cases that can take them in by themselves."""

    def __init__(
        self,
        database: Database,
        texts: Texts,
        policy: Policy,
        *,
        payment: PaymentProvider,
        carriers: ReturnPartners,
    ) -> None:
        self._database = database
        self._texts = texts
        self._policy = policy
        self._payment = payment
        self._carriers = carriers

    @activity.defn(name="reconcile_page")
    async def reconcile_page(self, request: ReconcilePage) -> PageReport:
        """Compare the next orders. A retry goes on behind the order that was done last."""
        policy = self._policy.reconciliation
        before: list[Any] = list(activity.info().heartbeat_details)
        report = PageReport.model_validate(before[0]) if before else PageReport(after=request.after)
        left = policy.page - report.orders
        orders = await self._orders(report.after, request.at, left)
        for order_id in orders:
            try:
                done = await self._reconcile(order_id, request.at)
            except PartnerError as error:
                raise to_temporal(error, insist=True) from error
            report = report.plus(done.model_copy(update={"after": order_id}))
            activity.heartbeat(report.model_dump(mode="json"))
            await asyncio.sleep(policy.pause.total_seconds())
        return report if len(orders) == left else report.model_copy(update={"after": None})

    async def _orders(self, after: str | None, at: datetime, limit: int) -> Sequence[str]:
        """With money or goods on the way, changed lately, or with a difference that is open; by their ids."""
        since = at - self._policy.reconciliation.lookback
        resolving = (Stage.RESOLUTION.value, Stage.FOLLOW_UP.value)
        every = union(
            select(MoneyRow.order_id).where(
                col(MoneyRow.reimbursement).in_([state.value for state in MOVING]) | (col(MoneyRow.updated_at) >= since)
            ),
            select(LedgerRow.order_id).where(col(LedgerRow.at) >= since),
            select(ReturnRow.order_id).where(col(ReturnRow.stage).in_([stage.value for stage in ON_THE_ROAD])),
            select(CaseRow.order_id).where(col(CaseRow.stage).in_(resolving), col(CaseRow.order_id).is_not(None)),
            select(DifferenceRow.order_id).where(DifferenceRow.state == DifferenceState.OPEN),
        ).subquery()
        asked = select(every.c.order_id).order_by(every.c.order_id).limit(limit)
        if after is not None:
            asked = asked.where(every.c.order_id > after)
        async with self._database.reading() as session:
            return (await session.exec(asked)).all()

    async def _reconcile(self, order_id: str, at: datetime) -> PageReport:
        compared, cases = Compared(order_id), await self._cases(order_id)
        recorded: list[Recorded] = await self._money(compared, cases, at)
        recorded += await self._goods(compared, cases, at)
        healed = [known.id for known in recorded if known.word and not known.told and await _tell(known, known.word, at)]
        async with self._database.writing() as session:
            people = await to_people(session, recorded, healed, at, texts=self._texts, language=self._policy.languages.platform)
            solved = await close_gone(session, order_id, {known.id for known in recorded}, compared.whole, at)
        standing = [known for known in recorded if not known.accepted]
        return PageReport(
            orders=1,
            found=len(standing),
            fresh=sum(known.fresh for known in standing),
            told=len(healed),
            for_people=people,
            solved=solved,
        )

    async def _cases(self, order_id: str) -> Sequence[CaseRow]:
        async with self._database.reading() as session:
            of_order = select(CaseRow).where(CaseRow.order_id == order_id).order_by(col(CaseRow.opened_at).desc())
            return (await session.exec(of_order)).all()

    async def _money(self, compared: Compared, cases: Sequence[CaseRow], at: datetime) -> list[Recorded]:
        """The ledger learns what the provider tells, in the transaction that writes the differences down."""
        order_id, merchant_id = compared.order_id, next((row.merchant_id for row in cases if row.merchant_id), None)
        try:
            payments = await self._payment.payments(order_id, merchant_id)
        except PartnerError as error:
            findings = [_unreadable(DifferenceKind.MONEY_UNREADABLE, order_id, error)]
            async with self._database.writing() as session:
                return await record(session, findings, cases, at)
        async with self._database.writing() as session:
            await lock_order(session, order_id)
            entries = [entry for _, entry in await booked(session, order_id)]
            findings = await self._of_money(session, order_id, payments, entries, at)
            await post(session, at, *ledger.seen(order_id, payments, entries))
            compared.whole.add(Scope.MONEY)
            return await record(session, findings, cases, at)

    async def _of_money(
        self, session: AsyncSession, order_id: str, payments: Sequence[Payment], entries: Sequence[Entry], at: datetime
    ) -> list[Finding]:
        rows = (await session.exec(select(MoneyRow).where(MoneyRow.order_id == order_id))).all()
        parts = [Part(part_of(row), row.case_id, row.updated_at) for row in rows]
        outside = select(DifferenceRow.subject).where(
            DifferenceRow.order_id == order_id, DifferenceRow.kind == DifferenceKind.REFUND_OUTSIDE
        )
        reported = frozenset((await session.exec(outside)).all())
        return list(in_money(order_id, payments, Books(parts, entries, reported), self._limits(at)))

    async def _goods(self, compared: Compared, cases: Sequence[CaseRow], at: datetime) -> list[Recorded]:
        """Parcels of returns and replacements, each by its number."""
        async with self._database.reading() as session:
            on_the_road = col(ReturnRow.stage).in_([stage.value for stage in ON_THE_ROAD])
            returns = (await session.exec(select(ReturnRow).where(ReturnRow.order_id == compared.order_id, on_the_road))).all()
        roads = [road for row in returns if (road := _road_of(row)) is not None]
        roads += [road for row in cases if row.stage != Stage.CLOSED for road in _roads_of(row)]
        findings: list[Finding] = []
        compared.whole.add(Scope.GOODS)
        for road in roads:
            try:
                parcel = await self._carriers.parcel(road.tracking)
            except PartnerError as error:
                findings.append(_unreadable(DifferenceKind.PARCEL_UNREADABLE, compared.order_id, error))
                compared.whole.discard(Scope.GOODS)
                break
            told = status_of(parcel.status, self._policy.returns)[0] if parcel else None
            findings += in_goods(road, told, parcel, self._limits(at))
        async with self._database.writing() as session:
            return await record(session, findings, cases, at)

    def _limits(self, at: datetime) -> Limits:
        policy = self._policy.reconciliation
        return Limits(at, policy.grace, policy.overdue)


def _unreadable(kind: DifferenceKind, order_id: str, error: PartnerError) -> Finding:
    """Raises the error again while it may pass."""
    passing = error.type is ErrorType.PARTNER_UNAVAILABLE
    if passing or (not error.permanent and activity.info().attempt < TRIES):
        raise error
    return Finding(kind=kind, order_id=order_id, subject=kind.scope.value, theirs={"words": str(error)})


def _road_of(row: ReturnRow) -> Road | None:
    """The parcel that is to move next; before the customer sent it, only a label's or pick-up's is known."""
    back = row.stage == ReturnStage.SENDING_BACK
    tracking = row.sent_back_tracking if back else row.tracking
    if tracking is None:
        return None
    sent, come = row.stage != ReturnStage.AWAITING, row.stage == ReturnStage.RECEIVED
    return Road(row.workflow_id, row.case_id, row.order_id, tracking, sent=sent, come=come, since=row.updated_at)


def _roads_of(row: CaseRow) -> Iterable[Road]:
    for remedy in CaseState.model_validate(row.state).remedies:
        state = remedy.replacement
        if state is not None and state.tracking is not None and row.order_id is not None:
            come = state.stage is ReplacementStage.DELIVERED
            yield Road(state.workflow_id, row.case_id, row.order_id, state.tracking, sent=True, come=come, since=row.updated_at)


async def _tell(known: Recorded, word: Word, at: datetime) -> bool:
    """Give the case, return or replacement the notice that it missed; False: it runs no more, or never did."""
    notice = Notice(
        notice_id=f"reconciled.{known.id}.{at:%Y%m%d%H%M%S}", partner=word.partner, kind=word.kind, payload=word.payload
    )
    try:
        await activity.client().get_workflow_handle(word.workflow_id).signal("notice", notice)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
