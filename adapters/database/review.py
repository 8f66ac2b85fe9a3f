"""The facts of cases, counted for scorecards and reviews (RVW-2, RVW-3). What a case counts for is said in `adapters/database/figures.py`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.figures import EVENTS
from adapters.database.local_time import MINUTES_OF_DAY, MINUTES_OF_WEEK, local_minute
from models.common.vocabulary import Issue, Outcome, Party
from models.figures import Counted
from models.review.causes import Cause, CauseCount, cause_of, usual_party
from models.review.counts import CaseCount, Member, WeekCount
from models.review.period import Period
from models.review.report import Example, PeriodReview
from models.review.scorecards import KINDS, Measure, ScorecardKind, measures_of
from models.tables.figures import FigureRow
from models.tables.improvements import ImprovementRow
from models.tables.reviews import ReviewRow

EPOCH = date(1970, 1, 1)
EVERY = col(FigureRow.case_id).is_not(None)
MEASURES: Mapping[Measure, tuple[ColumnElement[bool], Counted]] = {
    Measure.REOPENED: (EVENTS[Counted.OVER], Counted.REOPENED),
    Measure.DISPUTED: (EVENTS[Counted.OVER], Counted.DISPUTED),
    Measure.MISSED: (EVERY, Counted.MISSED),
    Measure.DISSATISFIED: (EVENTS[Counted.RATED], Counted.UNHAPPY),
}
"""A measure's cases, and the event that is counted among them; that of AT_FAULT is the kind's."""
FAULTS = {
    ScorecardKind.MERCHANT: Counted.MERCHANT_AT_FAULT,
    ScorecardKind.PRODUCT: Counted.MERCHANT_AT_FAULT,
    ScorecardKind.CARRIER: Counted.CARRIER_AT_FAULT,
}


def _opened(period: Period) -> ColumnElement[bool]:
    """A case counts where it was opened; one that goes on in another is counted there."""
    at, outcome = col(FigureRow.opened_at), col(FigureRow.outcome)
    return and_(at >= period.begins, at < period.ends, or_(outcome.is_(None), outcome != Outcome.MERGED.value))


def _week(period: Period) -> Any:  # noqa: ANN401  # a column
    """How many times seven days after its first day a case was opened."""
    minute: Any = col(FigureRow.opened_minute)
    first = (period.since - EPOCH).days * MINUTES_OF_DAY
    return ((local_minute(minute, period.zone, period.begins, period.ends) - first) // MINUTES_OF_WEEK).label("week")


def _sums(kind: ScorecardKind) -> list[Any]:
    """Cases and hits of every measure of the kind, in turn."""
    sums: list[Any] = []
    for measure in measures_of(kind):
        cases, event = (col(FigureRow.party).is_not(None), FAULTS[kind]) if measure is Measure.AT_FAULT else MEASURES[measure]
        sums += [func.sum(case((cases, 1), else_=0)), func.sum(case((and_(cases, EVENTS[event]), 1), else_=0))]
    return sums


def _measured(kind: ScorecardKind, sums: Sequence[int]) -> dict[Measure, tuple[int, int]]:
    return {measure: (int(sums[2 * at]), int(sums[2 * at + 1])) for at, measure in enumerate(measures_of(kind))}


def _columns(names: Sequence[str]) -> list[Any]:
    return [col(getattr(FigureRow, name)) for name in names]


async def _rows(session: AsyncSession, asked: Any) -> list[Any]:  # noqa: ANN401  # any statement
    found: Any = await session.exec(asked)  # pyright: ignore[reportUnknownVariableType]
    return [*found.all()]


async def case_counts(session: AsyncSession, kind: ScorecardKind, period: Period, currency: str) -> list[CaseCount]:
    """All members' cases. Money of other currencies is not in it."""
    of = KINDS[kind]
    keys = _columns((*of.member, *of.like))
    own_money = case((col(FigureRow.currency) == currency, col(FigureRow.given_minor)), else_=0)
    members = keys[: len(of.member)]
    chosen: Any = select
    asked = chosen(*keys, func.count(), func.sum(own_money), *_sums(kind)).group_by(*keys).order_by(*keys)
    rows = await _rows(session, asked.where(_opened(period), *(column.is_not(None) for column in members)))
    width, like = len(of.member), len(of.member) + len(of.like)
    return [
        CaseCount(
            member=tuple(row[:width]),
            like=dict(zip(of.like, row[width:like], strict=True)),
            cases=row[like],
            given_minor=int(row[like + 1]),
            measures=_measured(kind, row[like + 2 :]),
        )
        for row in rows
    ]


async def week_counts(session: AsyncSession, kind: ScorecardKind, period: Period, members: Collection[Member]) -> list[WeekCount]:
    """By week: these members', and everybody's together."""
    of = KINDS[kind]
    columns, like, week = _columns(of.member), _columns(of.like), _week(period)
    chosen: Any = select
    there = (_opened(period), *(column.is_not(None) for column in columns))
    total = chosen(week, *like, *_sums(kind)).where(*there).group_by(week, *like)
    own = chosen(week, *like, *_sums(kind), *columns).where(*there, tuple_(*columns).in_(sorted(members)))
    counts: list[WeekCount] = []
    end = 1 + len(of.like) + 2 * len(measures_of(kind))
    for asked in (total, own.group_by(week, *like, *columns)):
        rows = await _rows(session, asked)
        for row in rows:
            known = dict(zip(of.like, row[1 : 1 + len(of.like)], strict=True))
            counts.append(WeekCount(row[0], tuple(row[end:]) or None, known, _measured(kind, row[1 + len(of.like) : end])))
    return counts


async def cause_counts(session: AsyncSession, period: Period, currency: str) -> list[CauseCount]:
    """What a period's cases were caused by; weeks are counted from its first day."""
    week = _week(period)
    keys = [week, *_columns(("party", "issue", "merchant_id", "carrier_id", "region", "team", "category"))]
    own_money = case((col(FigureRow.currency) == currency, col(FigureRow.given_minor)), else_=0)
    chosen: Any = select
    asked = chosen(*keys, func.count(), func.sum(own_money)).where(_opened(period)).group_by(*keys)
    counts: list[CauseCount] = []
    rows = await _rows(session, asked)
    for number, party, issue, merchant, carrier, region, team, category, cases, cost in rows:
        cause = cause_of(
            Party(party) if party else None,
            Issue(issue) if issue else None,
            merchant=merchant,
            carrier=carrier,
            region=region,
            team=team,
        )
        if cause is not None:
            counts.append(CauseCount(period.since + timedelta(weeks=number), cause, category, cases, int(cost)))
    return counts


class Made(NamedTuple):
    """A review, and its improvements as they stand now, by id."""

    review: PeriodReview
    improvements: Mapping[str, ImprovementRow]


async def made(session: AsyncSession, review_id: str) -> Made | None:
    """None: there is no such review."""
    row = await session.get(ReviewRow, review_id)
    if row is None:
        return None
    review = PeriodReview.model_validate(row.report)
    named = {one.improvement_id for one in (*review.worse, *review.costly) if one.improvement_id}
    found = (await session.exec(select(ImprovementRow).where(col(ImprovementRow.improvement_id).in_(named)))).all()
    return Made(review, {row.improvement_id: row for row in found})


class Totals(NamedTuple):
    """All cases of a period, whatever they were caused by."""

    cases: int
    cost_minor: int
    other_currencies: int


async def totals(session: AsyncSession, period: Period, currency: str) -> Totals:
    """`cost_minor` in `currency` alone; `other_currencies`: cases in others."""
    own = col(FigureRow.currency) == currency
    sums = (func.sum(case((own, col(FigureRow.given_minor)), else_=0)), func.sum(case((own, 0), else_=1)))
    count, cost, others = (await session.exec(select(func.count(), *sums).where(_opened(period)))).one()
    return Totals(count, int(cost or 0), int(others or 0))


async def examples(session: AsyncSession, cause: Cause, period: Period, most: int) -> tuple[Example, ...]:
    """The cases of a cause that cost most."""
    of = [col(FigureRow.issue) == cause.issue if cause.issue else col(FigureRow.issue).is_(None), _opened(period)]
    found = col(FigureRow.party)
    parties = [cause.party.value, *([Party.SHARED.value] if cause.party is Party.PLATFORM else [])]
    undecided = [found.is_(None)] if usual_party(cause.issue) is cause.party else []
    of.append(or_(found.in_(parties), *undecided))
    who = {Party.MERCHANT: FigureRow.merchant_id, Party.CARRIER: FigureRow.carrier_id}.get(cause.party, FigureRow.team)
    if cause.who is not None:
        of.append(col(who) == cause.who)
    if cause.region is not None:
        of.append(col(FigureRow.region) == cause.region)
    dearest = (col(FigureRow.given_minor).desc(), col(FigureRow.case_id))
    asked = select(FigureRow.case_id, FigureRow.given_minor).where(*of).order_by(*dearest).limit(most)
    return tuple(Example(case_id=case_id, cost_minor=minor) for case_id, minor in (await session.exec(asked)).all())
