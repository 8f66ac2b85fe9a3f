"""When a rate changed (RVW-2): the one week from which a member has more, or less, than before beside what was expected of it."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

SURE = 0.01
"""At most so often a series without a change is said to have one."""
SHORTEST = 2
"""Weeks on each side of a change."""


class Change(NamedTuple):
    """Observed to expected, before and from the place `at` of the series on. `p`: adjusted for the number of places that were looked at."""

    at: int
    before: float
    after: float
    p: float


def change_point(observed: Sequence[int], expected: Sequence[float]) -> Change | None:
    """The clearest change, or None.

    `expected` carries the season and the mix of goods (what peers had in the same cases), so that only the member's own change counts. Given all
    that was observed, what came from a place on is binomial, with the share that was expected from there on; every place is tested, both ways.
    """
    total, whole = sum(observed), sum(expected)
    places = range(SHORTEST, len(observed) - SHORTEST + 1)
    if total == 0 or whole <= 0 or not places:
        return None
    hits, weights = [0, *accumulate(observed)], [0.0, *accumulate(expected)]
    chances = {at: _either_way(total, total - hits[at], 1 - weights[at] / whole) for at in places if 0 < weights[at] < whole}
    if not chances:
        return None
    at = min(chances, key=chances.__getitem__)
    p = min(1.0, chances[at] * len(chances))
    if p > SURE:
        return None
    return Change(at, hits[at] / weights[at], (total - hits[at]) / (whole - weights[at]), p)


def _either_way(trials: int, hits: int, share: float) -> float:
    """Twice the smaller tail of the binomial distribution."""
    log_factorials = np.concatenate([np.zeros(1), np.cumsum(np.log(np.arange(1, trials + 1)))])
    counts = np.arange(trials + 1)
    logs = log_factorials[trials] - log_factorials[counts] - log_factorials[trials - counts]
    chances = np.exp(logs + counts * np.log(share) + (trials - counts) * np.log1p(-share))
    return min(1.0, 2 * float(min(chances[: hits + 1].sum(), chances[hits:].sum())))
