"""RVW-3: what cost most, and what got worse, in a generated year of a marketplace."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pytest

from models.common.vocabulary import Issue, Party
from models.review.causes import Cause, CauseCount, cause_of
from models.review.policy import ChangePolicy
from rules.review.causes import most_costly, worsenings
from tests.support.builders import marketplace
from tests.support.builders.marketplace import BAD_CARRIER, BAD_FROM, BAD_MERCHANT, BAD_REGION, LOSES_FROM

POLICY = ChangePolicy()
MONDAY = date(2026, 6, 1)
WENT_BAD = Cause(party=Party.MERCHANT, who=BAD_MERCHANT, issue=Issue.QUALITY_DEFECT)
LOSES = Cause(party=Party.CARRIER, who=BAD_CARRIER, issue=Issue.LOST, region=BAD_REGION)


@pytest.fixture(scope="module")
def weeks() -> dict[date, list[CauseCount]]:
    """The year until some weeks after the carrier began to lose parcels, counted by week."""
    return counted_by_week(LOSES_FROM + timedelta(weeks=3))


def counted_by_week(until: date = date.max, seed: int = 15) -> dict[date, list[CauseCount]]:
    cases, costs = Counter[tuple[date, Cause, str]](), Counter[tuple[date, Cause, str]]()
    for one in marketplace.year(seed, until=until):
        found = None if one.number % 5 == 0 else one.party  # not every case is decided yet
        cause = cause_of(found, one.issue, merchant=one.merchant_id, carrier=one.carrier_id, region=one.region, team="returns")
        if cause is not None:
            key = (one.opened_on - timedelta(days=one.opened_on.weekday()), cause, one.goods)
            cases[key] += 1
            costs[key] += one.cost_minor
    by_week = defaultdict[date, list[CauseCount]](list)
    for (week, cause, goods), count in cases.items():
        by_week[week].append(CauseCount(week, cause, goods, count, costs[week, cause, goods]))
    return by_week


def reviewed(weeks: dict[date, list[CauseCount]], week: date) -> list[Cause]:
    before = [week - timedelta(weeks=back) for back in range(POLICY.weeks + 1)]
    return [one.cause for one in worsenings([count for past in before for count in weeks[past]], week, POLICY)]


def first_told(weeks: dict[date, list[CauseCount]], looked_at: Iterable[date]) -> dict[Cause, date]:
    found = [(week, cause) for week in sorted(looked_at, reverse=True) for cause in reviewed(weeks, week)]
    return {cause: week for week, cause in found}


def test_the_bad_merchant_and_the_carrier_are_found_in_their_weeks_and_nobody_else(weeks: dict[date, list[CauseCount]]) -> None:
    near = [at + timedelta(weeks=more) for at in (BAD_FROM, LOSES_FROM) for more in range(-2, 3)]
    assert first_told(weeks, near) == {WENT_BAD: BAD_FROM, LOSES: LOSES_FROM}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(15, 18))
def test_a_whole_year_shows_nobody_else(seed: int) -> None:
    weeks = counted_by_week(seed=seed)
    assert first_told(weeks, sorted(weeks)[POLICY.weeks :]) == {WENT_BAD: BAD_FROM, LOSES: LOSES_FROM}


def test_the_bad_merchant_is_told_with_what_was_to_be_expected(weeks: dict[date, list[CauseCount]]) -> None:
    before = [BAD_FROM - timedelta(weeks=back) for back in range(POLICY.weeks + 1)]
    (one,) = worsenings([count for past in before for count in weeks[past]], BAD_FROM, POLICY)
    assert one.cases >= 15
    assert one.expected <= 3
    assert one.cost_minor > 0
    assert one.q < 1e-6


def counted(week: date, cause: Cause, cases: int, cost: int = 0) -> CauseCount:
    return CauseCount(week, cause, None, cases, cost)


def merchants(now: dict[str, int], before: dict[str, int]) -> Sequence[CauseCount]:
    old = MONDAY - timedelta(weeks=1)
    return [
        counted(week, Cause(party=Party.MERCHANT, who=who, issue=Issue.QUALITY_DEFECT), cases)
        for week, counts in ((old, before), (MONDAY, now))
        for who, cases in counts.items()
    ]


@pytest.mark.parametrize(
    ("now", "before", "worse"),
    [
        ({"A": 30, "B": 50}, {"A": 8, "B": 50}, ["A"]),
        ({"A": 30, "B": 190}, {"A": 8, "B": 50}, []),  # everybody's cases rose so
        ({"A": 30, "B": 50}, {"B": 50}, []),  # A is new
        ({"A": 4, "B": 500}, {"A": 1, "B": 500}, []),  # too few to say
        ({"A": 30, "B": 500}, {"A": 18, "B": 500}, []),  # not twice as many
        ({"A": 30}, {"A": 8}, []),  # nobody to compare with
    ],
)
def test_who_got_worse(now: dict[str, int], before: dict[str, int], worse: list[str]) -> None:
    assert [one.cause.who for one in worsenings(merchants(now, before), MONDAY, POLICY)] == worse


def test_the_most_costly_causes_are_named_with_those_who_had_most_of_them() -> None:
    def lost(carrier: str, cases: int, cost: int) -> CauseCount:
        return counted(MONDAY, Cause(party=Party.CARRIER, who=carrier, issue=Issue.LOST, region="CN-11"), cases, cost)

    free = counted(MONDAY, Cause(party=Party.PLATFORM, who="T", issue=Issue.PLATFORM_RULE), 99)
    defect = counted(MONDAY, Cause(party=Party.MERCHANT, who="M", issue=Issue.QUALITY_DEFECT), 2, 900)
    first, second = most_costly([lost("SF", 3, 500), defect, lost("YTO", 5, 600), free], [lost("SF", 1, 70)], 3)
    assert (first.cause, first.cases, first.cost_minor, first.before_minor) == (
        Cause(party=Party.CARRIER, issue=Issue.LOST),
        8,
        1100,
        70,
    )
    assert [(one.who, one.cases) for one in first.mostly] == [("YTO", 5), ("SF", 3)]
    assert second.cause.issue is Issue.QUALITY_DEFECT


@pytest.mark.parametrize(
    ("found", "issue", "cause"),
    [
        (Party.MERCHANT, Issue.LOST, Cause(party=Party.MERCHANT, who="M", issue=Issue.LOST)),
        (Party.CARRIER, Issue.LOST, Cause(party=Party.CARRIER, who="C", issue=Issue.LOST, region="CN-11")),
        (None, Issue.LOST, Cause(party=Party.CARRIER, who="C", issue=Issue.LOST, region="CN-11")),
        (None, Issue.WRONG_ITEM, Cause(party=Party.MERCHANT, who="M", issue=Issue.WRONG_ITEM)),
        (None, Issue.QUALITY_DEFECT, Cause(party=Party.MERCHANT, who="M", issue=Issue.QUALITY_DEFECT)),
        (None, Issue.PLATFORM_RULE, Cause(party=Party.PLATFORM, who="T", issue=Issue.PLATFORM_RULE)),
        (None, None, Cause(party=Party.PLATFORM, who="T")),
        (Party.SHARED, Issue.DELAY, Cause(party=Party.PLATFORM, who="T", issue=Issue.DELAY)),
        (Party.CUSTOMER, Issue.SIZE_MISMATCH, None),
        (Party.NONE, Issue.DELAY, None),
    ],
)
def test_whose_doing_a_case_is_counted_as(found: Party | None, issue: Issue | None, cause: Cause | None) -> None:
    assert cause_of(found, issue, merchant="M", carrier="C", region="CN-11", team="T") == cause
