"""RVW-2: since when a rate is another one."""

import random

import pytest

from rules.review.trend import change_point

YEAR = 52


def _poisson(draw: random.Random, mean: float) -> int:
    return sum(draw.random() < mean / 1000 for _ in range(1000))


@pytest.mark.parametrize(
    ("observed", "expected", "at"),
    [
        ([5] * 20 + [15] * 20, [5.0] * 40, 20),  # three times as many
        ([15] * 10 + [5] * 30, [10.0] * 40, 10),  # it got better
        ([5] * 20 + [15] * 20, [5.0] * 20 + [15.0] * 20, None),  # so did everybody: the season
        ([5] * 40, [5.0] * 20 + [15.0] * 20, 20),  # the same while everybody else got worse: better than was expected
        ([0] * 40, [0.1] * 40, None),
        ([1, 0, 2], [1.0] * 3, None),  # too short to have two sides
        ([3, 4, 5], [0.0] * 3, None),  # no peers
        ([0, 0, 0, 4, 4, 4], [0.0, 0.0, 0.0, 3.0, 3.0, 3.0], None),  # peers later only: nothing before to compare with
    ],
)
def test_a_change_is_found_where_it_was(observed: list[int], expected: list[float], at: int | None) -> None:
    change = change_point(observed, expected)
    assert (change.at if change else None) == at


def test_it_says_how_much_more() -> None:
    change = change_point([5] * 20 + [15] * 20, [10.0] * 40)
    assert change is not None
    assert (change.before, change.after) == (0.5, 1.5)


def test_series_without_a_change_seldom_show_one() -> None:
    draw = random.Random(15)  # noqa: S311
    found = [change_point([_poisson(draw, 4) for _ in range(YEAR)], [4.0] * YEAR) for _ in range(60)]
    assert sum(one is not None for one in found) <= 1
