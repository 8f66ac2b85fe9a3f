"""Working time (SLA-2): pure functions on a calendar slice.

A span is local wall time: a day on which clocks change has as many working hours as really pass between its opening and closing.
Beyond the slice's window ordinary weeks are assumed, so that a deadline always has an answer; `covers` says when to renew it.

Each distinct slice is laid out once as three rows of integers (openings, closings, working time before each opening); every
question is then a binary search. The layout is a function of the slice alone, so it is safe to keep between workflow replays.
"""

import weakref
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.common.calendars import CalendarSlice, Hours

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  # the same object as datetime.UTC
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DAY_TICKS = _DAY // _TICK
_MINUTE_TICKS = timedelta(minutes=1) // _TICK
_YEAR = timedelta(days=365)
_FURTHEST = 63
"""Years beyond the window after which a calendar is taken to be closed for good."""


def add_working(calendar: CalendarSlice, start: datetime, amount: timedelta) -> datetime:
    """The first instant by which `amount` of working time has passed since `start`; a negative amount counts backwards.

    Raises ValueError for a calendar that never opens again.
    """
    if calendar.always or not amount:
        return start + amount
    at, ticks = _ticks(start), amount // _TICK
    layout = _reaching(calendar, at)
    while True:
        wanted = layout.worked(at) + ticks
        if wanted <= 0:
            layout = _widened(calendar, layout, before=1 + layout.years[0])
        elif wanted > layout.total:
            layout = _widened(calendar, layout, after=1 + layout.years[1])
        else:
            return _instant(layout.when(wanted))


def working_between(calendar: CalendarSlice, a: datetime, b: datetime) -> timedelta:
    """How much working time passes from `a` to `b`; nothing when `b` is not after `a`."""
    if b <= a:
        return timedelta(0)
    if calendar.always:
        return b - a
    first, last = _ticks(a), _ticks(b)
    _reaching(calendar, first)
    layout = _reaching(calendar, last)
    return (layout.worked(last) - layout.worked(first)) * _TICK


def is_open(calendar: CalendarSlice, at: datetime) -> bool:
    """Whether `at` is working time; the closing instant is not."""
    if calendar.always:
        return True
    ticks = _ticks(at)
    layout = _reaching(calendar, ticks)
    span = bisect_right(layout.opens, ticks) - 1
    return span >= 0 and ticks < layout.closes[span]


def next_opening(calendar: CalendarSlice, at: datetime) -> datetime:
    """`at` itself when it is working time, else when the next span opens. Raises ValueError when none ever does."""
    if is_open(calendar, at):
        return at
    ticks = _ticks(at)
    layout = _reaching(calendar, ticks)
    while True:
        span = bisect_right(layout.opens, ticks)
        if span < len(layout.opens):
            return _instant(layout.opens[span])
        layout = _widened(calendar, layout, after=1 + layout.years[1])


def holiday_between(calendar: CalendarSlice, since: datetime, until: datetime) -> str | None:
    """The name of the first holiday or closing day that somebody meets who waits from then until then (REC-4)."""
    first, last = _local_day(calendar, since), _local_day(calendar, until)
    return next((day.name for day in calendar.exceptional if first <= day.day <= last and not day.hours), None)


def covers(calendar: CalendarSlice, at: datetime) -> bool:
    """Whether holidays are known at `at`; False: the slice is to be renewed."""
    return calendar.always or calendar.first <= _local_day(calendar, at) <= calendar.last


def provisional(calendar: CalendarSlice, at: datetime) -> bool:
    """Whether `at` lies in a year whose days off are not announced, so that it may move once they are."""
    return not calendar.always and _local_day(calendar, at) > (calendar.announced_to or calendar.last)


class _Layout(NamedTuple):
    """Every span between two instants, in microseconds since 1970. `years` are how far it goes beyond the slice's window."""

    opens: "array[int]"
    closes: "array[int]"
    before: "array[int]"
    """Working time before each opening."""
    total: int
    low: int
    high: int
    years: tuple[int, int]

    def worked(self, at: int) -> int:
        span = bisect_right(self.opens, at) - 1
        return self.before[span] + min(at, self.closes[span]) - self.opens[span] if span >= 0 else 0

    def when(self, worked: int) -> int:
        """The first instant with so much (more than 0, at most `total`) worked."""
        span = bisect_left(self.before, worked) - 1
        return self.opens[span] + worked - self.before[span]


_known: dict[int, tuple["weakref.ref[CalendarSlice]", _Layout]] = {}
"""Hashing a slice costs more than a question to it, so the layout is found by the object first, then by its content."""


def _layout(calendar: CalendarSlice) -> _Layout:
    known = _known.get(id(calendar))
    if known is not None and known[0]() is calendar:
        return known[1]
    return _remember(calendar, (0, 0))


def _remember(calendar: CalendarSlice, years: tuple[int, int]) -> _Layout:
    layout = _laid_out(calendar, years)  # pyright: ignore[reportArgumentType]  # frozen models are hashable
    key = id(calendar)

    def forget(_: object) -> None:
        _known.pop(key, None)

    _known[key] = (weakref.ref(calendar, forget), layout)
    return layout


def _reaching(calendar: CalendarSlice, at: int) -> _Layout:
    """A layout that includes the instant."""
    layout = _layout(calendar)
    while at < layout.low:
        layout = _widened(calendar, layout, before=1 + (layout.low - at) // (_YEAR // _TICK))
    while at >= layout.high:
        layout = _widened(calendar, layout, after=1 + (at - layout.high) // (_YEAR // _TICK))
    return layout


def _widened(calendar: CalendarSlice, layout: _Layout, *, before: int = 0, after: int = 0) -> _Layout:
    years = (layout.years[0] + before, layout.years[1] + after)
    if max(years) > _FURTHEST:
        message = f"the calendar in {calendar.zone} has no working time within {_FURTHEST} years; give it weekly hours"
        raise ValueError(message)
    return _remember(calendar, years)


@lru_cache(maxsize=256)
def _laid_out(calendar: CalendarSlice, years: tuple[int, int]) -> _Layout:
    zone = ZoneInfo(calendar.zone)
    first = calendar.first - years[0] * _YEAR
    end = calendar.last + _DAY + years[1] * _YEAR
    opens, closes, before = array("q"), array("q"), array("q")
    total = 0
    for opening, closing in _spans(calendar, zone, first, end):
        opens.append(opening)
        closes.append(closing)
        before.append(total)
        total += closing - opening
    return _Layout(opens, closes, before, total, _wall(zone, first, 0), _wall(zone, end, 0), years)


def _spans(calendar: CalendarSlice, zone: ZoneInfo, first: date, end: date) -> Iterator[tuple[int, int]]:
    exceptional = {day.day: day.hours for day in calendar.exceptional}
    day, midnight = first, _wall(zone, first, 0)
    while day < end:
        next_midnight = _wall(zone, day + _DAY, 0)
        even = next_midnight - midnight == _DAY_TICKS
        hours: tuple[Hours, ...] = exceptional.get(day, calendar.week[day.weekday()] if calendar.week else ())
        for span in hours:
            if even:
                yield midnight + span.start * _MINUTE_TICKS, midnight + span.end * _MINUTE_TICKS
                continue
            opening, closing = _wall(zone, day, span.start), _wall(zone, day, span.end)
            if opening < closing:  # a span may fall wholly into the hour that is skipped
                yield opening, closing
        day, midnight = day + _DAY, next_midnight


def _wall(zone: ZoneInfo, day: date, minute: int) -> int:
    """The instant of a wall time: the first of two when clocks go back; the jump itself when they skip it."""
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    offset, later = _offset(zone, local, 0), _offset(zone, local, 1)
    naive = (local - _EPOCH.replace(tzinfo=None)) // _TICK
    if later <= offset:
        return naive - offset
    low, high = naive - later, naive - offset  # the jump is between; before it the zone has the old offset
    while high - low > 1:
        middle = (low + high) // 2
        changed = _instant(middle).astimezone(zone).utcoffset()
        low, high = (low, middle) if changed is not None and changed // _TICK == later else (middle, high)
    return high


def _offset(zone: ZoneInfo, local: datetime, fold: int) -> int:
    offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None  # noqa: S101  # a ZoneInfo always has one
    return offset // _TICK


def _local_day(calendar: CalendarSlice, at: datetime) -> date:
    return at.astimezone(ZoneInfo(calendar.zone)).date()


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _instant(ticks: int) -> datetime:
    return _EPOCH + ticks * _TICK
