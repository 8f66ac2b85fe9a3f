"""SLA-1…6, CLS-4: the promises of docs/features.md, and clocks under any order of what can happen to them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.common.calendars import CalendarSlice
from models.common.vocabulary import Channel, ClockName, IssueGroup, Kind, Priority, SlaState, Tier
from models.common.waits import PauseReason
from models.investigation.clocks import Clock, Miss
from models.policy.policy import ClockTarget, PolicySlice
from rules.common import sla_clock
from rules.common.working_time import working_between
from rules.policy.load import load_policy, slice_policy

POLICY_FILE = Path(__file__).parents[3] / "policies" / "default.yaml"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)  # a Monday, ten o'clock in Shanghai
CUSTOMER, GOODS = PauseReason.CUSTOMER_TO_ACT, PauseReason.GOODS_TRAVEL
WARN_AT = 0.8


def promise(within: timedelta = 10 * HOUR, calendar: str = "always") -> ClockTarget:
    return ClockTarget(clock=ClockName.RESOLUTION, within=within, calendar=calendar)


def next_moment(clocks: list[Clock], calendars: Mapping[str, CalendarSlice], warn_at: float) -> datetime | None:
    """When a tick will warn or miss next."""
    pending = [sla_clock.deadline(clock, calendars[clock.calendar], warn_at) for clock in clocks]
    return min((deadline.next for deadline in pending if deadline), default=None)


def running(within: timedelta = 10 * HOUR, held_by: Tier = Tier.PLATFORM) -> Clock:
    return sla_clock.start(ClockName.RESOLUTION, promise(within), NOW, held_by)


@pytest.fixture(scope="session")
def always(policy_slice: PolicySlice) -> CalendarSlice:
    return policy_slice.calendars["always"]


@pytest.mark.parametrize(
    ("name", "case", "within"),
    [
        (ClockName.FIRST_REPLY, (Kind.AFTER_SALES, None, Channel.APP, None), HOUR),
        (ClockName.FIRST_REPLY, (Kind.COMPLAINT, IssueGroup.SERVICE, Channel.EMAIL, Priority.P1), HOUR),
        (ClockName.FIRST_REPLY, (Kind.AFTER_SALES, IssueGroup.PRODUCT, Channel.CHAT, Priority.P3), 5 * MINUTE),
        (ClockName.FIRST_REPLY, (Kind.COMPLAINT, None, Channel.HOTLINE, None), 5 * MINUTE),
        (ClockName.FIRST_REPLY, (Kind.INQUIRY, IssueGroup.LOGISTICS, Channel.WEB, Priority.P4), 2 * HOUR),
        (ClockName.FIRST_REPLY, (Kind.INQUIRY, IssueGroup.LOGISTICS, Channel.CHAT, Priority.P4), 5 * MINUTE),
        (ClockName.FIRST_REPLY, (Kind.INQUIRY, IssueGroup.RULES, Channel.HOTLINE, Priority.P4), 5 * MINUTE),
        (ClockName.FIRST_REPLY, (Kind.AFTER_SALES, IssueGroup.LOGISTICS, Channel.WEB, Priority.P4), HOUR),
        (ClockName.PLAN, (Kind.AFTER_SALES, IssueGroup.PRODUCT, Channel.APP, Priority.P2), DAY),
        (ClockName.PLAN, (Kind.INQUIRY, None, Channel.APP, None), 2 * HOUR),
        (ClockName.RESOLUTION, (Kind.COMPLAINT, IssueGroup.PRODUCT, Channel.APP, Priority.P2), DAY),
        (ClockName.RESOLUTION, (Kind.COMPLAINT, IssueGroup.PRODUCT, Channel.CHAT, Priority.P1), 8 * HOUR),
        (ClockName.RESOLUTION, (Kind.INQUIRY, None, Channel.APP, None), DAY),
        (ClockName.TRANSFER, (Kind.AFTER_SALES, IssueGroup.PRODUCT, Channel.APP, Priority.P1), 30 * MINUTE),
    ],
)
def test_the_shipped_promises_are_those_of_the_domain(
    policy_slice: PolicySlice, name: ClockName, case: Any, within: timedelta
) -> None:
    kind, group, channel, priority = case
    target = sla_clock.target_for(policy_slice, name, kind=kind, group=group, channel=channel, priority=priority)
    assert target.within == within


def test_a_promise_is_warned_at_four_fifths_and_missed_at_the_whole(always: CalendarSlice) -> None:
    clock = running()
    assert sla_clock.due(clock, always) == NOW + 10 * HOUR
    assert next_moment([clock], {"always": always}, WARN_AT) == NOW + 8 * HOUR

    clock, warned, miss = sla_clock.tick(clock, NOW + 8 * HOUR - MINUTE, always, WARN_AT, "ann")
    assert (warned, miss, sla_clock.state(clock)) == (False, None, SlaState.ON_TIME)

    clock, warned, miss = sla_clock.tick(clock, NOW + 8 * HOUR, always, WARN_AT, "ann")
    assert (warned, miss, sla_clock.state(clock)) == (True, None, SlaState.WARNED)

    clock, warned, miss = sla_clock.tick(clock, NOW + 10 * HOUR, always, WARN_AT, "ann")
    assert not warned
    assert miss == Miss(clock=ClockName.RESOLUTION, at=NOW + 10 * HOUR, due=NOW + 10 * HOUR, held_by=Tier.PLATFORM, handler="ann")
    assert sla_clock.state(clock) is SlaState.MISSED
    assert sla_clock.tick(clock, NOW + 20 * HOUR, always, WARN_AT, "bob")[1:] == (False, None)


def test_a_promise_kept_at_the_last_moment_is_kept(always: CalendarSlice) -> None:
    clock = sla_clock.stop(running(), NOW + 10 * HOUR, always)
    _, _, miss = sla_clock.tick(clock, NOW + 30 * HOUR, always, WARN_AT, None)
    assert miss is None
    assert sla_clock.state(clock) is SlaState.ON_TIME
    assert sla_clock.due(clock, always) is None


def test_a_pause_gives_back_its_time(always: CalendarSlice) -> None:
    clock = sla_clock.pause(running(), CUSTOMER, NOW + 6 * HOUR, always)
    assert sla_clock.due(clock, always) is None
    assert sla_clock.tick(clock, NOW + 50 * HOUR, always, WARN_AT, None)[1:] == (False, None)

    clock = sla_clock.resume(clock, CUSTOMER, NOW + 50 * HOUR, always)
    assert sla_clock.due(clock, always) == NOW + 54 * HOUR
    assert next_moment([clock], {"always": always}, WARN_AT) == NOW + 52 * HOUR


def test_a_clock_runs_on_only_when_no_reason_is_left(always: CalendarSlice) -> None:
    clock = sla_clock.pause(running(), CUSTOMER, NOW + HOUR, always)
    clock = sla_clock.pause(clock, GOODS, NOW + 2 * HOUR, always)
    clock = sla_clock.resume(clock, CUSTOMER, NOW + 3 * HOUR, always)
    assert clock.running_since is None
    clock = sla_clock.resume(clock, GOODS, NOW + 4 * HOUR, always)
    assert sla_clock.due(clock, always) == NOW + 13 * HOUR


def test_remaining_working_time_survives_a_pause_over_a_weekend(policy_slice: PolicySlice) -> None:
    office = policy_slice.calendars["office"]
    friday = datetime(2026, 6, 12, 8, tzinfo=UTC)  # four in the afternoon
    clock = sla_clock.start(ClockName.PLAN, promise(2 * HOUR, "office"), friday, Tier.PLATFORM)
    clock = sla_clock.pause(clock, CUSTOMER, friday + 30 * MINUTE, office)
    clock = sla_clock.resume(clock, CUSTOMER, friday + 2 * DAY, office)
    assert clock.used == 30 * MINUTE
    assert sla_clock.due(clock, office) == datetime(2026, 6, 15, 2, 30, tzinfo=UTC)


def test_time_is_kept_for_each_tier_that_held_the_case(always: CalendarSlice) -> None:
    clock = sla_clock.hand_over(running(held_by=Tier.MERCHANT), Tier.PLATFORM, NOW + 4 * HOUR, always)
    clock = sla_clock.hand_over(clock, Tier.SUPERVISOR, NOW + 11 * HOUR, always)
    clock, _, miss = sla_clock.tick(clock, NOW + 11 * HOUR, always, WARN_AT, "sue")
    assert miss is not None
    assert (miss.held_by, miss.due) == (Tier.PLATFORM, NOW + 10 * HOUR)
    clock = sla_clock.stop(clock, NOW + 12 * HOUR, always)
    assert clock.used_by_tier == {Tier.MERCHANT: 4 * HOUR, Tier.PLATFORM: 7 * HOUR, Tier.SUPERVISOR: HOUR}


def test_a_promise_that_changes_counts_the_time_already_used(always: CalendarSlice) -> None:
    clock, moved = sla_clock.retarget(running(24 * HOUR), promise(8 * HOUR), NOW + 3 * HOUR, always)
    assert moved
    assert sla_clock.due(clock, always) == NOW + 8 * HOUR
    assert sla_clock.retarget(clock, promise(8 * HOUR), NOW + 4 * HOUR, always) == (clock, False)


def test_a_shorter_promise_that_is_over_already_is_missed_as_of_when_it_was_due(always: CalendarSlice) -> None:
    clock, _ = sla_clock.retarget(running(24 * HOUR), promise(8 * HOUR), NOW + 9 * HOUR, always)
    _, _, miss = sla_clock.tick(clock, NOW + 9 * HOUR, always, WARN_AT, None)
    assert miss is not None
    assert (miss.at, miss.due) == (NOW + 9 * HOUR, NOW + 8 * HOUR)


def test_a_promise_shortened_below_the_time_used_is_missed_even_while_it_stands_still(always: CalendarSlice) -> None:
    clock = sla_clock.pause(running(24 * HOUR), CUSTOMER, NOW + 9 * HOUR, always)
    clock, moved = sla_clock.retarget(clock, promise(8 * HOUR), NOW + 10 * HOUR, always)
    assert moved
    clock, _, miss = sla_clock.tick(sla_clock.stop(clock, NOW + 11 * HOUR, always), NOW + 11 * HOUR, always, WARN_AT, None)
    assert miss is not None
    assert miss.at == NOW + 10 * HOUR


def test_a_longer_promise_may_be_warned_of_anew(always: CalendarSlice) -> None:
    clock, _, _ = sla_clock.tick(running(), NOW + 8 * HOUR, always, WARN_AT, None)
    clock, _ = sla_clock.retarget(clock, promise(20 * HOUR), NOW + 9 * HOUR, always)
    assert sla_clock.state(clock) is SlaState.ON_TIME
    clock, warned, _ = sla_clock.tick(clock, NOW + 16 * HOUR, always, WARN_AT, None)
    assert warned


LATE = NOW + 11 * HOUR


def paused(clock: Clock, calendar: CalendarSlice) -> Clock:
    return sla_clock.pause(clock, CUSTOMER, LATE, calendar)


def stopped(clock: Clock, calendar: CalendarSlice) -> Clock:
    return sla_clock.stop(clock, LATE, calendar)


def prolonged(clock: Clock, calendar: CalendarSlice) -> Clock:
    return sla_clock.retarget(clock, promise(48 * HOUR), LATE, calendar)[0]


def handed_over(clock: Clock, calendar: CalendarSlice) -> Clock:
    return sla_clock.hand_over(clock, Tier.SUPERVISOR, LATE, calendar)


@pytest.mark.parametrize("change", [paused, stopped, prolonged, handed_over])
def test_a_change_that_comes_before_the_tick_does_not_hide_the_miss(
    change: Callable[[Clock, CalendarSlice], Clock], always: CalendarSlice
) -> None:
    clock = change(running(), always)
    assert sla_clock.state(clock) is SlaState.MISSED
    assert next_moment([clock], {"always": always}, WARN_AT) == LATE
    clock, _, miss = sla_clock.tick(clock, LATE, always, WARN_AT, "ann")
    assert miss == Miss(clock=ClockName.RESOLUTION, at=LATE, due=NOW + 10 * HOUR, held_by=Tier.PLATFORM, handler="ann")
    assert sla_clock.tick(clock, LATE + DAY, always, WARN_AT, "ann")[1:] == (False, None)
    assert next_moment([clock], {"always": always}, WARN_AT) is None


def test_the_next_event_is_the_nearest_of_all_running_clocks(always: CalendarSlice) -> None:
    long, short = running(), running(5 * HOUR)
    calendars = {"always": always}
    assert next_moment([long, short], calendars, WARN_AT) == NOW + 4 * HOUR
    short, _, _ = sla_clock.tick(short, NOW + 4 * HOUR, always, WARN_AT, None)
    assert next_moment([long, short], calendars, WARN_AT) == NOW + 5 * HOUR
    short = sla_clock.stop(short, NOW + 5 * HOUR, always)
    assert next_moment([long, short], calendars, WARN_AT) == NOW + 8 * HOUR
    assert next_moment([short], calendars, WARN_AT) is None


def test_a_stopped_clock_stays_as_it_ended(always: CalendarSlice) -> None:
    clock = sla_clock.stop(sla_clock.pause(running(), CUSTOMER, NOW + HOUR, always), NOW + 2 * HOUR, always)
    later = NOW + 3 * HOUR
    assert sla_clock.pause(clock, GOODS, later, always) == clock
    assert sla_clock.resume(clock, CUSTOMER, later, always) == clock
    assert sla_clock.stop(clock, later, always) == clock
    assert sla_clock.hand_over(clock, Tier.SUPERVISOR, later, always) == clock
    assert sla_clock.retarget(clock, promise(HOUR), later, always) == (clock, False)


class Step(NamedTuple):
    minutes: int
    operation: str
    reason: PauseReason
    tier: Tier
    promise: ClockTarget


calendar_names = st.sampled_from(["always", "service", "office"])
steps = st.builds(
    Step,
    minutes=st.integers(0, 12 * 60),
    operation=st.sampled_from(["pause", "resume", "retarget", "hand_over", "tick"]),
    reason=st.sampled_from(PauseReason),
    tier=st.sampled_from(Tier),
    promise=st.builds(promise, st.integers(1, 72).map(lambda hours: hours * HOUR), calendar_names),
)


def changed(clock: Clock, step: Step, now: datetime, calendar: CalendarSlice) -> tuple[Clock, Miss | None]:
    match step.operation:
        case "pause":
            return sla_clock.pause(clock, step.reason, now, calendar), None
        case "resume":
            return sla_clock.resume(clock, step.reason, now, calendar), None
        case "retarget":
            return sla_clock.retarget(clock, step.promise, now, calendar)[0], None
        case "hand_over":
            return sla_clock.hand_over(clock, step.tier, now, calendar), None
        case _:
            clock, _, miss = sla_clock.tick(clock, now, calendar, WARN_AT, None)
            return clock, miss


@settings(max_examples=200)
@given(calendar_names, st.lists(steps, max_size=25))
def test_in_any_order_used_time_is_measured_time_and_misses_never_vanish(first: str, steps: list[Step]) -> None:
    calendars = slice_policy(load_policy(POLICY_FILE), NOW).calendars
    now, clock = NOW, sla_clock.start(ClockName.RESOLUTION, promise(10 * HOUR, first), NOW, Tier.MERCHANT)
    measured, reasons, misses = timedelta(0), frozenset[PauseReason](), list[Miss]()
    for step in steps:
        before, then, now = clock, now, now + step.minutes * MINUTE
        if not reasons:
            measured += working_between(calendars[clock.calendar], then, now)
        clock, miss = changed(clock, step, now, calendars[clock.calendar])
        misses += [miss] if miss else []
        if step.operation == "pause":
            reasons |= {step.reason}
        elif step.operation == "resume":
            reasons -= {step.reason}
        elif step.operation == "tick":
            event = next_moment([clock], calendars, WARN_AT)
            assert event is None or event > now
            assert clock.missed_at is not None or reasons or measured < clock.target
        assert clock.pauses == reasons
        assert (clock.running_since is None) is bool(reasons)
        assert before.missed_at is None or clock.missed_at == before.missed_at
    ended = sla_clock.stop(clock, now, calendars[clock.calendar])
    _, _, miss = sla_clock.tick(ended, now, calendars[ended.calendar], WARN_AT, None)
    misses += [miss] if miss else []
    assert ended.used == measured
    assert sum(ended.used_by_tier.values(), timedelta(0)) == measured
    assert len(misses) == (0 if ended.missed_at is None else 1)
    assert ended.missed_at is not None or measured <= ended.target
    assert all(miss.due <= miss.at for miss in misses)


def test_warnings_and_misses_come_exactly_when_the_next_event_said(policy_slice: PolicySlice) -> None:
    calendars = policy_slice.calendars
    clock = sla_clock.start(ClockName.PLAN, promise(30 * HOUR, "service"), NOW, Tier.PLATFORM)
    moments = list[datetime]()
    while (moment := next_moment([clock], calendars, WARN_AT)) is not None:
        before = sla_clock.tick(clock, moment - timedelta(microseconds=1), calendars["service"], WARN_AT, None)
        assert before[1:] == (False, None)
        clock, warned, miss = sla_clock.tick(clock, moment, calendars["service"], WARN_AT, None)
        assert warned or miss
        moments.append(moment)
    assert [working_between(calendars["service"], NOW, moment) for moment in moments] == [24 * HOUR, 30 * HOUR]
    assert all(a < b for a, b in pairwise(moments))
