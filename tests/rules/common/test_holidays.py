"""SLA-2: public holidays of China and other countries, with the working weekends that make up for them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import cast

import chinese_calendar
import pytest

from models.common.calendars import CalendarPolicy, CalendarSlice
from rules.common.holidays import CLOSING_DAY, categories, parts, resolve

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


NOTICES = {
    # days off of each holiday, those that the notice joins with the weekend included; weekends worked in exchange
    # 国办发明电〔2018〕15号, Labour Day by 〔2019〕3号
    2019: (
        "2018-12-30/01-01 02-04/02-10 04-05/04-07 05-01/05-04 06-07/06-09 09-13/09-15 10-01/10-07",
        "02-02 02-03 04-28 05-05 09-29 10-12",
    ),
    # 〔2019〕16号, Spring Festival by 〔2020〕1号
    2020: (
        "01-01/01-01 01-24/02-02 04-04/04-06 05-01/05-05 06-25/06-27 10-01/10-08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    # 〔2020〕27号
    2021: (
        "01-01/01-03 02-11/02-17 04-03/04-05 05-01/05-05 06-12/06-14 09-19/09-21 10-01/10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    # 〔2021〕11号
    2022: (
        "01-01/01-03 01-31/02-06 04-03/04-05 04-30/05-04 06-03/06-05 09-10/09-12 10-01/10-07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    # 〔2022〕16号
    2023: (
        "2022-12-31/01-02 01-21/01-27 04-05/04-05 04-29/05-03 06-22/06-24 09-29/10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    # 〔2023〕7号
    2024: (
        "2023-12-30/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-08/06-10 09-15/09-17 10-01/10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    # 〔2024〕12号
    2025: ("01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08", "01-26 02-08 04-27 09-28 10-11"),
    # 〔2025〕7号
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}
"""The State Council's yearly notices on days off."""
UNNAMED = {"2024-06-08", "2024-06-09"}
"""A weekend that the notice joins with Dragon Boat Festival, and the second package takes for an ordinary one."""


def day_of(year: int, text: str) -> date:
    return date.fromisoformat(text if len(text) > len("01-01") else f"{year}-{text}")


def noticed() -> set[str]:
    found: set[str] = set()
    for year, (spans, _) in NOTICES.items():
        for span in spans.split():
            first, last = (day_of(year, text) for text in span.split("/"))
            found |= {(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)}
    return found


def every_day(first: int, last: int) -> Iterator[date]:
    day = date(first, 1, 1)
    while day.year <= last:
        yield day
        day += timedelta(days=1)


def test_chinas_days_off_and_working_weekends_are_those_of_the_notices_from_2019_on() -> None:
    off, worked = set[str](), set[str]()
    for year in NOTICES:
        calendar = resolved("CN", year)
        off |= set(closed(calendar))
        worked |= opened(calendar)
    assert off == {day for day in noticed() if day >= "2019"}
    assert worked == {day_of(year, text).isoformat() for year, (_, days) in NOTICES.items() for text in days.split()}


def test_chinas_days_are_day_by_day_those_of_a_second_package() -> None:
    calendars = {year: resolved("CN", year) for year in NOTICES}
    off = {day for calendar in calendars.values() for day in closed(calendar)}
    worked = {day for calendar in calendars.values() for day in opened(calendar)}
    for day in every_day(2019, 2026):
        text = day.isoformat()
        holiday, name = cast("tuple[bool, str | None]", chinese_calendar.get_holiday_detail(day))
        assert (text in off) is (text in UNNAMED or (holiday and name is not None)), text
        assert (text in worked) is (not holiday and name is not None), text


@pytest.mark.parametrize("day", ["01-03", "02-15", "04-04", "06-20", "06-21", "09-26", "09-27"])
def test_a_service_that_works_on_weekends_is_closed_on_those_of_chinas_holidays(day: str) -> None:
    calendar = resolved("CN", 2026, week=dict.fromkeys(("mon", "sat", "sun"), NINE_TO_FIVE))
    assert f"2026-{day}" in closed(calendar)


def test_a_year_that_china_has_not_announced_is_not_taken_for_complete() -> None:
    year = max(year for year in range(2026, 2032) if opened(resolved("CN", year)))
    calendar = CalendarPolicy.model_validate({"zone": "Asia/Shanghai", "week": {"mon": NINE_TO_FIVE}, "holidays": "CN"})
    reaching = resolve(calendar, date(year, 11, 1), date(year + 2, 1, 31))
    assert reaching.announced_to == date(year, 12, 31)
    assert resolve(calendar, date(year, 1, 1), date(year, 12, 31)).announced_to is None
    own = calendar.model_copy(update={"announced_through": year + 1})
    assert resolve(own, date(year, 11, 1), date(year + 2, 1, 31)).announced_to == date(year + 1, 12, 31)


def test_a_year_with_estimated_days_counts_as_not_announced() -> None:
    assert resolved("ID", 2040).announced_to == date(2039, 12, 31)
    assert resolved("DE", 2040, nationwide=True).announced_to is None


@pytest.mark.parametrize(
    ("country", "named", "day", "name"),
    [
        ("HK", ["public", "optional"], "2026-04-03", "Good Friday"),
        ("MO", ["government"], "2026-12-25", "Christmas Day"),
        ("GB-ENG", [], "2026-04-06", "Easter Monday"),
        ("DE-BY", ["public", "catholic"], "2026-08-15", "Assumption Day"),
    ],
)
def test_a_calendar_has_the_days_off_of_its_part_and_categories(country: str, named: list[str], day: str, name: str) -> None:
    days = closed(resolved(country, 2026, categories=named))
    assert name in str(days[day])
    assert day not in closed(resolved(country.partition("-")[0], 2026))


def test_what_a_country_has_besides_is_known() -> None:
    assert parts("GB") == {"GB-ENG": True, "GB-NIR": True, "GB-SCT": True, "GB-WLS": True}
    assert "DE-HH" in parts("DE")
    assert parts("CN") == dict.fromkeys(parts("CN"), False)
    assert "Good Friday" in categories("HK")["optional"]
    assert categories("DE-BY") == {"catholic": ("Assumption Day",), "public": ()}
    assert categories("CN") == {"public": ()}
