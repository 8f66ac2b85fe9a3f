"""Promises about time (SLA-1…6): pure functions that take a clock and return the next one.

Whatever is done in whatever order, `used` is the working time that passed while the clock ran, kept per tier (SLA-5), and a
promise once broken stays broken (SLA-4): a change that comes upon a miss before a tick did keeps it for the next tick to hand out.
"""

from datetime import datetime, timedelta

from models.common.base import Bilingual
from models.common.calendars import CalendarSlice
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import Channel, ClockName, IssueGroup, Kind, Priority, SlaState, Tier, WaitingOn
from models.common.waits import PauseReason
from models.investigation.clocks import Clock, Miss
from models.policy.policy import ClockTarget, PolicySlice
from rules.common.best_row import best
from rules.common.working_time import add_working, provisional, working_between

HOLDERS = {
    Tier.MERCHANT: WaitingOn.MERCHANT,
    Tier.PLATFORM: WaitingOn.AGENT,
    Tier.SUPERVISOR: WaitingOn.SUPERVISOR,
    Tier.CARRIER: WaitingOn.CARRIER,
}
"""Whose move it is while a case is at that tier."""
MISSED = Bilingual(zh="记为超时，工单升级至上一级", en="the miss is recorded, and the next tier takes the case over")


def target_for(
    policy: PolicySlice,
    name: ClockName,
    *,
    kind: Kind,
    group: IssueGroup | None,
    channel: Channel,
    priority: Priority | None,
) -> ClockTarget:
    """The most specific row of the promises; group and priority are not known before classification.

    Raises LookupError on a table with a hole, which `rules/policy/load.py` refuses to load.
    """
    given = {"kind": kind, "group": group, "channel": channel, "priority": priority}
    row = best([row for row in policy.clocks if row.clock is name], given)
    if row is None:
        message = f"no promise for the clock {name}; add a row to `clocks` that names nothing else"
        raise LookupError(message)
    return row


def start(name: ClockName, target: ClockTarget, now: datetime, held_by: Tier) -> Clock:
    """A new clock that runs from now."""
    return Clock(name=name, calendar=target.calendar, target=target.within, started_at=now, running_since=now, held_by=held_by)


def pause(clock: Clock, reason: PauseReason, now: datetime, calendar: CalendarSlice) -> Clock:
    """SLA-3: stand still while the reason holds. Several reasons may hold at once."""
    if clock.stopped_at is not None or reason in clock.pauses:
        return clock
    counted = _counted(clock, now, calendar)
    return counted.model_copy(update={"running_since": None, "pauses": clock.pauses | {reason}})


def resume(clock: Clock, reason: PauseReason, now: datetime, calendar: CalendarSlice) -> Clock:
    """SLA-3: run on with the remaining working time, when no other reason holds it."""
    del calendar  # every change has the same shape
    if reason not in clock.pauses:
        return clock
    left = clock.pauses - {reason}
    return clock.model_copy(update={"pauses": left, "running_since": clock.running_since if left else now})


def stop(clock: Clock, now: datetime, calendar: CalendarSlice) -> Clock:
    """What was promised was done."""
    if clock.stopped_at is not None:
        return clock
    counted = _counted(clock, now, calendar)
    return counted.model_copy(update={"running_since": None, "pauses": frozenset[PauseReason](), "stopped_at": now})


def retarget(clock: Clock, target: ClockTarget, now: datetime, calendar: CalendarSlice) -> tuple[Clock, bool]:
    """CLS-4: another promise from now on; True when it moved. Time used counts on; `calendar` is the one it was used in.

    A later promise may be warned of anew; a broken one stays broken; one that is over already is broken at once.
    """
    if clock.stopped_at is not None or (clock.target, clock.calendar) == (target.within, target.calendar):
        return clock, False
    counted = _counted(clock, now, calendar)
    warned_at = clock.warned_at if target.within <= clock.target else None
    moved = counted.model_copy(update={"target": target.within, "calendar": target.calendar, "warned_at": warned_at})
    if moved.missed_at is None and moved.used > moved.target:
        return _broken(moved, now, _reached(counted, target.within, calendar) or now), True
    return moved, True


def hand_over(clock: Clock, tier: Tier, now: datetime, calendar: CalendarSlice) -> Clock:
    """SLA-5: from now on the time counts for another tier."""
    if clock.stopped_at is not None:
        return clock
    return _counted(clock, now, calendar).model_copy(update={"held_by": tier})


def due(clock: Clock, calendar: CalendarSlice) -> datetime | None:
    """When the promise is due; None while it stands still or after it was stopped."""
    return _reached(clock, clock.target, calendar)


def deadline(clock: Clock, calendar: CalendarSlice, warn_at: float) -> Deadline | None:
    """When the promise breaks, and when it is warned of before, at that share of the target (SLA-4). None: neither will be.

    A miss that a change came upon is due at once.
    """
    at = clock.unreported.at if clock.unreported is not None else due(clock, calendar)
    if at is None or (clock.missed_at is not None and clock.unreported is None):
        return None
    warning = None if clock.warned_at or clock.unreported else _reached(clock, clock.target * warn_at, calendar)
    return Deadline(
        kind=DeadlineKind.PROMISE,
        what=clock.name,
        at=at,
        warn_at=() if warning is None else (warning,),
        whose=HOLDERS[clock.held_by],
        then=MISSED,
        provisional=provisional(calendar, at),
    )


def tick(
    clock: Clock, now: datetime, calendar: CalendarSlice, warn_at: float, handler: str | None
) -> tuple[Clock, bool, Miss | None]:
    """What time did to the clock: whether it is to be warned of now, and the promise that broke. Each comes once per promise."""
    pending = deadline(clock, calendar, warn_at)
    if pending is None or not pending.due(now):
        return clock, False, None
    if not pending.passed(now):
        return clock.model_copy(update={"warned_at": now}), True, None
    broken = clock if clock.unreported is not None else _broken(clock, now, pending.at)
    miss = broken.unreported and broken.unreported.model_copy(update={"handler": handler})
    return broken.model_copy(update={"unreported": None}), False, miss


def state(clock: Clock) -> SlaState:
    """How the promise stands."""
    if clock.missed_at is not None:
        return SlaState.MISSED
    return SlaState.WARNED if clock.warned_at is not None else SlaState.ON_TIME


def _counted(clock: Clock, now: datetime, calendar: CalendarSlice) -> Clock:
    """The clock with the time up to now counted, for the tier that held it; a target passed meanwhile is a miss."""
    if clock.running_since is None or now <= clock.running_since:
        return clock
    worked = working_between(calendar, clock.running_since, now)
    by_tier = {**clock.used_by_tier, clock.held_by: clock.used_by_tier.get(clock.held_by, timedelta(0)) + worked}
    counted = clock.model_copy(update={"used": clock.used + worked, "used_by_tier": by_tier, "running_since": now})
    deadline = due(clock, calendar)
    if clock.missed_at is None and deadline is not None and counted.used > clock.target:
        return _broken(counted, now, deadline)
    return counted


def _broken(clock: Clock, now: datetime, deadline: datetime) -> Clock:
    miss = Miss(clock=clock.name, at=now, due=deadline, held_by=clock.held_by)
    return clock.model_copy(update={"missed_at": now, "unreported": miss})


def _reached(clock: Clock, target: timedelta, calendar: CalendarSlice) -> datetime | None:
    if clock.running_since is None:
        return None
    return add_working(calendar, clock.running_since, target - clock.used)
