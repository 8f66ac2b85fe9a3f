"""When a rate changed (RVW-2): the one week from which a member has more, or less, than before beside what was expected of it."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from rules.review.comparison import Floats, log_factorials

SURE = 0.01
"""At most so often a series without a change is said to have one."""
LEAST_VARIATION = 0.2
"""Of what happens nearly always: a few trials say little of how it varies."""
SHORTEST = 2
"""Weeks on each side of a change."""


class Change(NamedTuple):
    """Observed to expected, before and from the place `at` of the series on. `p`: adjusted for the number of places that were looked at."""

    at: int
    before: float
    after: float
    p: float


def change_point(observed: Sequence[int], expected: Sequence[float], trials: Sequence[int]) -> Change | None:
    """The clearest change in how many of each week's trials were observed, or None.

    `expected` carries the season and the mix of goods (what peers had in the same cases), so that only the member's own change counts. Given all
    that was observed, what came from a place on is binomial, with the share that was expected from there on; every place is tested, both
    ways. That holds for what is rare. A common thing varies less, by the share of the trials in which it does not happen: it counts as so
    many times more.
    """
    total, whole = sum(observed), sum(expected)
    places = range(SHORTEST, len(observed) - SHORTEST + 1)
    if total == 0 or whole <= 0 or not places:
        return None
    more = 1 / max(1 - total / sum(trials), LEAST_VARIATION)
    hits, weights = [0, *accumulate(observed)], [0.0, *accumulate(expected)]
    ways = _ways(round(total * more))
    chances = {
        at: _either_way(ways, round((total - hits[at]) * more), 1 - weights[at] / whole)
        for at in places
        if 0 < weights[at] < whole
    }
    if not chances:
        return None
    at = min(chances, key=chances.__getitem__)
    p = min(1.0, chances[at] * len(chances))
    if p > SURE:
        return None
    return Change(at, hits[at] / weights[at], (total - hits[at]) / (whole - weights[at]), p)


def _ways(trials: int) -> Floats:
    """The logarithm of in how many ways each number of hits comes about."""
    log = log_factorials(trials)[: trials + 1]
    return log[-1] - log - log[::-1]


def _either_way(ways: Floats, hits: int, share: float) -> float:
    """Twice the smaller tail of the binomial distribution."""
    counts = np.arange(len(ways))
    chances = np.exp(ways + counts * np.log(share) + counts[::-1] * np.log1p(-share))
    return min(1.0, 2 * float(min(chances[: hits + 1].sum(), chances[hits:].sum())))
