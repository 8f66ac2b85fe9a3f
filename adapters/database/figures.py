"""Reading the figures (RVW-1): what a case may count for, as conditions on `figures`, and sums over its rows on either database."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.local_time import EPOCH, MINUTE, SECOND
from adapters.database.root_causes import as_it_counts
from models.common.vocabulary import Party
from models.figures import Counted, Dimension
from models.policy.reports import ReportsPolicy
from models.tables.figures import CHUNK, FigureRow

SETTINGS = {"jit": "off", "work_mem": "64MB", "max_parallel_workers_per_gather": "0"}
_PLAN = text("SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items()))


async def plan_reports(session: AsyncSession) -> None:
    """From here to the end of the session's transaction: sums are made in memory, by one process and without a compiler,
    which leaves the other processors to others.
    """
    if session.get_bind().dialect.name == "postgresql":
        await (await session.connection()).execute(_PLAN)


def column_of(by: Dimension) -> Any:  # noqa: ANN401  # a column
    return as_it_counts(FigureRow) if by is Dimension.ROOT_CAUSE else col(getattr(FigureRow, by.value))


def _found(party: Party) -> ColumnElement[bool]:
    return or_(col(FigureRow.party) == party.value, col(FigureRow.party) == Party.SHARED.value)


EVENTS: dict[Counted, Any] = {
    Counted.OVER: col(FigureRow.over),
    Counted.SOLVED: col(FigureRow.solve_seconds).is_not(None),
    Counted.FIRST_CONTACT: col(FigureRow.first_contact),
    Counted.WITHOUT_PERSON: col(FigureRow.without_person),
    Counted.REOPENED: col(FigureRow.reopened) > 0,
    Counted.DISPUTED: col(FigureRow.disputed),
    Counted.RETURNED: col(FigureRow.returned),
    Counted.MISSED: col(FigureRow.missed),
    Counted.MERCHANT_AT_FAULT: _found(Party.MERCHANT),
    Counted.CARRIER_AT_FAULT: _found(Party.CARRIER),
    Counted.PLATFORM_AT_FAULT: _found(Party.PLATFORM),
    Counted.RATED: col(FigureRow.speed).is_not(None),
    Counted.UNHAPPY: col(FigureRow.unhappy),
}
"""What a case may count for, whatever was promised."""


def events(policy: ReportsPolicy, now: datetime) -> Mapping[Counted, Any]:
    """All that a case may count for. An open case that nobody answered, or solved, in time is late already."""
    return EVENTS | {
        Counted.ANSWERED_IN_TIME: col(FigureRow.answer_seconds) <= policy.answered.within // SECOND,
        Counted.ANSWERED_LATE: _late(col(FigureRow.answer_seconds), policy.answered.within, now),
        Counted.SOLVED_IN_TIME: col(FigureRow.solve_seconds) <= policy.solved.within // SECOND,
        Counted.SOLVED_LATE: _late(col(FigureRow.solve_seconds), policy.solved.within, now),
    }


def _late(seconds: Any, within: timedelta, now: datetime) -> ColumnElement[bool]:  # noqa: ANN401  # a column
    waits = and_(seconds.is_(None), col(FigureRow.closed_at).is_(None), col(FigureRow.opened_at) < now - within)
    return or_(seconds > within // SECOND, waits)


def counting(event: Any) -> Any:  # noqa: ANN401  # SQLAlchemy's own
    """How many rows that holds of."""
    return func.count().filter(event)


def opened(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Opened from then until before that."""
    return (col(FigureRow.opened_at) >= since, col(FigureRow.opened_at) < until)


def minute_of(at: datetime) -> int:
    """The column `opened_minute` of that instant."""
    return (at - EPOCH) // MINUTE


async def times_of(session: AsyncSession, since: datetime, until: datetime, conditions: tuple[Any, ...]) -> AsyncIterator[bytes]:
    """The columns `times` of cases that were opened in that period, one behind the other, in blocks of some thousands."""
    times, some = col(FigureRow.times), col(FigureRow.places) > 0
    for chunk in range(minute_of(since) // CHUNK, minute_of(until) // CHUNK + 1):
        first, end = max(since, EPOCH + chunk * CHUNK * MINUTE), min(until, EPOCH + (chunk + 1) * CHUNK * MINUTE)
        fits = (*opened(first, end), *conditions, some)
        if session.get_bind().dialect.name == "postgresql":
            joined: Any = func.string_agg(times, text("''::bytea"))
            yield bytes((await session.exec(select(joined).where(*fits))).one() or b"")
        else:
            yield b"".join((await session.exec(select(times).where(*fits))).all())
