"""RVW-2: since when a rate is another one."""

import random

import pytest

from rules.review.trend import change_point

YEAR = 52


def _happened(draw: random.Random, share: float, trials: int) -> int:
    return sum(draw.random() < share for _ in range(trials))


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
    change = change_point(observed, expected, [1000] * len(observed))
    assert (change.at if change else None) == at


def test_it_says_how_much_more() -> None:
    change = change_point([5] * 20 + [15] * 20, [10.0] * 40, [1000] * 40)
    assert change is not None
    assert (change.before, change.after) == (0.5, 1.5)


@pytest.mark.parametrize("share", [0.02, 0.9])
def test_series_without_a_change_seldom_show_one(share: float) -> None:
    draw = random.Random(15)  # noqa: S311
    found = [change_point([_happened(draw, share, 60) for _ in range(YEAR)], [60 * share] * YEAR, [60] * YEAR) for _ in range(40)]
    assert sum(one is not None for one in found) <= 1


def test_a_common_thing_that_became_more_common_is_found() -> None:
    change = change_point([12] * 8 + [19] * 4, [12.0] * 12, [22] * 12)
    assert change is not None
    assert change.at == 8
