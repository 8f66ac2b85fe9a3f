"""SLA-2: working time, checked by example and against an independent calculator."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

import businesstimedelta
import pytest
import pytz
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.common.calendars import CalendarSlice, Exceptional, Hours
from models.policy.policy import PolicySlice
from rules.common.working_time import add_working, covers, holiday_between, is_open, next_opening, working_between

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def a_calendar(
    *spans: tuple[int, int], zone: str = "Asia/Shanghai", days: int = 5, exceptional: tuple[Exceptional, ...] = ()
) -> CalendarSlice:
    """The same spans, in hours, on the first `days` days of each week of 2026."""
    hours = tuple(Hours(start=start * 60, end=end * 60) for start, end in spans)
    week = tuple(hours if day < days else () for day in range(7))
    return CalendarSlice(zone=zone, week=week, exceptional=exceptional, first=date(2026, 1, 1), last=date(2026, 12, 31))


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        ("2026-06-12 16:30", HOUR, "2026-06-15 09:30"),  # the example of SLA-2: a Friday
        ("2026-06-12 16:30", 30 * MINUTE, "2026-06-12 17:00"),
        ("2026-06-12 16:30", 30 * MINUTE + timedelta(microseconds=1), "2026-06-15 09:00:00.000001"),
        ("2026-06-13 11:00", HOUR, "2026-06-15 10:00"),
        ("2026-06-15 07:00", 8 * HOUR, "2026-06-15 17:00"),
        ("2026-06-15 09:00", 40 * HOUR, "2026-06-19 17:00"),
        ("2026-06-15 09:00", 41 * HOUR, "2026-06-22 10:00"),
        ("2026-06-13 11:00", timedelta(0), "2026-06-13 11:00"),
        ("2026-06-15 09:30", -HOUR, "2026-06-12 16:30"),
    ],
)
def test_working_time_is_added_over_nights_and_weekends(start: str, amount: timedelta, due: str) -> None:
    assert add_working(a_calendar((9, 17)), china(start), amount) == china(due)


def test_an_inquiry_about_rules_opened_friday_half_past_four_is_due_monday_half_past_nine(policy_slice: PolicySlice) -> None:
    office = policy_slice.calendars["office"]
    assert add_working(office, china("2026-06-12 16:30"), HOUR) == china("2026-06-15 09:30")


def test_a_break_does_not_count() -> None:
    calendar = a_calendar((9, 12), (13, 18))
    assert add_working(calendar, china("2026-06-15 11:30"), HOUR) == china("2026-06-15 13:30")
    assert working_between(calendar, china("2026-06-15 09:00"), china("2026-06-15 18:00")) == 8 * HOUR
    assert not is_open(calendar, china("2026-06-15 12:00"))
    assert is_open(calendar, china("2026-06-15 13:00"))
    assert next_opening(calendar, china("2026-06-15 12:30")) == china("2026-06-15 13:00")


def test_always_is_the_wall_clock() -> None:
    calendar = CalendarSlice(zone="Asia/Shanghai", always=True, first=date(2026, 1, 1), last=date(2026, 1, 2))
    start = datetime(2026, 6, 13, 3, tzinfo=UTC)
    assert add_working(calendar, start, DAY) == start + DAY
    assert working_between(calendar, start, start + DAY) == DAY
    assert is_open(calendar, start)
    assert next_opening(calendar, start) == start
    assert covers(calendar, start)


def test_nothing_passes_backwards() -> None:
    assert working_between(a_calendar((9, 17)), china("2026-06-15 12:00"), china("2026-06-15 10:00")) == timedelta(0)


def test_the_national_day_week_is_closed_and_its_make_up_saturday_is_open(policy_slice: PolicySlice) -> None:
    office = policy_slice.calendars["office"]
    # 1 to 7 October 2026 are free; Sunday 20 September and Saturday 10 October are worked for it
    assert add_working(office, china("2026-09-30 16:00"), 2 * HOUR) == china("2026-10-08 10:00")
    assert add_working(office, china("2026-10-09 16:00"), 2 * HOUR) == china("2026-10-10 10:00")
    assert is_open(office, china("2026-09-20 10:00"))
    assert not is_open(office, china("2026-09-19 10:00"))
    assert working_between(office, china("2026-09-28 00:00"), china("2026-10-12 00:00")) == 6 * 8 * HOUR


def test_a_week_of_seven_days_rests_for_the_whole_holiday(policy_slice: PolicySlice) -> None:
    service = policy_slice.calendars["service"]
    assert add_working(service, china("2026-09-30 20:30"), HOUR) == china("2026-10-08 09:30")
    assert holiday_between(service, china("2026-10-04 10:00"), china("2026-10-04 10:00")) == "国庆节 (National Day)"
    assert holiday_between(service, china("2026-10-08 10:00"), china("2026-10-08 10:00")) is None


@pytest.mark.parametrize(
    ("written", "holiday"),
    [
        ("2026-09-30 20:30", "国庆节 (National Day)"),  # answered after the holiday, although people still work
        ("2026-09-30 23:30", "国庆节 (National Day)"),
        ("2026-09-30 10:00", None),
        ("2026-09-29 23:30", None),
        ("2026-10-07 23:30", "国庆节 (National Day)"),
        ("2026-10-08 23:30", None),
    ],
)
def test_who_has_to_wait_over_a_holiday_is_told_of_it(policy_slice: PolicySlice, written: str, holiday: str | None) -> None:
    service, at = policy_slice.calendars["service"], china(written)
    assert holiday_between(service, at, add_working(service, at, HOUR)) == holiday


def test_a_holiday_is_told_by_the_calendars_own_day(policy_slice: PolicySlice) -> None:
    office = policy_slice.calendars["office"]
    assert (
        holiday_between(office, datetime(2026, 9, 30, 17, tzinfo=UTC), datetime(2026, 9, 30, 17, tzinfo=UTC))
        == "国庆节 (National Day)"
    )
    assert holiday_between(office, datetime(2026, 9, 30, 15, tzinfo=UTC), datetime(2026, 9, 30, 15, tzinfo=UTC)) is None


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-24", 24), ("2026-10-25", 25)])
def test_a_day_has_the_hours_that_really_pass(day: str, hours: int) -> None:
    calendar = a_calendar((0, 24), zone="Europe/Berlin", days=7)
    midnight = berlin(day)
    next_midnight = berlin((date.fromisoformat(day) + DAY).isoformat())
    assert working_between(calendar, midnight, next_midnight) == hours * HOUR
    assert add_working(calendar, midnight, hours * HOUR) == next_midnight


def test_a_span_is_wall_time_when_clocks_change() -> None:
    calendar = a_calendar((1, 4), zone="Europe/Berlin", days=7)
    assert working_between(calendar, berlin("2026-03-29 00:00"), berlin("2026-03-29 06:00")) == 2 * HOUR
    assert working_between(calendar, berlin("2026-10-25 00:00"), berlin("2026-10-25 06:00")) == 4 * HOUR
    assert add_working(calendar, berlin("2026-03-28 03:00"), 2 * HOUR) == berlin("2026-03-29 03:00")


def test_a_boundary_in_the_skipped_hour_is_the_jump_itself() -> None:
    half_past_two = CalendarSlice(
        zone="Europe/Berlin",
        week=((Hours(start=0, end=150), Hours(start=150, end=240)),) * 7,
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
    )
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert working_between(half_past_two, berlin("2026-03-29 00:00"), jump) == 2 * HOUR
    assert working_between(half_past_two, jump, berlin("2026-03-29 12:00")) == HOUR
    assert is_open(half_past_two, jump)


def test_a_span_within_the_skipped_hour_does_not_exist_that_day() -> None:
    calendar = a_calendar((2, 3), zone="Europe/Berlin", days=7)
    assert next_opening(calendar, berlin("2026-03-28 12:00")) == berlin("2026-03-30 02:00")


def test_own_days_differ_from_the_week() -> None:
    closed = Exceptional(day=date(2026, 6, 16), name="盘点 (stock-taking)")
    short = Exceptional(day=date(2026, 6, 20), hours=(Hours(start=600, end=720),))
    calendar = a_calendar((9, 17), exceptional=(closed, short))
    assert add_working(calendar, china("2026-06-15 16:00"), 2 * HOUR) == china("2026-06-17 10:00")
    assert add_working(calendar, china("2026-06-19 16:00"), 2 * HOUR) == china("2026-06-20 11:00")
    assert holiday_between(calendar, china("2026-06-16 10:00"), china("2026-06-16 10:00")) == "盘点 (stock-taking)"
    assert holiday_between(calendar, china("2026-06-20 11:00"), china("2026-06-20 11:00")) is None


def test_beyond_the_slice_ordinary_weeks_are_assumed_and_renewal_is_asked_for() -> None:
    calendar = a_calendar((9, 17))
    assert add_working(calendar, china("2026-12-31 16:00"), 2 * HOUR) == china("2027-01-01 10:00")
    assert add_working(calendar, china("2030-01-04 16:00"), 2 * HOUR) == china("2030-01-07 10:00")
    assert working_between(calendar, china("2020-06-12 16:00"), china("2020-06-15 10:00")) == 2 * HOUR
    assert covers(calendar, china("2026-12-31 23:59"))
    assert not covers(calendar, china("2027-01-01 00:00"))
    assert not covers(calendar, china("2025-12-31 23:59"))


def test_a_calendar_that_never_opens_says_so_instead_of_searching_for_ever() -> None:
    with pytest.raises(ValueError, match="no working time"):
        add_working(a_calendar(), china("2026-06-15 09:00"), HOUR)


def test_equal_slices_give_equal_answers_whatever_was_asked_before() -> None:
    asked, fresh = a_calendar((9, 12), (13, 18)), a_calendar((9, 12), (13, 18))
    add_working(asked, china("2040-01-01 00:00"), HOUR)
    start = china("2026-06-15 11:30")
    assert add_working(asked, start, 7 * HOUR) == add_working(fresh, start, 7 * HOUR)
    assert asked == fresh


class Drawn(NamedTuple):
    """A calendar of ours, the same one as the independent calculator has it, and a stretch of time."""

    ours: CalendarSlice
    theirs: Any
    start: datetime
    amount: timedelta


@st.composite
def drawn(draw: st.DrawFn, earliest: int = 4) -> Drawn:
    """Up to three spans of whole quarters of an hour on the first days of the week, with some free days.

    Before four o'clock the calculator errs where clocks change, so spans that are compared with it begin later.
    """
    zone = draw(
        st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
    )
    quarters = sorted(draw(st.lists(st.integers(earliest * 4, 95), min_size=2, max_size=6, unique=True)))
    spans = [(a * 15, b * 15) for a, b in zip(quarters[::2], quarters[1::2], strict=False)]
    days = draw(st.integers(1, 7))
    free = sorted(draw(st.sets(st.dates(date(2026, 3, 1), date(2026, 10, 1)), max_size=8)))
    start = draw(st.datetimes(datetime(2026, 2, 1), datetime(2026, 11, 1)))  # noqa: DTZ001  # in UTC below
    amount = timedelta(seconds=draw(st.integers(1, 5 * 86400)))
    hours = tuple(Hours(start=start, end=end) for start, end in spans)
    ours = CalendarSlice(
        zone=zone,
        week=tuple(hours if day < days else () for day in range(7)),
        exceptional=tuple(Exceptional(day=day) for day in free),
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
    )
    rules: list[Any] = [
        businesstimedelta.WorkDayRule(
            start_time=time(start // 60, start % 60),
            end_time=time(end // 60, end % 60),
            working_days=list(range(days)),
            tz=pytz.timezone(zone),
        )
        for start, end in spans
    ]
    if free:
        ahead = [
            date(year, 12, 31) for year in range(2027, 2060, 3)
        ]  # the calculator looks only five years ahead for the next one
        rules.append(businesstimedelta.HolidayRule({*free, *ahead}, tz=pytz.timezone(zone)))
    return Drawn(ours, businesstimedelta.Rules(rules), start.replace(microsecond=0, tzinfo=UTC), amount)


def within_the_year(at: datetime) -> bool:
    return at < datetime(2026, 12, 31, tzinfo=UTC)


@settings(max_examples=80)
@given(drawn())
def test_deadlines_agree_with_an_independent_calculator(case: Drawn) -> None:
    due = add_working(case.ours, case.start, case.amount)
    assume(within_the_year(due))
    assert due == cast("datetime", case.start + businesstimedelta.BusinessTimeDelta(case.theirs, timedelta=case.amount))


@settings(max_examples=80)
@given(drawn())
def test_measured_time_agrees_with_an_independent_calculator(case: Drawn) -> None:
    end = case.start + 4 * case.amount
    assert working_between(case.ours, case.start, end) == cast("timedelta", case.theirs.difference(case.start, end).timedelta)


@settings(max_examples=120)
@given(drawn(earliest=0), st.integers(1, 86400))
def test_adding_and_measuring_are_two_sides_of_one_thing(case: Drawn, more_seconds: int) -> None:
    calendar, start, amount, more = case.ours, case.start, case.amount, timedelta(seconds=more_seconds)
    due = add_working(calendar, start, amount)
    assert working_between(calendar, start, due) == amount
    assert working_between(calendar, start, due - timedelta(microseconds=1)) < amount
    assert add_working(calendar, due, more) == add_working(calendar, start, amount + more)
    opening = next_opening(calendar, start)
    assert opening >= start
    assert is_open(calendar, opening)
    assert working_between(calendar, start, opening) == timedelta(0)
