"""Periods in whole days end when the law of each market says (RES-1)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.calendars import CalendarPolicy, CalendarSlice
from models.policy.policy import PolicySlice
from rules.common.counting import counting_of, days_counted, end_of, last_day
from rules.common.holidays import resolve
from tests.support.builders.orders import order

ALL_DAY = ("00:00-24:00",)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WEEKDAYS, "sat", "sun")


def market(zone: str, *, days: tuple[str, ...] = EVERY_DAY, **more: object) -> CalendarSlice:
    calendar = CalendarPolicy.model_validate({"zone": zone, "week": dict.fromkeys(days, ALL_DAY), **more})
    return resolve(calendar, date(2026, 1, 1), date(2026, 12, 31))


CHINA = market("Asia/Shanghai", holidays="CN")
GERMANY = market("Europe/Berlin", days=WEEKDAYS, holidays="DE", nationwide=True)
BRITAIN = CalendarSlice(zone="Europe/London", always=True, first=date(2026, 1, 1), last=date(2026, 12, 31))
HONOLULU = market("Pacific/Honolulu")


def at(calendar: CalendarSlice, text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo(calendar.zone))


@pytest.mark.parametrize(
    ("calendar", "received", "days", "last"),
    [
        (CHINA, "11-01 10:00", 7, "11-08"),  # the hour of receipt does not matter
        (CHINA, "11-01 00:00", 7, "11-08"),
        (CHINA, "11-01 23:59", 7, "11-08"),
        (CHINA, "11-08 10:00", 7, "11-15"),  # a Sunday is no public holiday
        (CHINA, "09-25 10:00", 7, "10-08"),  # 2 October is one, and so are all days up to the 7th
        (CHINA, "09-19 10:00", 7, "09-28"),  # 26 September, a Saturday that was announced as a day off
        (CHINA, "09-13 10:00", 7, "09-20"),  # a Sunday that is worked
        (GERMANY, "06-01 10:00", 14, "06-15"),
        (GERMANY, "06-06 10:00", 14, "06-22"),  # a Saturday: the following Monday
        (GERMANY, "03-20 10:00", 14, "04-07"),  # Good Friday, up to the Tuesday after Easter
        (BRITAIN, "03-04 10:00", 30, "04-03"),  # Good Friday counts as any day
        (BRITAIN, "06-06 10:00", 14, "06-20"),
    ],
)
def test_the_period_ends_on_the_day_that_the_market_says(calendar: CalendarSlice, received: str, days: int, last: str) -> None:
    start = at(calendar, received)
    assert last_day(calendar, start, days) == date.fromisoformat(f"2026-{last}")
    end = end_of(calendar, last_day(calendar, start, days))
    assert end == at(calendar, f"{last} 00:00") + timedelta(days=1)
    assert days_counted(calendar, start, end - timedelta(microseconds=1)) <= days < days_counted(calendar, start, end)


def test_delivered_on_1_november_at_ten_and_asked_on_the_8th_at_three_is_in_time() -> None:
    assert days_counted(CHINA, at(CHINA, "11-01 10:00"), at(CHINA, "11-08 15:00")) == 7
    assert days_counted(CHINA, at(CHINA, "11-01 10:00"), at(CHINA, "11-09 00:00")) == 8


def test_days_are_those_of_the_markets_zone() -> None:
    """23:30 in Honolulu is the next day in Shanghai."""
    received = at(HONOLULU, "11-01 23:30")
    assert last_day(HONOLULU, received, 7) == date(2026, 11, 8)
    assert last_day(CHINA, received, 7) == date(2026, 11, 9)


@pytest.mark.parametrize("calendar", [CHINA, GERMANY, BRITAIN])
@given(
    start=st.datetimes(datetime(2026, 1, 5), datetime(2026, 9, 1)),  # noqa: DTZ001  # made aware below
    minutes=st.integers(min_value=0, max_value=60 * 24 * 90),
    days=st.integers(min_value=0, max_value=60),
)
def test_what_is_counted_agrees_with_the_end_of_every_period(
    calendar: CalendarSlice, start: datetime, minutes: int, days: int
) -> None:
    received = start.replace(tzinfo=ZoneInfo(calendar.zone))
    asked = received + timedelta(minutes=minutes)
    assert (days_counted(calendar, received, asked) <= days) is (asked < end_of(calendar, last_day(calendar, received, days)))


@pytest.mark.parametrize(("region", "zone"), [("CN", "Asia/Shanghai"), ("CN-33", "Asia/Shanghai"), ("GB-SCT", "Europe/London")])
def test_the_orders_region_says_which_calendar_counts(policy_slice: PolicySlice, region: str, zone: str) -> None:
    found = counting_of(policy_slice, order().model_copy(update={"region": region}))
    assert found is not None
    assert found.zone == zone
