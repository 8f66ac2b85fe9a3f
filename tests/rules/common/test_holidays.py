"""SLA-2: public holidays of China and other countries, with the working weekends that make up for them."""

from datetime import date

import pytest

from models.common.calendars import CalendarPolicy, CalendarSlice
from rules.common.holidays import CLOSING_DAY, known_country, resolve

NINE_TO_FIVE = ("09:00-17:00",)


def resolved(country: str, year: int, **own: object) -> CalendarSlice:
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), NINE_TO_FIVE)
    calendar = CalendarPolicy.model_validate({"zone": "UTC", "week": week, "holidays": country, **own})
    return resolve(calendar, date(year, 1, 1), date(year, 12, 31))


def closed(calendar: CalendarSlice) -> dict[str, str | None]:
    return {day.day.isoformat(): day.name for day in calendar.exceptional if not day.hours}


def opened(calendar: CalendarSlice) -> set[str]:
    return {day.day.isoformat() for day in calendar.exceptional if day.hours}


def test_chinas_long_holidays_are_whole_and_their_make_up_days_are_worked() -> None:
    calendar = resolved("CN", 2026)
    days = closed(calendar)
    assert {f"2026-10-0{day}" for day in range(1, 8)} <= set(days)
    assert days["2026-10-07"] == "国庆节 (National Day)"  # a day off in exchange bears its holiday's name
    assert days["2026-02-23"] == "春节 (Chinese New Year (Spring Festival))"
    assert opened(calendar) == {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}


def test_make_up_days_have_mondays_hours_or_their_own() -> None:
    usual, own = resolved("CN", 2026), resolved("CN", 2026, makeup=["10:00-14:00"])
    hours = [next(day.hours for day in calendar.exceptional if day.hours) for calendar in (usual, own)]
    assert [(spans[0].start, spans[0].end) for spans in hours] == [(540, 1020), (600, 840)]


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("US", "2026-07-03", "Independence Day"),  # observed on the Friday before
        ("DE", "2026-10-03", "Tag der Deutschen Einheit (German Unity Day)"),
        ("DE-BY", "2026-01-06", "Heilige Drei Könige (Epiphany)"),
        ("JP", "2026-05-05", "こどもの日 (Children's Day)"),
    ],
)
def test_other_countries_and_their_parts_have_theirs(country: str, day: str, name: str) -> None:
    assert closed(resolved(country, 2026))[day] == name


def test_a_part_of_a_country_has_no_holiday_of_another() -> None:
    assert "2026-01-06" not in closed(resolved("DE-HH", 2026))


def test_a_saturday_between_two_different_holidays_is_an_ordinary_one() -> None:
    assert "2026-04-04" not in closed(resolved("DE", 2026))  # between Good Friday and Easter


def test_own_days_win_over_public_ones() -> None:
    calendar = resolved("CN", 2026, closed=["2026-10-10", "2026-11-11"], open={"2026-10-01": ["10:00-12:00"]})
    assert closed(calendar)["2026-11-11"] == CLOSING_DAY
    assert closed(calendar)["2026-10-10"] == CLOSING_DAY
    assert "2026-10-10" not in opened(calendar)
    assert "2026-10-01" in opened(calendar)


@pytest.mark.parametrize(("code", "known"), [("CN", True), ("DE-BY", True), ("XX", False), ("DE-XX", False), ("", False)])
def test_only_countries_with_known_holidays_may_be_named(code: str, known: bool) -> None:
    assert known_country(code) is known
