"""The case's clocks inside the workflow (SLA-1…6): every change goes through the pure functions of `rules/common/sla_clock.py`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import JsonValue

from models.case.state import CaseState
from models.common.actors import SYSTEM, Actor
from models.common.calendars import CalendarSlice
from models.common.events import Event
from models.common.vocabulary import ClockName, Outcome, PauseReason, Role, Stage, Tier, WaitingOn
from models.investigation.clocks import Clock
from models.investigation.findings import InformationRequest
from models.policy.policy import PolicySlice
from rules.common import sla_clock, working_time

WORTH_TELLING = timedelta(hours=1)
"""A promise that moved by less is not told."""
PROMISES = (ClockName.FIRST_REPLY, ClockName.PLAN, ClockName.RESOLUTION)


class HasClocks(Protocol):
    """What the clocks need of the case that they belong to."""

    case: CaseState
    policy: PolicySlice

    @property
    def now(self) -> datetime: ...

    def note(self, event: Event, by: Actor = SYSTEM, /, **data: JsonValue) -> None: ...

    def escalate(self, reason: str, by: Actor = SYSTEM, to: Tier | None = None, **data: JsonValue) -> None: ...

    def end(self, outcome: Outcome) -> None: ...


class SlaClocks:
    """Starts, pauses, moves and stops the clocks of one case, and tells of what they do."""

    def __init__(self, context: HasClocks) -> None:
        self._context = context

    def start(self) -> None:
        """New clocks for every promise: at opening and at each reopening (FUP-4). Old ones stay as they ended."""
        case = self._context.case
        fresh = tuple(sla_clock.start(name, self._target(name), self._context.now, case.tier) for name in PROMISES)
        case.clocks = (*(clock for clock in case.clocks if clock.stopped_at is not None), *fresh)

    def pause(self, reason: PauseReason) -> None:
        self._each(lambda clock, calendar: sla_clock.pause(clock, reason, self._context.now, calendar))

    def resume(self, since: datetime) -> None:
        """Run on after a pause that began then; when it moved the promised solution, the customer is told (SLA-6)."""

        def resumed(clock: Clock, calendar: CalendarSlice) -> Clock:
            if not clock.pauses:
                return clock
            for reason in PauseReason:
                clock = sla_clock.resume(clock, reason, self._context.now, calendar)
            due = sla_clock.due(clock, calendar)
            if clock.name is ClockName.RESOLUTION and due is not None:
                before = working_time.add_working(calendar, since, clock.target - clock.used)
                if due - before >= WORTH_TELLING:
                    self._context.note(Event.PROMISE_MOVED, clock=clock.name.value, due=due.isoformat(), why="paused")
            return clock

        self._each(resumed)

    def hand_over(self, tier: Tier) -> None:
        self._each(lambda clock, calendar: sla_clock.hand_over(clock, tier, self._context.now, calendar))

    def stop(self, *names: ClockName) -> None:
        """The promise was kept (or missed, which stays)."""
        self._each(
            lambda clock, calendar: (
                sla_clock.stop(clock, self._context.now, calendar) if clock.name in names or not names else clock
            )
        )

    def retarget(self, why: str) -> None:
        """Kind, issue or priority changed: the promises follow, and a moved one is told (CLS-4, SLA-6)."""

        def moved(clock: Clock, calendar: CalendarSlice) -> Clock:
            changed, has_moved = sla_clock.retarget(clock, self._target(clock.name), self._context.now, calendar)
            due = sla_clock.due(changed, self._context.policy.calendars[changed.calendar])
            if has_moved and due is not None:
                self._context.note(Event.PROMISE_MOVED, clock=clock.name.value, due=due.isoformat(), why=why)
            return changed

        self._each(moved)

    def due(self, name: ClockName) -> datetime | None:
        """When a running promise is due."""
        return next(
            (
                sla_clock.due(clock, self._context.policy.calendars[clock.calendar])
                for clock in self._context.case.clocks
                if clock.name is name and clock.stopped_at is None
            ),
            None,
        )

    def tick(self) -> None:
        """What time did meanwhile: clocks warned and missed, requests reminded and silent, transfers lapsed."""
        self._tick_clocks()
        self._tick_requests()
        self._tick_transfer()
        self._tick_appeal()

    def next_moment(self, until: datetime) -> datetime:
        """The nearest moment at which something has to happen by itself."""
        case, policy = self._context.case, self._context.policy
        moments = [until]
        event = sla_clock.next_event(case.clocks, policy.calendars, policy.warn_at)
        if event is not None:
            moments.append(event)
        if case.transfer is not None:
            moments.append(case.transfer.due)
        if case.appeal is not None and case.appeal.pending and not case.appeal.overdue:
            moments.append(case.appeal.due)
        moments += [request.due if request.reminded else request.remind_at for request in case.open_requests]
        return min(moments)

    def _tick_clocks(self) -> None:
        context, case = self._context, self._context.case
        handler = case.handler.id if case.handler else None
        ticked: list[Clock] = []
        missed: list[ClockName] = []
        for clock in case.clocks:
            calendar = context.policy.calendars[clock.calendar]
            due = sla_clock.due(clock, calendar)
            after, warned, miss = sla_clock.tick(clock, context.now, calendar, context.policy.warn_at, handler)
            ticked.append(after)
            if warned and due is not None:
                context.note(Event.CLOCK_WARNED, clock=clock.name.value, due=due.isoformat())
            if miss is not None:
                case.misses = (*case.misses, miss)
                missed.append(clock.name)
                context.note(Event.CLOCK_MISSED, clock=clock.name.value, due=miss.due.isoformat(), held_by=miss.held_by.value)
        case.clocks = tuple(ticked)
        if missed and case.tier is not Tier.SUPERVISOR and case.stage in Stage.before_follow_up():
            context.escalate("missed", clocks=[name.value for name in missed])

    def _tick_requests(self) -> None:
        context, case = self._context, self._context.case
        for request in case.open_requests:
            if context.now >= request.due:
                change, event = {"silent": True}, Event.INFORMATION_SILENT
            elif context.now >= request.remind_at and not request.reminded:
                change, event = {"reminded": True}, Event.INFORMATION_REMINDED
            else:
                continue
            after = request.model_copy(update=change)
            case.requests = tuple(after if known.id == request.id else known for known in case.requests)
            context.note(event, **request.told)
            if after.silent and self._let_go(after):
                context.note(Event.NOT_PURSUED, why="customer_silent")
                context.end(Outcome.NOT_PURSUED)
                return

    def _let_go(self, request: InformationRequest) -> bool:
        """INV-2: the platform asked the customer, nothing is decided or offered without the answer, and not a word came since.

        An invitation of the merchant (RES-2) may be left alone.
        """
        case = self._context.case
        undecided = case.stage in {Stage.INVESTIGATION, Stage.RESOLUTION} and not (case.settled or case.arbitration)
        spoke = any(saying.by.role is Role.CUSTOMER and saying.at >= request.asked_at for saying in case.sayings)
        needed = request.of is WaitingOn.CUSTOMER and request.by.role is not Role.MERCHANT
        return needed and undecided and case.standing_proposal is None and not spoke

    def _tick_transfer(self) -> None:
        """DSP-4: nobody accepted in time; the team's supervisor has the case now."""
        context, case = self._context, self._context.case
        if case.stage not in Stage.open_stages():
            case.transfer = None
        if case.transfer is None or context.now < case.transfer.due:
            return
        lapsed, case.transfer = case.transfer, None
        case.team = lapsed.team
        context.note(Event.TRANSFER_LAPSED, to=lapsed.to, team=lapsed.team)
        context.escalate("transfer_lapsed", to=Tier.SUPERVISOR)

    def _tick_appeal(self) -> None:
        """INV-5: an appeal that nobody decided in time; the supervisors are told once more."""
        context, appeal = self._context, self._context.case.appeal
        if appeal is not None and appeal.pending and not appeal.overdue and context.now >= appeal.due:
            context.case.appeal = appeal.model_copy(update={"overdue": True})
            context.note(Event.APPEAL_OVERDUE, party=appeal.by.role.value, due=appeal.due.isoformat())

    def _target(self, name: ClockName) -> sla_clock.ClockTarget:
        case = self._context.case
        return sla_clock.target_for(
            self._context.policy,
            name,
            kind=case.kind,
            group=case.issue.group if case.issue else None,
            channel=case.receipt.channel,
            priority=case.grade.priority if case.grade else None,
        )

    def _each(self, change: Callable[[Clock, CalendarSlice], Clock]) -> None:
        """Apply to every clock that has not stopped."""
        case, known = self._context.case, self._context.policy.calendars
        case.clocks = tuple(
            clock if clock.stopped_at is not None else change(clock, known[clock.calendar]) for clock in case.clocks
        )
