"""A calendar as the policy writes it, resolved for a window of days: public holidays of any country of the `holidays` package,
with the working weekends that make up for them (SLA-2), and the marketplace's own closing and opening days, which win.

China's days off are those of the State Council's yearly notice, as 国办发明电〔2025〕7号 for 2026; `tests/rules/common/test_holidays.py`
compares each day from 2019 on with the notices and with a second package.
"""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import holidays

from models.common.calendars import CalendarPolicy, CalendarSlice, Exceptional, Hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSING_DAY = "休息日 (closing day)"
_DAY = timedelta(days=1)
_SATURDAY = 5
DECREED = frozenset({"AZ", "BY", "CN", "HU", "KG", "KZ", "LV", "MM", "RU", "UZ", "VN"})
"""Countries whose government moves days off from year to year: a year is announced once a day of it was moved."""
WITH_WEEKENDS = frozenset({"CN"})
"""Countries that announce a holiday together with the weekend that it adjoins."""
NO_DAYS_OFF = frozenset({"half_day", "school", "unofficial", "workday"})
"""Categories of the package on whose days people work."""
COMPARED = range(2025, 2028)
"""Years in which parts and categories are compared, to tell whether they differ."""
FURTHEST = 400
"""So many days ahead are looked at."""
_ESTIMATED = "(estimated"
_SPAN = re.compile(r"([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")


def parse_span(text: str) -> Hours:
    """`09:00-12:00`. Raises ValueError with the mend."""
    match = _SPAN.fullmatch(text)
    if match is None:
        message = f'a span is written as 09:00-12:00, not "{text}"'
        raise ValueError(message)
    hour, minute, end_hour, end_minute = (int(part) for part in match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if end > 24 * 60:
        message = f'a day ends at 24:00; "{text}" does not'
        raise ValueError(message)
    if start >= end:
        message = (
            f'"{text}" ends before it begins; split a night at midnight: {text[:5]}-24:00, and 00:00-{text[6:]} on the next day'
        )
        raise ValueError(message)
    return Hours(start=start, end=end)


def parts(country: str) -> dict[str, bool]:
    """Its parts as `DE-BY`, and whether each has days off that not the whole country has. Raises KeyError for an unknown country."""
    codes = [f"{country}-{part}" for part in holidays.list_supported_countries()[country]]
    return {code: _days(code, ()) != _days(country, ()) for code in codes}


def categories(code: str) -> dict[str, tuple[str, ...]]:
    """The kinds of days off of a country or part, and what each adds to its public holidays, in English."""
    public = _days(code, ())
    found = {name for name in _of(code).supported_categories if name not in NO_DAYS_OFF}
    return {name: tuple(sorted(set(_named(code, name, public)))) for name in sorted(found)}


def resolve(calendar: CalendarPolicy, first: date, last: date) -> CalendarSlice:
    """The slice from `first` to `last`, both included."""
    if calendar.always:
        return CalendarSlice(zone=calendar.zone, always=True, first=first, last=last)
    week = tuple(tuple(parse_span(span) for span in calendar.week.get(day, ())) for day in WEEKDAYS)
    days: dict[date, Exceptional] = {}
    announced_to = None
    if calendar.holidays:
        public = _public(calendar.holidays, calendar.categories, first.year, last.year)
        makeup = tuple(parse_span(span) for span in calendar.makeup) or week[0]
        days |= {day: Exceptional(day=day, name=name) for day, name in public.names}
        days |= {day: Exceptional(day=day, hours=makeup) for day in public.workdays}
        announced = max(public.announced, calendar.announced_through or 0)
        announced_to = date(announced, 12, 31) if announced < last.year else None
    days |= {day: Exceptional(day=day, name=(days[day].name if day in days else None) or CLOSING_DAY) for day in calendar.closed}
    days |= {day: Exceptional(day=day, hours=tuple(map(parse_span, spans))) for day, spans in calendar.open.items()}
    within = tuple(days[day] for day in sorted(days) if first <= day <= last)
    return CalendarSlice(zone=calendar.zone, week=week, exceptional=within, first=first, last=last, announced_to=announced_to)


def announced_to(calendar: CalendarPolicy, today: date) -> date:
    """The last day whose days off are announced, or which `FURTHEST` looks at."""
    furthest = today + FURTHEST * _DAY
    return resolve(calendar, today, furthest).announced_to or furthest


class _Public(NamedTuple):
    names: tuple[tuple[date, str], ...]
    """Holidays with their names in the country's language and in English."""
    workdays: tuple[date, ...]
    """Working weekends."""
    announced: int
    """The last year whose days off are announced."""


def _of(code: str, categories: tuple[str, ...] = (), **more: Any) -> holidays.HolidayBase:  # noqa: ANN401  # the package's own
    country, _, part = code.partition("-")
    chosen = {"categories": categories} if categories else {}
    return holidays.country_holidays(country, subdiv=part or None, **chosen, **more)


@lru_cache(maxsize=512)
def _days(code: str, categories: tuple[str, ...]) -> frozenset[date]:
    return frozenset(_of(code, categories, years=COMPARED))


def _named(code: str, category: str, without: frozenset[date]) -> list[str]:
    days = _of(code, (category,), years=COMPARED, language="en_US")
    return [str(days[day]) for day in days if day not in without]


@lru_cache(maxsize=32)
def _public(code: str, categories: tuple[str, ...], first_year: int, last_year: int) -> _Public:
    years = range(first_year - 1, last_year + 2)
    own = _of(code).default_language  # never this machine's language
    local = _of(code, categories, years=years, language=own)
    english = _of(code, categories, years=years, language="en_US")
    moved_in = tuple(sorted(getattr(local, "weekend_workdays", ())))
    workdays = tuple(day for day in moved_in if first_year <= day.year <= last_year)
    moved = str(getattr(local, "substituted_label", "")).partition("%s")[0]
    in_exchange = {day for day in local if moved and str(local[day]).startswith(moved)}
    names = {day: _both(local, english, day) for day in sorted(local) if day not in in_exchange}
    own_days = tuple(names)
    for day in sorted(in_exchange):  # a day off in exchange belongs to the holiday nearest to it
        names[day] = names[min(own_days, key=lambda own_day: abs(own_day - day))]
    country = code.partition("-")[0]
    for day in sorted(names):
        for beside in _weekend_beside(names, moved_in, day, whole=country in WITH_WEEKENDS):
            names.setdefault(beside, names[day])
    announced = last_year
    if country in DECREED:
        announced = min(announced, max((first_year - 1, *(day.year for day in moved_in))))
    estimated = [day.year for day in english if _ESTIMATED in str(english[day]) and day.year >= first_year]
    return _Public(tuple(sorted(names.items())), workdays, min(announced, min(estimated, default=last_year + 1) - 1))


def _weekend_beside(names: dict[date, str], workdays: tuple[date, ...], day: date, *, whole: bool) -> list[date]:
    """Weekend days that belong to a holiday, though lists leave them out, which a week of seven days needs: those between two days of
    one holiday; where the `whole` is announced together, those right before and after it too.
    """
    beside: list[date] = []
    for step in (_DAY, -_DAY):
        found: list[date] = []
        at = day + step
        while at.weekday() >= _SATURDAY and at not in names and at not in workdays:
            found.append(at)
            at += step
        if whole or names.get(at) == names[day]:
            beside += found
    return beside


def _plain(name: str, names: holidays.HolidayBase) -> str:
    """Without the mark of a holiday that is observed on another day."""
    mark = str(names.tr(getattr(names, "observed_label", ""))).replace("%s", "")
    return name.removesuffix(mark) if mark else name


def _both(local: holidays.HolidayBase, english: holidays.HolidayBase, day: date) -> str:
    own, other = (_plain(str(names.get(day) or ""), names) for names in (local, english))
    return own if not other or other == own else f"{own} ({other})"
