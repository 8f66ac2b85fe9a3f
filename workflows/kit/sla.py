"""The SLA clocks of a case (SLA-1…6). Every change goes through the pure functions of `rules/common/sla_clock.py`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from temporalio import workflow

from models.case.state import CaseState
from models.common.calendars import CalendarSlice
from models.common.events import Event
from models.common.vocabulary import ClockName, Tier
from models.common.waits import PauseReason
from models.investigation.clocks import Clock
from models.policy.policy import PolicySlice
from rules.case.merging import counted, waited_longer, with_waited
from rules.common import sla_clock, working_time
from workflows.kit.patches import patched

WORTH_TELLING = timedelta(hours=1)
"""A promise that moved by less is not told."""
DAYS_OFF = "days-off-that-move-a-promise-are-told"
"""Patch: before it, calendars that were renewed moved promises silently."""
PROMISES = (ClockName.FIRST_REPLY, ClockName.PLAN, ClockName.RESOLUTION)


class SlaClocks:
    """Starts, pauses, moves and stops the clocks of one case, and notes what becomes of the promises."""

    def __init__(self, case: CaseState, policy: Callable[[], PolicySlice], note: Callable[..., None]) -> None:
        self._case = case
        self._policy = policy
        """The policy of the moment: its calendars are renewed in a long life."""
        self._note = note

    def start(self) -> None:
        """New clocks for every promise: at opening and at each reopening (FUP-4). Old ones stay as they ended."""
        fresh = tuple(sla_clock.start(name, self._target(name), workflow.now(), self._case.tier) for name in PROMISES)
        self._case.clocks = (*(clock for clock in self._case.clocks if clock.stopped_at is not None), *fresh)

    def runs(self, name: ClockName) -> bool:
        """Whether that promise is neither kept nor let go."""
        return any(clock.name is name and clock.stopped_at is None for clock in self._case.clocks)

    def await_reply(self) -> None:
        """Promise an answer to later words (WRK-6); one that runs already stays, for what was said first is answered first.

        The promise before it is let go: what was missed is kept. A policy without a row for it promises nothing.
        """
        promised = any(row.clock is ClockName.NEXT_REPLY for row in self._policy().clocks)
        if promised and not self.runs(ClockName.NEXT_REPLY):
            fresh = sla_clock.start(ClockName.NEXT_REPLY, self._target(ClockName.NEXT_REPLY), workflow.now(), self._case.tier)
            self._case.clocks = (*(clock for clock in self._case.clocks if clock.name is not ClockName.NEXT_REPLY), fresh)

    def pause(self, reason: PauseReason) -> None:
        self._each(lambda clock, calendar: sla_clock.pause(clock, reason, workflow.now(), calendar))

    def resume(self, since: datetime) -> None:
        """Run on after a pause that began then; when it moved the promised solution, the customer is told (SLA-6)."""

        def resumed(clock: Clock, calendar: CalendarSlice) -> Clock:
            if not clock.pauses:
                return clock
            for reason in PauseReason:
                clock = sla_clock.resume(clock, reason, workflow.now(), calendar)
            due = sla_clock.due(clock, calendar)
            if clock.name is ClockName.RESOLUTION and due is not None:
                before = working_time.add_working(calendar, since, clock.target - clock.used)
                if due - before >= WORTH_TELLING:
                    self._note(Event.PROMISE_MOVED, clock=clock.name.value, due=due.isoformat(), why="paused")
            return clock

        self._each(resumed)

    def hand_over(self, tier: Tier) -> None:
        self._each(lambda clock, calendar: sla_clock.hand_over(clock, tier, workflow.now(), calendar))

    def stop(self, *names: ClockName) -> None:
        """The promise was kept (or missed, which stays)."""
        self._each(
            lambda clock, calendar: sla_clock.stop(clock, workflow.now(), calendar) if clock.name in names or not names else clock
        )

    def retarget(self, why: str) -> None:
        """Kind, issue or priority changed: the promises follow, and a moved one is told (CLS-4, SLA-6)."""

        def moved(clock: Clock, calendar: CalendarSlice) -> Clock:
            changed, has_moved = sla_clock.retarget(clock, self._target(clock.name), workflow.now(), calendar)
            due = sla_clock.due(changed, self._policy().calendars[changed.calendar])
            if has_moved and due is not None:
                self._note(Event.PROMISE_MOVED, clock=clock.name.value, due=due.isoformat(), why=why)
            return changed

        self._each(moved)

    def take_over(self, there: Sequence[Clock]) -> dict[ClockName, timedelta]:
        """Count the time that the customer has waited for the same promises in a case that was merged into this one, by promise (WRK-7)."""
        here = [counted(clock, self._policy(), workflow.now()) for clock in self._case.clocks]
        longer = {clock.name: waited for clock in here if (waited := waited_longer(clock, there))}
        self._case.clocks = tuple(with_waited(clock, longer[clock.name]) if clock.name in longer else clock for clock in here)
        return longer

    def give_back(self, waited: Mapping[ClockName, timedelta]) -> None:
        """Take that time off again."""
        self._each(
            lambda clock, _: with_waited(clock, -waited[clock.name]) if clock.name in waited and not clock.missed_at else clock
        )

    def take_up(self, kept: tuple[Clock, ...], since: datetime) -> None:
        """Run on as these ran then, without the time since."""
        now = workflow.now()
        self._case.clocks = tuple(
            counted(clock, self._policy(), since).model_copy(update={"running_since": now}) if clock.running_since else clock
            for clock in kept
        )

    def promised(self) -> dict[ClockName, datetime]:
        """When each running promise is due, by the calendars of the moment."""
        return {name: due for name in (*PROMISES, ClockName.NEXT_REPLY) if (due := self.due(name)) is not None}

    def tell_moved(self, before: dict[ClockName, datetime]) -> None:
        """Days off that were announced since have moved a promise: the customer is told (SLA-6)."""
        for name, due in self.promised().items():
            if name in before and abs(due - before[name]) >= WORTH_TELLING and patched(DAYS_OFF):
                self._note(Event.PROMISE_MOVED, clock=name.value, due=due.isoformat(), why="days_off")

    def due(self, name: ClockName) -> datetime | None:
        """When a running promise is due."""
        return next(
            (
                sla_clock.due(clock, self._policy().calendars[clock.calendar])
                for clock in self._case.clocks
                if clock.name is name and clock.stopped_at is None
            ),
            None,
        )

    def tick(self) -> list[ClockName]:
        """Warn of the promises that are nearly over, note those that are broken, and name these (SLA-4)."""
        case, policy = self._case, self._policy()
        handler = case.handler.id if case.handler else None
        ticked: list[Clock] = []
        missed: list[ClockName] = []
        for clock in case.clocks:
            calendar = policy.calendars[clock.calendar]
            after, warned, miss = sla_clock.tick(clock, workflow.now(), calendar, policy.warn_at, handler)
            ticked.append(after)
            if warned and (due := sla_clock.due(clock, calendar)) is not None:
                self._note(Event.CLOCK_WARNED, clock=clock.name.value, due=due.isoformat())
            if miss is not None:
                case.misses = (*case.misses, miss)
                missed.append(clock.name)
                self._note(Event.CLOCK_MISSED, clock=clock.name.value, due=miss.due.isoformat(), held_by=miss.held_by.value)
        case.clocks = tuple(ticked)
        return missed

    def _target(self, name: ClockName) -> sla_clock.ClockTarget:
        case = self._case
        return sla_clock.target_for(
            self._policy(),
            name,
            kind=case.kind,
            group=case.issue.group if case.issue else None,
            channel=case.receipt.channel,
            priority=case.grade.priority if case.grade else None,
        )

    def _each(self, change: Callable[[Clock, CalendarSlice], Clock]) -> None:
        """Apply to every clock that has not stopped."""
        known = self._policy().calendars
        self._case.clocks = tuple(
            clock if clock.stopped_at is not None else change(clock, known[clock.calendar]) for clock in self._case.clocks
        )
