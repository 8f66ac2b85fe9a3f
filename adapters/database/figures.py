"""Reading the figures (RVW-1): conditions and sums over `figures`, on either database."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.local_time import MINUTES_OF_WEEK, MONDAY, local_minute
from models.common.vocabulary import Party
from models.tables.figures import FigureRow

FIRST_MONDAY = date(1969, 12, 29)
UNHAPPY = 2
"""A score from here down goes to a supervisor (FUP-2)."""


class Dimension(StrEnum):
    """By what cases are counted: a column of `figures` each."""

    KIND = "kind"
    ISSUE = "issue"
    CHANNEL = "channel"
    PRIORITY = "priority"
    MERCHANT = "merchant_id"
    CARRIER = "carrier_id"
    PRODUCT = "product"
    CATEGORY = "category"
    REGION = "region"
    TEAM = "team"
    AGENT = "agent"
    TIER = "tier"
    PARTY = "party"
    OUTCOME = "outcome"
    ROOT_CAUSE = "root_cause"

    @property
    def column(self) -> Any:  # noqa: ANN401  # a column
        return col(getattr(FigureRow, self.value))


def _found(party: Party) -> ColumnElement[bool]:
    return or_(col(FigureRow.party) == party.value, col(FigureRow.party) == Party.SHARED.value)


_LOWEST = [col(FigureRow.speed), col(FigureRow.solution), col(FigureRow.attitude)]
EVENTS: Mapping[str, Any] = {
    "over": col(FigureRow.over),
    "solved": col(FigureRow.solve_seconds).is_not(None),
    "first_contact": col(FigureRow.first_contact),
    "without_person": col(FigureRow.without_person),
    "reopened": col(FigureRow.reopened) > 0,
    "disputed": col(FigureRow.disputed),
    "returned": col(FigureRow.returned),
    "missed": col(FigureRow.missed),
    "merchant_at_fault": _found(Party.MERCHANT),
    "carrier_at_fault": _found(Party.CARRIER),
    "platform_at_fault": _found(Party.PLATFORM),
    "rated": col(FigureRow.speed).is_not(None),
    "unhappy": or_(*(score <= UNHAPPY for score in _LOWEST)),
}
"""What a case may count for besides being one: the numerators of rates."""


class WeekCounts(NamedTuple):
    """Cases of one merchant, product, … that were opened in a week, about goods of one category."""

    value: str
    week: date
    """Its Monday."""
    category: str | None
    cases: int
    given_minor: int
    """In `currency`."""
    currency: str
    counts: Mapping[str, int]
    """How many of the cases, by the names of `EVENTS`."""


async def weekly_counts(
    session: AsyncSession, by: Dimension, since: datetime, until: datetime, zone: ZoneInfo
) -> list[WeekCounts]:
    """Cases opened from `since` until before `until`, by that dimension, week of the zone, category and currency; what is not known is left out."""
    week = ((local_minute(col(FigureRow.opened_minute), zone, since, until) + MONDAY) // MINUTES_OF_WEEK).label("week")
    keys: list[Any] = [by.column, week, col(FigureRow.category), col(FigureRow.currency)]
    counts = [func.sum(case((event, 1), else_=0)) for event in EVENTS.values()]
    select_columns: Any = select
    asked = select_columns(*keys, func.count(), func.sum(col(FigureRow.given_minor)), *counts)
    opened = and_(col(FigureRow.opened_at) >= since, col(FigureRow.opened_at) < until, by.column.is_not(None))
    rows: list[Any] = list((await session.exec(asked.where(opened).group_by(*keys).order_by(*keys))).all())
    return [
        WeekCounts(
            value=row[0],
            week=FIRST_MONDAY + timedelta(weeks=row[1]),
            category=row[2],
            currency=row[3],
            cases=row[4],
            given_minor=int(row[5]),
            counts=dict(zip(EVENTS, row[6:], strict=True)),
        )
        for row in rows
    ]
