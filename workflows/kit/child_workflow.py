"""Errands: the child workflows of remedies that have a life of their own (a return on the road, a replacement, a repair).

The child waits, calls partners and acts by its own updates; it reports to its case by the signal `report`. The case notes what is
reported on its one timeline, shows whose move it is, and goes on when the errand is done. Reports gather until the child pauses, so
that a pause costs one signal; the signal is sent by a local activity, which costs the child one event instead of five.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import JsonValue
from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import FailureError
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

from models.case.child_reports import News, Report, Telling
from models.common.actors import SYSTEM, Actor
from models.common.events import Event
from models.common.vocabulary import Acceptance, Reception, WaitFor, WaitingOn
from models.common.waits import Terms
from models.remedies.remedy import Errand
from rules.common import working_time
from workflows.kit import child_activities
from workflows.kit.case_context import Desk
from workflows.kit.remedies import find, replace
from workflows.kit.search_attributes import CASE_KIND, MERCHANT_ID
from workflows.kit.timer import Alarm
from workflows.kit.web_ui import details_of_errand

T = TypeVar("T")

A_MOMENT = timedelta(minutes=1)
"""The case waits a little longer than its errand, whose own deadline decides."""
A_WHILE = timedelta(days=1)
"""How long the case goes on waiting for an errand whose deadline passed without a word: partners that do not answer hold it up."""


def workflow_id(case_id: str, remedy_id: str, kind: str) -> str:
    """The errand's id; also its reference with partners, so that their notices reach it."""
    return f"{case_id}.{remedy_id}.{kind}"


def terms(desk: Desk, *waits: WaitFor) -> Terms:
    """The deadlines that the errand keeps by itself."""
    known = {for_: desk.policy.waits[for_] for for_ in waits}
    return Terms(waits=known, calendars={wait.calendar: desk.policy.calendars[wait.calendar] for wait in known.values()})


async def run(
    desk: Desk,
    remedy_id: str,
    kind: str,
    start: object,
    first: tuple[WaitingOn, WaitFor],
    *,
    enough: Callable[[], bool] = lambda: False,
) -> Errand:
    """Send the errand on its way unless it is, and follow it until it is done or far `enough`. Raises TurnTo like every wait."""
    remedy = find(desk, remedy_id)
    name = workflow_id(desk.case.case_id, remedy_id, kind)
    if remedy.errand is None or remedy.errand.workflow_id != name:
        desk.turn_if_told()
        until = desk.deadline(first[1])
        errand = Errand(workflow_id=name, on=first[0], for_=first[1], until=until)
        replace(desk, remedy.model_copy(update={"errand": errand}))
        child = await workflow.start_child_workflow(
            f"{kind.capitalize()}Workflow",
            start,
            id=name,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"{kind} · {desk.case.case_id}",
            search_attributes=TypedSearchAttributes(_found_by(desk, kind)),
        )
        desk.watching.append(asyncio.create_task(_broken_off(desk, remedy_id, child)))
    return await follow(desk, remedy_id, enough)


def _found_by(desk: Desk, kind: str) -> list[SearchAttributePair[Any]]:
    merchant = [SearchAttributePair(MERCHANT_ID, desk.case.order.merchant_id)] if desk.case.order else []
    return [SearchAttributePair(CASE_KIND, kind), *merchant]


async def _broken_off(desk: Desk, remedy_id: str, child: ChildWorkflowHandle[Any, Any]) -> None:
    """An errand that an operator terminated tells nothing any more: the case goes on without it, and people decide."""
    with suppress(FailureError):
        await child
        return
    remedy = find(desk, remedy_id)
    for place in ("errand", "parked"):
        errand: Errand | None = getattr(remedy, place)
        if errand is not None and errand.workflow_id == child.id and not errand.done:
            over = errand.model_copy(update={"done": True, "failed": "broken_off", "reports": errand.reports + 1})
            replace(desk, remedy.model_copy(update={place: over}))
            desk.note(Event.ERRAND_BROKEN_OFF, remedy_id=remedy_id, kind=remedy.kind.value)


async def follow(desk: Desk, remedy_id: str, enough: Callable[[], bool] = lambda: False) -> Errand:
    """Show whose move it is until the errand is done, or far `enough`."""
    while not (errand := _errand(desk, remedy_id)).done and not enough():
        reports = errand.reports
        until = errand.until + A_MOMENT if errand.until > desk.now else desk.now + A_WHILE
        await desk.wait_for(errand.on, errand.for_, lambda heard=reports: _errand(desk, remedy_id).reports != heard, until)
    return _errand(desk, remedy_id)


def turn_to(desk: Desk, remedy_id: str, name: str) -> None:
    """Follow that errand, which may not have been begun yet, and park the one that was followed."""
    remedy = find(desk, remedy_id)
    if remedy.errand is None or remedy.errand.workflow_id != name:
        replace(desk, remedy.model_copy(update={"errand": remedy.parked, "parked": remedy.errand}))


async def call_off(desk: Desk, remedy_id: str, why: str) -> Errand | None:
    """RES-11: tell the errand to undo what it can; returns when it has. None when there is none, or it is done already."""
    errand = find(desk, remedy_id).errand
    if errand is None or errand.done:
        return None
    known = errand.workflow_id
    try:
        await workflow.get_external_workflow_handle(errand.workflow_id).signal("call_off", why)
    except FailureError:
        return None  # it ended by itself meanwhile; its last report is on its way
    while not (errand := _errand(desk, remedy_id)).done and errand.workflow_id == known:
        await desk.wait_for(WaitingOn.NOBODY, errand.for_, lambda: _errand(desk, remedy_id).done, desk.now + A_WHILE)
    return errand


def take_in(desk: Desk, report: Report) -> None:
    """The case's signal `report`: put the news on the timeline and the remedy. An older report than the last changes nothing."""
    remedy = next((remedy for remedy in desk.case.remedies if remedy.id == report.remedy_id), None)
    known = {"errand": remedy.errand, "parked": remedy.parked} if remedy else {}
    place = next((name for name, errand in known.items() if errand and errand.workflow_id == report.errand.workflow_id), None)
    if remedy is None or place is None or report.errand.reports <= getattr(remedy, place).reports:
        return
    for news in report.news:
        desk.note(news.event, news.by, **news.data)
    change: dict[str, object] = {place: report.errand}
    change |= {name: value for name in ("reception", "acceptance") if (value := getattr(report, name)) is not None}
    change |= {name: value for name in Report.STATES if (value := getattr(report, name)) is not None}
    replace(desk, remedy.model_copy(update=change))


def _errand(desk: Desk, remedy_id: str) -> Errand:
    errand = find(desk, remedy_id).errand
    assert errand is not None  # noqa: S101  # run() set it
    return errand


class Course:
    """The child's side: what it waits for, and what it reports to its case."""

    def __init__(self, case_id: str, remedy_id: str, terms: Terms | None = None) -> None:
        self._case_id = case_id
        self._remedy_id = remedy_id
        self._terms = terms
        self._news: list[News] = []
        self._reports = 0
        self._reception: Reception | None = None
        self._acceptance: Acceptance | None = None
        self._state: dict[str, Any] = {}
        self._alarm = Alarm()
        self._finished: Errand | None = None
        self._told: Errand | None = None
        self._changed = False
        self.called_off: str | None = None
        """Why the case takes the errand back. Whoever deals with it sets it to None, if the errand still has to go on."""

    @property
    def now(self) -> datetime:
        return workflow.now()

    def deadline(self, for_: WaitFor) -> datetime:
        """When a wait that begins now ends by the policy."""
        assert self._terms is not None  # noqa: S101  # an errand with deadlines took its terms along
        policy = self._terms.waits[for_]
        return working_time.add_working(self._terms.calendars[policy.calendar], self.now, policy.within)

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        """News for the case's timeline, told with the next report."""
        self._news.append(News(event=event, by=by, data={"remedy_id": self._remedy_id, **data}))
        self._changed = True

    def goods(self, reception: Reception | None = None, acceptance: Acceptance | None = None) -> None:
        """Where the goods are now, and what the inspection said."""
        self._reception, self._acceptance = reception or self._reception, acceptance or self._acceptance
        self._changed = True

    def state(self, **state: object) -> None:
        """The errand's own state, shown with the case: one of `Report.STATES`."""
        self._state |= state
        self._changed = True

    async def wait_for(
        self, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime, wake: datetime | None = None
    ) -> bool:
        """Report whose move it is, then pause until done, called off, the deadline, or `wake` before it. True when done.

        What changes meanwhile is reported at once, together with all that changed at the same moment.
        """
        ends = min(until, wake) if wake else until
        if done() or self.called_off:
            return done()
        while True:
            await self.report(Errand(workflow_id=workflow.info().workflow_id, on=on, for_=for_, until=until))
            if self._changed:
                continue
            if done() or self.called_off or self.now >= ends:
                return done()
            self._alarm.ring_by(ends)
            await workflow.wait_condition(lambda: done() or self._changed or self._alarm.rang or self.called_off is not None)
            if done() or self.called_off or self.now >= ends:
                return done()

    async def report(self, errand: Errand) -> None:
        """Tell the case, in order; one that is gone is told nothing. Nothing is told that was told already."""
        if self._finished is not None:
            errand = self._finished
        if not self._changed and errand == self._told:
            return
        self._changed, self._told = False, errand
        workflow.set_current_details(details_of_errand(errand, next(iter(self._state.values()), None), self._terms))
        self._reports += 1
        news, self._news = tuple(self._news), []
        report = Report(
            remedy_id=self._remedy_id,
            errand=errand.model_copy(update={"reports": self._reports}),
            news=news,
            reception=self._reception,
            acceptance=self._acceptance,
            **self._state,
        )
        await child_activities.report(Telling(case_id=self._case_id, report=report))

    async def finish(self, for_: WaitFor, failed: str | None = None) -> None:
        """Done, or how it failed: the case goes on. An errand may have an afterlife, of which it reports; it stays done."""
        if self._finished is None:
            self._finished = Errand(workflow_id=workflow.info().workflow_id, for_=for_, until=self.now, done=True, failed=failed)
        await self.report(self._finished)


async def to_the_end(course: Course, life: Coroutine[Any, Any, T]) -> T:
    """Live, whatever is asked: "Request Cancellation" of the Web UI ends no errand, for goods and money are on their way."""
    living = asyncio.create_task(life)
    while True:
        try:
            return await asyncio.shield(living)
        except asyncio.CancelledError:
            if living.cancelled():
                raise
            course.note(Event.CANCELLATION_REFUSED)
