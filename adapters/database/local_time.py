"""Local days, weeks and hours of any zone, half hours included, worked out in SQL from minutes since 1970 (RVW-1)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
MINUTES_OF_DAY, MINUTES_OF_WEEK = 24 * 60, 7 * 24 * 60
MONDAY = 3 * MINUTES_OF_DAY
"""1 January 1970 was a Thursday: so many minutes after a Monday."""


def local_minute(
    minute: Any,  # noqa: ANN401  # a column
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
) -> ColumnElement[int]:
    """Minutes since 1970 by that zone's clock; right for what happened between these instants."""
    (_, first), *later = offsets(zone, since, until)
    return minute + (case(*((minute >= at, ahead) for at, ahead in reversed(later)), else_=first) if later else first)


def offsets(zone: ZoneInfo, since: datetime, until: datetime) -> tuple[tuple[int, int], ...]:
    """From which minute on, and by how many minutes, that zone's clocks are ahead of UTC between these instants; the first holds from `since`."""
    return tuple(_offsets(zone, since.astimezone(UTC), until.astimezone(UTC)))


def _offsets(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[tuple[int, int]]:
    known = _ahead(zone, since)
    yield (since - EPOCH) // MINUTE, known
    before = since
    while before < until:
        after = min(before + DAY, until)
        if (ahead := _ahead(zone, after)) != known:
            yield _change(zone, before, after), ahead
            known = ahead
        before = after


def _ahead(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101  # a zone has one at every instant
    return offset // MINUTE


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> int:
    """The first minute with the offset of `after`."""
    low, high = (before - EPOCH) // MINUTE, (after - EPOCH) // MINUTE
    wanted = _ahead(zone, after)
    while low < high:
        middle = (low + high) // 2
        if _ahead(zone, EPOCH + middle * MINUTE) == wanted:
            high = middle
        else:
            low = middle + 1
    return low
