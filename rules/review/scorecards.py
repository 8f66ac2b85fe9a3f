"""Scorecards made of counted cases (RVW-2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from models.review.counts import CaseCount, Member, WeekCount
from models.review.policy import ScorecardPolicy
from models.review.scorecards import (
    KINDS,
    ChangeView,
    Measure,
    RateView,
    Scorecard,
    ScorecardKind,
    Verdict,
    WeekView,
    measures_of,
)
from rules.review.comparison import Limits, Standing, Tally, compare, wilson
from rules.review.trend import change_point

Of = tuple[Member, Measure]


def standings(kind: ScorecardKind, counts: Sequence[CaseCount], policy: ScorecardPolicy) -> dict[Of, Standing]:
    """Every measure of every member. The flags of all measures together are adjusted for their number."""
    tallies = (
        Tally((one.member, measure), (measure, *_stratum(kind, measure, one.like)), *one.measures[measure])
        for one in counts
        for measure in measures_of(kind)
    )
    return compare(tallies, Limits(policy.small, policy.false_discovery, policy.ratio))


def flagged(known: Mapping[Of, Standing]) -> frozenset[Member]:
    return frozenset(member for (member, _), one in known.items() if one.verdict is Verdict.ABOVE)


class Trend(NamedTuple):
    change: ChangeView | None
    weeks: tuple[WeekView, ...]


def trends(kind: ScorecardKind, counts: Sequence[WeekCount], since: date, weeks: int) -> dict[Of, Trend]:
    """The members' weeks beside what all others had in the same weeks and kinds of cases."""
    everybody = defaultdict[tuple[object, ...], list[int]](lambda: [0, 0])
    for one in counts:
        if one.member is None:
            for measure, (cases, hits) in one.measures.items():
                total = everybody[(one.week, measure, *_stratum(kind, measure, one.like))]
                total[0], total[1] = total[0] + cases, total[1] + hits
    own = defaultdict[tuple[Member, Measure, int, tuple[str | None, ...]], list[int]](lambda: [0, 0])
    for one in counts:
        if one.member is not None:
            for measure, (cases, hits) in one.measures.items():
                mine = own[one.member, measure, one.week, _stratum(kind, measure, one.like)]
                mine[0], mine[1] = mine[0] + cases, mine[1] + hits
    points = defaultdict[Of, list[list[float]]](lambda: [[0, 0, 0.0] for _ in range(weeks)])
    for (member, measure, week, stratum), (cases, hits) in own.items():
        all_cases, all_hits = everybody[(week, measure, *stratum)]
        if all_cases > cases:  # the others had such cases
            point = points[member, measure][week]
            point[0] += cases
            point[1] += hits
            point[2] += cases * (all_hits - hits) / (all_cases - cases)
    return {of: _trend(series, since) for of, series in points.items()}


def _trend(series: Sequence[Sequence[float]], since: date) -> Trend:
    monday = [since + timedelta(weeks=week) for week in range(len(series))]
    found = change_point(
        [int(hits) for _, hits, _ in series], [expected for _, _, expected in series], [int(cases) for cases, _, _ in series]
    )
    views = (
        WeekView(week=week, cases=int(cases), hits=int(hits), expected=round(expected, 2))
        for week, (cases, hits, expected) in zip(monday, series, strict=True)
    )
    change = found and ChangeView(week=monday[found.at], before=round(found.before, 2), since=round(found.after, 2))
    return Trend(change, tuple(views))


def scorecards(
    kind: ScorecardKind,
    counts: Iterable[CaseCount],
    known: Mapping[Of, Standing],
    trend: Mapping[Of, Trend],
    *,
    only: Collection[Member] | None = None,
    with_weeks: bool = False,
) -> list[Scorecard]:
    """The cards, the flagged ones first, then by id. `only`: these members alone, though they were compared with all."""
    totals = defaultdict[Member, list[int]](lambda: [0, 0])
    for one in counts:
        if only is None or one.member in only:
            total = totals[one.member]
            total[0], total[1] = total[0] + one.cases, total[1] + one.given_minor
    above = flagged(known)
    return [
        Scorecard(
            id=member[-1],
            merchant_id=member[0] if kind is ScorecardKind.PRODUCT else None,
            cases=totals[member][0],
            given_minor=totals[member][1],
            flagged=member in above,
            rates=tuple(
                _rate(measure, known.get((member, measure)), trend.get((member, measure)), with_weeks=with_weeks)
                for measure in measures_of(kind)
            ),
        )
        for member in sorted(totals, key=lambda member: (member not in above, member))
    ]


def _rate(measure: Measure, standing: Standing | None, trend: Trend | None, *, with_weeks: bool) -> RateView:
    if standing is None:
        low, high = wilson(0, 0)
        return RateView(
            measure=measure, cases=0, hits=0, rate=None, low=low, high=high, expected=None, verdict=Verdict.SMALL, q=None
        )
    return RateView(
        measure=measure,
        cases=standing.trials,
        hits=standing.hits,
        rate=round(standing.rate, 4),
        low=round(standing.interval.low, 4),
        high=round(standing.interval.high, 4),
        expected=None if standing.expected is None else round(standing.expected, 4),
        verdict=standing.verdict,
        q=None if standing.q is None else round(standing.q, 6),
        change=trend.change if trend else None,
        weeks=trend.weeks if trend and with_weeks else (),
    )


def _stratum(kind: ScorecardKind, measure: Measure, like: Mapping[str, str | None]) -> tuple[str | None, ...]:
    of = KINDS[kind]
    columns = of.like_at_fault if measure is Measure.AT_FAULT and of.like_at_fault is not None else of.like
    return tuple(like.get(column) for column in columns)
