"""How a case runs a child workflow for a remedy (a return, a replacement, a repair).

The child waits, calls partners and acts by its own updates; it reports to its case by the signal `report`. The case notes what is
reported on its one timeline, shows whose move it is, and goes on when the child workflow is done. Reports gather until the child pauses, so
that a pause costs one signal; the signal is sent by a local activity, which costs the child one event instead of five.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue
from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

from models.case.child_reports import News, Report, Telling
from models.common import generation
from models.common.actors import SYSTEM, Actor
from models.common.deadline import Deadline, DeadlineKind
from models.common.events import Event
from models.common.vocabulary import Acceptance, Reception, WaitFor, WaitingOn
from models.common.waits import Terms, Wait
from models.remedies.remedy import ChildState
from rules.common import working_time
from rules.common.deadlines import near, warned
from rules.common.requests import REMEMBERED
from rules.common.timeline import digest_of
from workflows.kit import child_activities
from workflows.kit.case_context import CaseContext
from workflows.kit.numbering import this_task
from workflows.kit.remedies import find, replace
from workflows.kit.search_attributes import CASE_KIND, MERCHANT_ID
from workflows.kit.wait_loop import WaitLoop
from workflows.kit.web_ui import details_of_child

A_MOMENT = timedelta(minutes=1)
"""The case waits a little longer than its child workflow, whose own deadline decides."""
A_WHILE = timedelta(days=1)
"""How long the case goes on waiting for a child workflow whose deadline passed without a word: partners that do not answer hold it up."""


def workflow_id(case_id: str, remedy_id: str, kind: str) -> str:
    """The child workflow's id; also its reference with partners, so that their notices reach it."""
    return f"{case_id}.{remedy_id}.{kind}"


def terms(context: CaseContext, *waits: WaitFor) -> Terms:
    """The deadlines that the child workflow keeps by itself."""
    known = {for_: context.policy.waits[for_] for for_ in waits}
    return Terms(waits=known, calendars={wait.calendar: context.policy.calendars[wait.calendar] for wait in known.values()})


async def run(
    context: CaseContext,
    remedy_id: str,
    kind: str,
    start: object,
    first: tuple[WaitingOn, WaitFor],
    *,
    enough: Callable[[], bool] = lambda: False,
) -> ChildState:
    """Send the child workflow on its way unless it is, and follow it until it is done or far `enough`. Raises StageChange like every wait."""
    remedy = find(context, remedy_id)
    name = workflow_id(context.case.case_id, remedy_id, kind)
    if remedy.child is None or remedy.child.workflow_id != name:
        context.leave_stage_if_changed()
        until = context.deadline(first[1])
        child = ChildState(workflow_id=name, on=first[0], for_=first[1], until=until)
        replace(context, remedy.model_copy(update={"child": child}))
        try:
            handle = await workflow.start_child_workflow(
                f"{kind.capitalize()}Workflow",
                start,
                id=name,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=f"{kind} · {context.case.case_id}",
                memo={generation.MEMO: generation.GENERATION},
                search_attributes=TypedSearchAttributes(_found_by(context, kind)),
            )
        except WorkflowAlreadyStartedError:
            await _take_up(context, remedy_id, name)
        else:
            context.child_watchers.append(asyncio.create_task(_watch(context, remedy_id, handle)))
    return await follow(context, remedy_id, enough)


def _found_by(context: CaseContext, kind: str) -> list[SearchAttributePair[Any]]:
    merchant = [SearchAttributePair(MERCHANT_ID, context.case.order.merchant_id)] if context.case.order else []
    return [SearchAttributePair(CASE_KIND, kind), *merchant]


async def _take_up(context: CaseContext, remedy_id: str, name: str) -> None:
    """The case was reset to before it began this child workflow, which goes on: it tells where it stands. One that is over is for people."""
    try:
        await workflow.get_external_workflow_handle(name).signal("tell_again")
    except FailureError:
        _note_broken_off(context, remedy_id, name)


async def _watch(context: CaseContext, remedy_id: str, handle: ChildWorkflowHandle[Any, Any]) -> None:
    """A child workflow that an operator terminated tells nothing any more: the case goes on without it, and people decide."""
    with suppress(FailureError):
        await handle
        return
    _note_broken_off(context, remedy_id, handle.id)


def _note_broken_off(context: CaseContext, remedy_id: str, name: str) -> None:
    remedy = find(context, remedy_id)
    for place in ("child", "suspended_child"):
        child: ChildState | None = getattr(remedy, place)
        if child is not None and child.workflow_id == name and not child.done:
            replace(context, remedy.model_copy(update={place: child.broken_off()}))
            context.note(Event.CHILD_BROKEN_OFF, remedy_id=remedy_id, kind=remedy.kind.value)


async def follow(context: CaseContext, remedy_id: str, enough: Callable[[], bool] = lambda: False) -> ChildState:
    """Show whose move it is until the child workflow is done, or far `enough`."""
    while not (child := _child(context, remedy_id)).done and not enough():
        told = child.told
        until = child.until + A_MOMENT if child.until > context.now else context.now + A_WHILE
        await context.wait_for(child.on, child.for_, lambda heard=told: _child(context, remedy_id).told != heard, until)
    return _child(context, remedy_id)


def switch_to(context: CaseContext, remedy_id: str, name: str) -> None:
    """Follow that child workflow, which may not have been begun yet, and park the one that was followed."""
    remedy = find(context, remedy_id)
    if remedy.child is None or remedy.child.workflow_id != name:
        replace(context, remedy.model_copy(update={"child": remedy.suspended_child, "suspended_child": remedy.child}))


async def call_off(context: CaseContext, remedy_id: str, why: str) -> ChildState | None:
    """RES-11: tell the child workflow to undo what it can; returns when it has. None when there is none, or it is done already."""
    child = find(context, remedy_id).child
    if child is None or child.done:
        return None
    known = child.workflow_id
    try:
        await workflow.get_external_workflow_handle(child.workflow_id).signal("call_off", why)
    except FailureError:
        return None  # it ended by itself meanwhile; its last report is on its way
    while not (child := _child(context, remedy_id)).done and child.workflow_id == known:
        await context.wait_for(WaitingOn.NOBODY, child.for_, lambda: _child(context, remedy_id).done, context.now + A_WHILE)
    return child


def receive_report(context: CaseContext, report: Report) -> None:
    """The case's signal `report`: put the news on the timeline and the remedy. An older report than the last changes nothing.

    News may come twice: a child workflow's task that was lost had reported it, and reports it again when it is executed again.
    """
    remedy = next((remedy for remedy in context.case.remedies if remedy.id == report.remedy_id), None)
    known = {"child": remedy.child, "suspended_child": remedy.suspended_child} if remedy else {}
    place = next((name for name, child in known.items() if child and child.workflow_id == report.child.workflow_id), None)
    before = known[place] if place else None
    child = before.followed_by(report.child) if before else None
    if remedy is None or before is None or place is None or child is None:
        return
    if before.was_reset(child):
        context.note(Event.CHILD_SET_BACK, remedy_id=remedy.id, kind=remedy.kind.value)
    for news in report.news:
        if news.identity is None or _hears_first(context, f"{report.child.workflow_id}:{news.identity}"):
            context.note(news.event, news.by, **news.data)
    change: dict[str, object] = {place: child}
    change |= {name: value for name in ("reception", "acceptance") if (value := getattr(report, name)) is not None}
    change |= {name: value for name in Report.STATES if (value := getattr(report, name)) is not None}
    replace(context, remedy.model_copy(update=change))


def _hears_first(context: CaseContext, news: str) -> bool:
    """From now on it is known, like a partner's notice."""
    seen = context.seen
    if news in seen.notices_seen:
        return False
    seen.notices_seen = (*seen.notices_seen, news)[-REMEMBERED:]
    return True


def _child(context: CaseContext, remedy_id: str) -> ChildState:
    child = find(context, remedy_id).child
    assert child is not None  # noqa: S101  # run() set it
    return child


class ChildContext(WaitLoop):
    """The child's side: what it waits for, and what it reports to its case."""

    def __init__(
        self,
        case_id: str,
        remedy_id: str,
        terms: Terms,
        deadlines: Callable[[Wait | None], tuple[Deadline, ...]],
        act: Callable[[Deadline], Awaitable[bool]] | None = None,
    ) -> None:
        """`deadlines`: all of the child's, given its wait; `act`: what it does by itself when one is due."""
        super().__init__()
        self._case_id = case_id
        self._remedy_id = remedy_id
        self._terms = terms
        self._deadlines = deadlines
        self._act = act
        self._wait: Wait | None = None
        self._news: list[News] = []
        self._noted = Counter[str]()
        """How often the same happened."""
        self._reports = 0
        self._reception: Reception | None = None
        self._acceptance: Acceptance | None = None
        self._state: dict[str, Any] = {}
        self._finished: ChildState | None = None
        self._told: ChildState | None = None
        self.requests_seen: dict[str, int] = {}
        self.notices_seen: tuple[str, ...] = ()
        self.called_off: str | None = None
        """Why the case takes the child workflow back. Whoever deals with it sets it to None, if the child workflow still has to go on."""

    def deadline(self, for_: WaitFor) -> datetime:
        """When a wait that begins now ends by the policy."""
        policy = self._terms.waits[for_]
        return working_time.add_working(self._terms.calendars[policy.calendar], self.now, policy.within)

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None:
        """News for the case's timeline, told with the next report."""
        data = {"remedy_id": self._remedy_id, **data}
        digest = digest_of(event.value, by.role.value, by.id, data)
        self._noted[digest] += 1
        self._news.append(News(event=event, by=by, data=data, identity=f"{digest}.{self._noted[digest]}"))
        self.mark()

    def tell_again(self) -> None:
        """The case has lost what it was told: report all of it, news apart, at the next pause."""
        self._told = None
        self.mark()

    def goods(self, reception: Reception | None = None, acceptance: Acceptance | None = None) -> None:
        """Where the goods are now, and what the inspection said."""
        self._reception, self._acceptance = reception or self._reception, acceptance or self._acceptance
        self.mark()

    def state(self, **state: object) -> None:
        """The child workflow's own state, shown with the case: one of `Report.STATES`."""
        self._state |= state
        self.mark()

    async def wait_for(
        self, on: WaitingOn, for_: WaitFor, done: Callable[[], bool], until: datetime, wake: datetime | None = None
    ) -> bool:
        """Report whose move it is, then pause until done, called off, the deadline, or `wake` before it. True when done.

        What changes meanwhile is reported at once, together with all that changed at the same moment.
        """
        if done() or self.called_off:
            return done()
        standing = self._wait
        if standing is None or (standing.on, standing.for_, standing.until) != (on, for_, until):
            self._wait = Wait(on=on, for_=for_, until=until, since=self.now)
        await self.publish()  # whose move it is, even when its time is over already
        await self.pause(lambda: done() or self.called_off is not None, min(until, wake) if wake else until)
        return done()

    def deadlines(self) -> tuple[Deadline, ...]:
        return self._deadlines(self._wait)

    async def act(self, deadline: Deadline) -> bool:
        if self._act is not None and await self._act(deadline):
            return True
        if deadline.kind is not DeadlineKind.WAIT or self._wait is None or deadline.passed(self.now):
            return False
        self._wait = warned(self._wait, deadline, self.now)
        self.note(Event.DEADLINE_NEAR, **near(deadline))
        return True

    async def publish(self) -> None:
        """Report whose move it is, and all that changed meanwhile."""
        wait = self._wait
        assert wait is not None  # noqa: S101  # wait_for() began it
        child = ChildState(workflow_id=workflow.info().workflow_id, on=wait.on, for_=wait.for_, until=wait.until)
        await self.report(child)
        while self._dirty:
            await self.report(child)

    async def report(self, child: ChildState) -> None:
        """Tell the case, in order; one that is gone is told nothing. Nothing is told that was told already."""
        if self._finished is not None:
            child = self._finished
        if not self._dirty and child == self._told:
            return
        self._dirty, self._told = False, child
        workflow.set_current_details(details_of_child(child, next(iter(self._state.values()), None), self.deadlines()))
        self._reports += 1
        news, self._news = tuple(self._news), []
        task = this_task()
        report = Report(
            remedy_id=self._remedy_id,
            child=child.model_copy(update={"reports": self._reports, "run": task["run_id"], "events": task["events"]}),
            news=news,
            reception=self._reception,
            acceptance=self._acceptance,
            **self._state,
        )
        await child_activities.report(Telling(case_id=self._case_id, report=report))

    async def finish(self, for_: WaitFor, failed: str | None = None) -> None:
        """Done, or how it failed: the case goes on. A child workflow may have an afterlife, of which it reports; it stays done."""
        if self._finished is None:
            self._finished = ChildState(
                workflow_id=workflow.info().workflow_id, for_=for_, until=self.now, done=True, failed=failed
            )
        await self.report(self._finished)
