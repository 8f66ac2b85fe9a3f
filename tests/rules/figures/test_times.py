"""Where many cases spent their time (RVW-1)."""

import random
from collections import Counter

from models.common.vocabulary import WaitingOn
from models.figures import Place, UsedBy
from rules.figures.times import STAGES, TIERS, Spent, TimesSum, packed, places_of


def told_of(*blocks: bytes) -> dict[Place, Spent]:
    sums = TimesSum()
    for block in blocks:
        sums.add(block)
    return sums.told()


def test_times_are_summed_up_by_stage_and_by_tier_with_who_used_them() -> None:
    first = {"resolution/merchant/customer": 60, "resolution/platform/agent": 40, "receipt/platform/nobody": 3}
    second = {"resolution/merchant/customer": 500, "closed/platform/nobody": 9}
    told = told_of(packed(first) + packed({}), packed(second))
    assert set(told) == {Place.RECEIPT, Place.RESOLUTION, Place.MERCHANT_TIER, Place.PLATFORM_TIER}
    resolution = told[Place.RESOLUTION]
    assert (resolution.cases, resolution.median, resolution.ninetieth) == (2, 100, 500)
    assert {by: seconds for by, seconds in resolution.by.items() if seconds} == {UsedBy.CUSTOMER: 560, UsedBy.PLATFORM: 40}
    assert told[Place.PLATFORM_TIER].median == 43
    assert places_of(second) == Place.RESOLUTION.bit | Place.MERCHANT_TIER.bit


def test_medians_are_those_of_a_sorted_list() -> None:
    """As an independent, slow calculation has them."""
    chance = random.Random(7)  # noqa: S311  # always the same
    cases = [
        {
            f"{chance.choice(STAGES)}/{chance.choice(TIERS)}/{chance.choice([*WaitingOn])}": chance.randint(1, 10**6)
            for _ in range(6)
        }
        for _ in range(401)
    ]
    told = told_of(b"".join(map(packed, cases[:300])), b"".join(map(packed, cases[300:])))
    for place in Place:
        totals = list[int]()
        for case in cases:
            spent = sum(seconds for name, seconds in case.items() if place in {name.split("/")[0], f"{name.split('/')[1]}_tier"})
            totals += [spent] if spent else []
        totals.sort()
        assert told[place].cases == len(totals)
        assert told[place].median == totals[(len(totals) + 1) // 2 - 1]
        assert told[place].ninetieth == totals[-(-len(totals) * 9 // 10) - 1]
        assert sum(Counter(told[place].by).values()) == sum(totals)
