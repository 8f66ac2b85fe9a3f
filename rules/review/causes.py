"""What a period's cases were caused by (RVW-3): the causes that cost most, and those that got worse than chance explains."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from models.review.causes import Cause, CauseCount
from models.review.policy import ChangePolicy
from models.review.report import CostlyCause, Share, Worsening
from models.review.scorecards import Verdict
from rules.review.comparison import Limits, Standing, Tally, compare

NAMED = 3
"""Members of a costly cause that are named."""


def most_costly(now: Iterable[CauseCount], before: Iterable[CauseCount], most: int) -> list[CostlyCause]:
    """The issues of a party that cost most, with those who had most of their cases; what cost nothing is not named."""
    cost, cases, members = Counter[Cause](), Counter[Cause](), defaultdict[Cause, Counter[str]](Counter)
    for one in now:
        cause = _of_all(one.cause)
        cost[cause] += one.cost_minor
        cases[cause] += one.cases
        if one.cause.who is not None:
            members[cause][one.cause.who] += one.cases
    then = Counter[Cause]()
    for one in before:
        then[_of_all(one.cause)] += one.cost_minor
    ranked = sorted((cause for cause in cost if cost[cause] > 0), key=lambda cause: (-cost[cause], -cases[cause], _order(cause)))
    return [
        CostlyCause(
            cause=cause,
            cases=cases[cause],
            cost_minor=cost[cause],
            before_minor=then[cause],
            mostly=tuple(Share(who=who, cases=count) for who, count in members[cause].most_common(NAMED)),
        )
        for cause in ranked[:most]
    ]


def worsenings(counts: Sequence[CauseCount], since: date, policy: ChangePolicy) -> list[Worsening]:
    """The causes with more cases from `since` on than before, beside everybody else's cases of the same issue and goods; the surest first.

    Everybody's season, sale or new rule thus changes nothing. Whoever had no case before `since` is new, and not worse than before.
    """
    known = {(one.cause.party, one.cause.who) for one in counts if one.week < since}
    tallies = (
        Tally(one.cause, (one.cause.party, one.cause.issue, one.goods), one.cases, one.cases if one.week >= since else 0)
        for one in counts
    )
    cost = Counter[Cause]()
    for one in counts:
        if one.week >= since:
            cost[one.cause] += one.cost_minor
    found = [
        Worsening(cause=cause, cases=one.hits, expected=round(usual, 2), q=one.q, cost_minor=cost[cause])
        for cause, one in compare(tallies, Limits(policy.few, policy.false_discovery)).items()
        if one.verdict is Verdict.ABOVE and one.q is not None and (usual := _usual(one)) is not None
        if one.hits >= policy.ratio * usual and one.hits - usual >= policy.excess
        if cause.who is not None and (cause.party, cause.who) in known
    ]
    return sorted(found, key=lambda one: (one.q, -one.cases, _order(one.cause)))


def by_week(counts: Iterable[CauseCount]) -> list[tuple[date, int, int]]:
    """Each week's cases and cost, the earliest first."""
    weeks: dict[date, tuple[int, int]] = {}
    for one in counts:
        cases, cost = weeks.get(one.week, (0, 0))
        weeks[one.week] = (cases + one.cases, cost + one.cost_minor)
    return [(week, *weeks[week]) for week in sorted(weeks)]


def _usual(one: Standing) -> float | None:
    """So many cases the weeks before let expect: as many as then, changed as those of everybody else changed. None: nobody else had any then."""
    if one.compared is None or one.expected is None or one.expected >= 1:
        return None
    return (one.compared.trials - one.compared.hits) * one.expected / (1 - one.expected)


def _of_all(cause: Cause) -> Cause:
    return Cause(party=cause.party, issue=cause.issue)


def _order(cause: Cause) -> tuple[str, ...]:
    return tuple(str(part) for part in (cause.party, cause.issue, cause.who, cause.region))
