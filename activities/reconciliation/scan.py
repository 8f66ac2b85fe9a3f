"""Scans: our books compared with the partners', order after order, and people told (docs/money.md). Safe to repeat at any point."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import union
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity
from temporalio.service import RPCError, RPCStatusCode

from activities.kit.carries_out import carries_out
from activities.kit.errors import to_temporal
from activities.reconciliation.chargebacks import take_in_missed
from activities.reconciliation.compare import ON_THE_ROAD, TRIES, Compared, Comparison
from activities.reconciliation.differences import Recorded, close_gone, close_scan, record, standing, to_people
from adapters.database.engine import Database
from adapters.partners.protocols import Chargebacks
from models.activities import END_SCAN, RECONCILE_PAGE, REPORT_DIFFERENCE
from models.common.base import stored
from models.common.errors import PartnerError
from models.common.partners import Notice
from models.common.vocabulary import RefundStatus, Stage
from models.policy.policy import Policy
from models.reconciliation.difference import (
    DifferenceKind,
    DifferenceState,
    Finding,
    Missed,
    PageReport,
    ReconcilePage,
    Reported,
    ScanEnd,
    Word,
)
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from models.tables.money import LedgerRow, RefundPartRow
from models.tables.reconciliation import DifferenceRow
from models.tables.returns import ReturnRow
from rules.notifications.texts import Texts


class ReconciliationActivities:
    """Writes differences, and tells the cases that can take them in by themselves, or else the supervisors."""

    def __init__(
        self,
        database: Database,
        texts: Texts,
        policy: Policy,
        comparison: Comparison,
        chargebacks: Mapping[str, Chargebacks] | None = None,
    ) -> None:
        self._database = database
        self._texts = texts
        self._policy = policy.reconciliation
        self._chargebacks = chargebacks or {}
        self._lookback_of_chargebacks = policy.chargebacks.lookback
        self._locales = policy.languages.own
        self._comparison = comparison

    @carries_out(RECONCILE_PAGE)
    async def reconcile_page(self, request: ReconcilePage) -> PageReport:
        """Compare the next orders. A retry goes on behind the order that was done last."""
        before: list[Any] = list(activity.info().heartbeat_details)
        report = stored(PageReport, before[0]) if before else PageReport(after=request.after)
        if request.after is None and not before:
            since = request.at - self._lookback_of_chargebacks
            await take_in_missed(self._database, self._chargebacks, since, request.at)
        left = self._policy.page - report.orders
        orders = await self._orders(request, report.after, left)
        for order_id in orders:
            done = await self._order(order_id, request)
            report = report.plus(done.model_copy(update={"after": order_id}))
            activity.heartbeat(report.model_dump(mode="json"))
            await asyncio.sleep(self._policy.pause.total_seconds())
        return report if len(orders) == left else report.model_copy(update={"after": None})

    @carries_out(END_SCAN)
    async def end_scan(self, end: ScanEnd) -> PageReport:
        """Tell the supervisors what the scan could not see, once a scan; what was said of the one before is over."""
        async with self._database.writing() as session:
            recorded = await record(session, _of_scan(end), (), end.at, self._policy.decide_within)
            people = await self._ask(session, recorded, (), end.at)
            solved = 0 if end.failed else await close_scan(session, {known.id for known in recorded}, end.at)
            found = await standing(session, end.at)
        fresh = sum(known.fresh for known in recorded)
        return PageReport(found=found, fresh=fresh, for_people=people, solved=solved)

    @carries_out(REPORT_DIFFERENCE)
    async def report_difference(self, reported: Reported) -> None:
        """A difference that a case comes upon: the supervisors' task at once, the same row for the scans that find it again."""
        async with self._database.writing() as session:
            case = await session.get(CaseRow, reported.finding.case_id)
            cases = [case] if case else []
            recorded = await record(session, [reported.finding], cases, reported.at, self._policy.decide_within)
            await to_people(session, recorded, (), reported.at, texts=self._texts, locales=self._locales, told_by_case=True)

    async def _orders(self, request: ReconcilePage, after: str | None, limit: int) -> Sequence[str]:
        """Those that are asked for; else with money, goods or claims on the way, changed lately, or with an open difference; by their ids."""
        if request.only:
            return [order_id for order_id in sorted(request.only) if after is None or order_id > after][:limit]
        since = request.at - self._policy.lookback
        resolving = (Stage.RESOLUTION.value, Stage.FOLLOW_UP.value)
        lately = col(CaseRow.stage).in_(resolving) | (col(CaseRow.closed_at) >= since)
        every = union(
            select(RefundPartRow.order_id).where(
                col(RefundPartRow.refund_status).in_([status.value for status in RefundStatus.unsettled()])
                | (col(RefundPartRow.updated_at) >= since)
            ),
            select(LedgerRow.order_id).where(col(LedgerRow.at) >= since),
            select(ReturnRow.order_id).where(col(ReturnRow.stage).in_([stage.value for stage in ON_THE_ROAD])),
            select(ClaimRow.order_id).where(col(ClaimRow.closed_at).is_(None)),
            select(CaseRow.order_id).where(lately, col(CaseRow.order_id).is_not(None)),
            select(DifferenceRow.order_id).where(
                DifferenceRow.state == DifferenceState.OPEN, col(DifferenceRow.order_id).is_not(None)
            ),
        ).subquery()
        asked = select(every.c.order_id).order_by(every.c.order_id).limit(limit)
        if after is not None:
            asked = asked.where(every.c.order_id > after)
        async with self._database.reading() as session:
            return (await session.exec(asked)).all()

    async def _order(self, order_id: str, request: ReconcilePage) -> PageReport:
        """One order that our programs fail over is a difference itself: it holds up none of the others."""
        try:
            return await self._settled(await self._comparison.of(order_id, request.scopes, request.at))
        except PartnerError as error:
            raise to_temporal(error, retry_anyway=True) from error
        except Exception as error:
            if activity.info().attempt < TRIES:
                raise
            activity.logger.exception("reconciliation.not_compared", extra={"order_id": order_id})
            words = type(error).__name__  # what it says may be personal
            finding = Finding(kind=DifferenceKind.NOT_COMPARED, order_id=order_id, subject="programs", theirs={"words": words})
            async with self._database.writing() as session:
                recorded = await record(session, [finding], (), request.at, self._policy.decide_within)
                people = await self._ask(session, recorded, (), request.at)
            return PageReport(orders=1, fresh=sum(known.fresh for known in recorded), for_people=people)

    async def _settled(self, compared: Compared) -> PageReport:
        """Told to the cases that take it in by themselves, else to people; closed when it is gone."""
        at, recorded = compared.at, compared.recorded
        healed = [known.id for known in recorded if known.word and known.told_at is None and await _tell(known, known.word, at)]
        async with self._database.writing() as session:
            people = await self._ask(session, recorded, healed, at)
            found = {known.id for known in recorded}
            solved = await close_gone(session, compared.order_id, found, compared.whole, at)
        return PageReport(
            orders=1,
            fresh=sum(known.fresh for known in recorded if not known.accepted),
            told=len(healed),
            for_people=people,
            solved=solved,
            missed={scope: Missed(orders=1, named=(compared.order_id,), words=words) for scope, words in compared.missed.items()},
        )

    async def _ask(self, session: AsyncSession, recorded: Sequence[Recorded], healed: Sequence[str], at: datetime) -> int:
        return await to_people(session, recorded, healed, at, texts=self._texts, locales=self._locales)


def _of_scan(end: ScanEnd) -> Iterator[Finding]:
    """Each scan's is news, whatever was said of the one before."""
    scan = end.at.isoformat()
    for scope, missed in end.missed.items():
        theirs: dict[str, JsonValue] = {"orders": missed.orders, "first": missed.named[0], "words": missed.words, "scan": scan}
        yield Finding(kind=DifferenceKind.PARTNER_SILENT, order_id=None, subject=scope.value, theirs=theirs)
    if end.failed is not None:
        ours: dict[str, JsonValue] = {"words": end.failed, "run": end.run, "scan": scan}
        yield Finding(kind=DifferenceKind.SCAN_FAILED, order_id=None, subject="scan", ours=ours)


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
