"""A calendar as the policy writes it, resolved for a window of days: public holidays of any country of the `holidays` package,
with the working weekends that make up for them (SLA-2), and the marketplace's own closing and opening days, which win.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

import holidays

from models.common.calendars import CalendarPolicy, CalendarSlice, Exceptional, Hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSING_DAY = "休息日 (closing day)"
_DAY = timedelta(days=1)
_SATURDAY = 5
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


def known_country(code: str) -> bool:
    """Whether `CN`, or a part of a country as `DE-BY`, has holidays."""
    country, _, part = code.partition("-")
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        return False
    return True


def resolve(calendar: CalendarPolicy, first: date, last: date) -> CalendarSlice:
    """The slice from `first` to `last`, both included."""
    if calendar.always:
        return CalendarSlice(zone=calendar.zone, always=True, first=first, last=last)
    week = tuple(tuple(parse_span(span) for span in calendar.week.get(day, ())) for day in WEEKDAYS)
    days: dict[date, Exceptional] = {}
    if calendar.holidays:
        names, workdays = _public(calendar.holidays, first.year, last.year)
        makeup = tuple(parse_span(span) for span in calendar.makeup) or week[0]
        days |= {day: Exceptional(day=day, name=name) for day, name in names}
        days |= {day: Exceptional(day=day, hours=makeup) for day in workdays}
    days |= {day: Exceptional(day=day, name=(days[day].name if day in days else None) or CLOSING_DAY) for day in calendar.closed}
    days |= {day: Exceptional(day=day, hours=tuple(map(parse_span, spans))) for day, spans in calendar.open.items()}
    within = tuple(days[day] for day in sorted(days) if first <= day <= last)
    return CalendarSlice(zone=calendar.zone, week=week, exceptional=within, first=first, last=last)


@lru_cache(maxsize=32)
def _public(code: str, first_year: int, last_year: int) -> tuple[tuple[tuple[date, str], ...], tuple[date, ...]]:
    """(holidays with their names in the country's language and in English, working weekends)."""
    country, _, part = code.partition("-")
    years = range(first_year - 1, last_year + 2)
    own = holidays.country_holidays(country, subdiv=part or None).default_language  # never this machine's language
    local = holidays.country_holidays(country, subdiv=part or None, years=years, language=own)
    english = holidays.country_holidays(country, subdiv=part or None, years=years, language="en_US")
    workdays = tuple(sorted(day for day in getattr(local, "weekend_workdays", ()) if first_year <= day.year <= last_year))
    moved = str(getattr(local, "substituted_label", "")).partition("%s")[0]
    in_exchange = {day for day in local if moved and str(local[day]).startswith(moved)}
    names = {day: _both(local, english, day) for day in sorted(local) if day not in in_exchange}
    own_days = tuple(names)
    for day in sorted(in_exchange):  # a day off in exchange belongs to the holiday nearest to it
        names[day] = names[min(own_days, key=lambda own_day: abs(own_day - day))]
    for day in tuple(names):
        for between in _weekend_between(names, workdays, day):
            names[between] = names[day]
    return tuple(sorted(names.items())), workdays


def _weekend_between(names: dict[date, str], workdays: tuple[date, ...], day: date) -> list[date]:
    """Weekend days between two days of one holiday belong to it, though lists leave them out; a week of seven days needs them."""
    between: list[date] = []
    after = day + _DAY
    while after.weekday() >= _SATURDAY and after not in names and after not in workdays:
        between.append(after)
        after += _DAY
    return between if names.get(after) == names[day] else []


def _plain(name: str, names: holidays.HolidayBase) -> str:
    """Without the mark of a holiday that is observed on another day."""
    mark = str(names.tr(getattr(names, "observed_label", ""))).replace("%s", "")
    return name.removesuffix(mark) if mark else name


def _both(local: holidays.HolidayBase, english: holidays.HolidayBase, day: date) -> str:
    own, other = (_plain(str(names.get(day) or ""), names) for names in (local, english))
    return own if not other or other == own else f"{own} ({other})"
