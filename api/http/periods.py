"""Periods of reviews and scorecards: whole days of the market's zone."""

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from api.http.problems import problem
from models.common.vocabulary import ErrorType
from models.review.period import Period

LONGEST = timedelta(days=732)
FIRST = date(2000, 1, 1)
"""Nobody's cases are older."""

OpenedFrom = Annotated[date | None, Query(description="The first day, in the market's zone.", examples=["2026-05-11"])]
OpenedTo = Annotated[
    date | None, Query(description="The first day that is not in it; without it, today.", examples=["2026-05-18"])
]


def period_of(since: date | None, until: date | None, zone: ZoneInfo, usually: timedelta) -> Period:
    """The period that a caller named; `usually`: how long it is when it has no beginning. 422 for one that cannot be."""
    until = until or datetime.now(zone).date()
    since = since or max(until, FIRST + usually) - usually
    if since < FIRST or until <= since:
        en, zh = "a period begins before it ends, and not before 2000", "起始日须早于结束日，且不早于 2000 年"
        raise problem(ErrorType.INVALID, f"opened_from: {en}.", f"opened_from：{zh}。", field="opened_from", rule="RVW-2")
    if until - since > LONGEST:
        en, zh = f"a period has at most {LONGEST.days} days", f"统计期最长 {LONGEST.days} 天"
        raise problem(ErrorType.INVALID, f"opened_from: {en}.", f"opened_from：{zh}。", field="opened_from", rule="RVW-2")
    return Period(since, until, zone)
