"""What a calendar's type cannot say (SLA-2): its zone, its spans, and whose days off close it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from models.common.calendars import CalendarPolicy
from models.policy.policy import Policy
from rules.common.holidays import announced_to, categories, parse_span, parts
from rules.common.policy_fault import Faults, Loc, unknown

SHOWN = 4
"""So many days of a category are named."""
SOON = 60
"""Operators are told so many days before promises run into a year that is not announced."""


def not_announced(policy: Policy, today: date) -> Iterator[str]:
    """For operators: the calendars whose next days off are not known, and what to do."""
    for name, calendar in policy.calendars.items():
        last = announced_to(calendar, today)
        if last < today + timedelta(days=SOON):
            mend = f"write them in closed and open with announced_through: {last.year + 1}"
            yield (
                f"calendars.{name}: the days off of {calendar.holidays} after {last} are not announced, and deadlines there may move; "
                f"install a version of the package `holidays` that has them, or {mend}"
            )


def calendar_faults(loc: Loc, calendar: CalendarPolicy) -> Faults:
    yield from _holidays(loc, calendar)
    days: list[tuple[Loc, Sequence[str]]] = [((*loc, "week", day), spans) for day, spans in calendar.week.items()]
    days += [((*loc, "open", str(day)), spans) for day, spans in calendar.open.items()]
    days += [((*loc, "makeup"), calendar.makeup)]
    for where, spans in days:
        yield from _spans(where, spans)
    if calendar.always and (any(calendar.week.values()) or calendar.holidays or calendar.closed or calendar.open):
        yield (*loc, "always"), "a calendar that is always open has no week, holidays or closing days; keep one of the two"
    if not calendar.always and not any(calendar.week.values()):
        yield (*loc, "week"), "is never open; give it hours like mon: [09:00-18:00], or always: true"
    for day in set(calendar.closed) & set(calendar.open):
        yield (*loc, "open", str(day)), f"{day} is both closed and open; keep one"


def zone_faults(loc: Loc, zone: str) -> Faults:
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        yield loc, f'no such time zone "{zone}"; write one like Asia/Shanghai'


def _holidays(loc: Loc, calendar: CalendarPolicy) -> Faults:
    """The days off have to be those of one place: a country or part that is known, and not too coarse."""
    code = calendar.holidays
    if code is None:
        chosen = {
            "nationwide": calendar.nationwide,
            "categories": calendar.categories,
            "announced_through": calendar.announced_through,
        }
        for field, value in chosen.items():
            if value:
                yield (*loc, field), "says which holidays close, and the calendar has none; add holidays like CN, or remove it"
        return
    country, _, part = code.partition("-")
    try:
        differ = parts(country)
    except KeyError:
        yield (*loc, "holidays"), f'no holidays are known for "{code}"; write a country like CN or a part like DE-BY'
        return
    if part and code not in differ:
        exist = f"its parts are {', '.join(differ)}" if differ else f"it has no parts; write {country}"
        yield (*loc, "holidays"), f'no part "{part}" of {country} is known; {exist}'
        return
    if part and calendar.nationwide:
        yield (*loc, "nationwide"), f"{code} is a part of {country}; write holidays: {country}, or remove nationwide"
    if not part and any(differ.values()) and not calendar.nationwide:
        mend = f"name one of {', '.join(differ)}, or add nationwide: true for those of the whole country only"
        yield (*loc, "holidays"), f"days off differ between the parts of {country}; {mend}"
        return
    yield from _categories(loc, code, calendar.categories)


def _categories(loc: Loc, code: str, named: Sequence[str]) -> Faults:
    exist = categories(code)
    for index, name in enumerate(named):
        if name not in exist:
            yield (*loc, "categories", index), unknown("category of days off", name, exist)
    more = {name: days for name, days in exist.items() if days}
    if more and not named:
        told = "; ".join(
            f"{name} adds {', '.join(days[:SHOWN])}{' …' if len(days) > SHOWN else ''}" for name, days in more.items()
        )
        mend = f"name those that close, as categories: [{', '.join(exist)}]"
        yield (*loc, "categories"), f"{code} has days off of several categories: to public {told}; {mend}"


def _spans(loc: Loc, spans: Sequence[str]) -> Faults:
    end = 0
    for index, text in enumerate(spans):
        try:
            span = parse_span(text)
        except ValueError as error:
            yield (*loc, index), str(error)
            continue
        if span.start < end:
            yield (
                (*loc, index),
                f'"{text}" overlaps or precedes "{spans[index - 1]}"; write the spans in order, apart from each other',
            )
        end = max(end, span.end)
