"""RVW-2: rates with their intervals, and flags that are no noise."""

import random
from collections.abc import Iterator

import pytest

from models.review.scorecards import Verdict
from rules.review.comparison import Limits, Tally, adjusted, compare, wilson

STRICT = Limits(small=0)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [  # the published examples of Wilson's interval, and its ends
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
        (0, 20, 0.0, 0.1611),
        (20, 20, 0.8389, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_a_rate_has_wilsons_interval(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=1e-4)


def test_p_values_are_adjusted_as_benjamini_and_hochberg_did_it() -> None:
    published = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    discoveries = [p for p, q in zip(published, adjusted(published), strict=True) if q <= 0.05]
    assert discoveries == [0.0001, 0.0004, 0.0019, 0.0095]


def test_the_test_is_fishers_where_there_is_one_stratum() -> None:
    tea = [Tally("taster", "cups", 4, 3), Tally("others", "cups", 4, 1)]
    assert compare(tea, STRICT)["taster"].p == pytest.approx(17 / 70)


def test_what_is_expected_comes_from_peers_with_the_same_goods() -> None:
    tallies = [
        Tally("glass shop", "glass", 100, 20),
        Tally("mixed", "glass", 100, 20),
        Tally("mixed", "books", 900, 9),
        Tally("book shop", "books", 1000, 10),
    ]
    standing = compare(tallies, STRICT)["glass shop"]
    assert standing.rate == 0.2, "far above the 3 % of all"
    assert (standing.expected, standing.verdict) == (0.2, Verdict.USUAL)


def test_a_member_above_its_peers_is_flagged_alone() -> None:
    tallies = [Tally(f"m{number}", "any", 400, 40 if number == 7 else 12) for number in range(50)]
    found = compare(tallies, STRICT)
    assert [member for member, one in found.items() if one.verdict is Verdict.ABOVE] == ["m7"]


def test_a_small_sample_says_that_it_is_small() -> None:
    tallies = [Tally("new", "any", 9, 9), Tally("old", "any", 5000, 50)]
    standing = compare(tallies, Limits(small=10))["new"]
    assert (standing.verdict, standing.p) == (Verdict.SMALL, None)


def test_nobody_is_flagged_for_what_is_not_worth_a_look() -> None:
    tallies = [Tally("large", "any", 100_000, 5_500), Tally("others", "any", 900_000, 45_000)]
    assert compare(tallies, STRICT)["large"].verdict is Verdict.ABOVE
    assert compare(tallies, Limits(ratio=1.5))["large"].verdict is Verdict.USUAL


def test_goods_that_nobody_else_has_are_not_compared() -> None:
    pianos = Tally("only", "pianos", 100, 50)
    standing = compare([pianos, Tally("other", "books", 100, 1)], STRICT)["only"]
    assert (standing.expected, standing.p, standing.verdict) == (None, None, Verdict.USUAL)
    books = [Tally("only", "books", 100, 1), Tally("other", "books", 100, 1)]
    assert compare([pianos, *books], STRICT)["only"].expected == 0.01


def test_equal_merchants_are_flagged_in_at_most_one_marketplace_of_twenty() -> None:
    """200 marketplaces of 60 merchants, of all sizes and mixes, which do not differ: any flag in any of them is noise."""
    draw = random.Random(15)  # noqa: S311
    flagged = sum(
        any(one.verdict is Verdict.ABOVE for one in compare(_equal_merchants(draw), STRICT).values()) for _ in range(200)
    )
    assert 0 < flagged <= 10


def _equal_merchants(draw: random.Random) -> Iterator[Tally[int]]:
    rates = {"clothes": 0.08, "glass": 0.2, "books": 0.01}
    for merchant in range(60):
        size = int(10 * draw.paretovariate(1.1))
        for goods, rate in rates.items():
            trials = min(400, int(size * draw.random()))
            yield Tally(merchant, goods, trials, sum(draw.random() < rate for _ in range(trials)))
