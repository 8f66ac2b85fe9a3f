"""What a period's cases were caused by (RVW-3): the causes that cost most, and those that got worse than chance explains."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from models.common.vocabulary import Issue, IssueGroup, Party
from models.review.policy import ChangePolicy
from models.review.report import Cause, CostlyCause, Share, Worsening
from models.review.scorecards import Verdict
from rules.review.comparison import Limits, Standing, Tally, compare

NAMED = 3
"""Members of a costly cause that are named."""
USUALLY = {
    Issue.MERCHANT_ATTITUDE: Party.MERCHANT,
    Issue.CARRIER_ATTITUDE: Party.CARRIER,
    Issue.WRONG_ITEM: Party.MERCHANT,
    Issue.MISSING_ITEM: Party.MERCHANT,
}
USUALLY_BY_GROUP = {IssueGroup.PRODUCT: Party.MERCHANT, IssueGroup.LOGISTICS: Party.CARRIER}


class Counted(NamedTuple):
    """So many cases of a week with the same cause, and what they cost. `goods`: the category of what was bought."""

    week: date
    cause: Cause
    goods: str | None
    cases: int
    cost_minor: int


def cause_of(
    found: Party | None, issue: Issue | None, *, merchant: str | None, carrier: str | None, region: str | None, team: str | None
) -> Cause | None:
    """Whose doing a case is counted as: as it was found, else whoever usually stands behind such an issue. None: the customer's, or nobody's."""
    party = found or usual_party(issue)
    match party:
        case Party.MERCHANT:
            return Cause(party=party, who=merchant, issue=issue)
        case Party.CARRIER:
            return Cause(party=party, who=carrier, issue=issue, region=region)
        case Party.PLATFORM | Party.SHARED:
            return Cause(party=Party.PLATFORM, who=team, issue=issue)
        case _:
            return None


def usual_party(issue: Issue | None) -> Party:
    if issue is None:
        return Party.PLATFORM
    return USUALLY.get(issue) or USUALLY_BY_GROUP.get(issue.group, Party.PLATFORM)


def most_costly(now: Iterable[Counted], before: Iterable[Counted], most: int) -> list[CostlyCause]:
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


def worsenings(counts: Sequence[Counted], since: date, policy: ChangePolicy) -> list[Worsening]:
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


def _usual(one: Standing) -> float | None:
    """So many cases the weeks before let expect: as many as then, changed as those of everybody else changed. None: nobody else had any then."""
    if one.compared is None or one.expected is None or one.expected >= 1:
        return None
    return (one.compared.trials - one.compared.hits) * one.expected / (1 - one.expected)


def _of_all(cause: Cause) -> Cause:
    return Cause(party=cause.party, issue=cause.issue)


def _order(cause: Cause) -> tuple[str, ...]:
    return tuple(str(part) for part in (cause.party, cause.issue, cause.who, cause.region))
