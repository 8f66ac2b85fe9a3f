"""Members compared with their peers (RVW-2): rates with intervals, exact tests for like with like, and few false flags in all of them.

- The interval of a rate is Wilson's.
- What a member is expected to have is what its peers have among the same kind of cases (indirect standardisation by stratum).
- The test is exact: given how often it happened in each stratum, how likely is so much of it at this member? (The conditional test of
  Mantel and Haenszel's hypothesis; hypergeometric in each stratum.)
- Benjamini and Hochberg's procedure then holds the share of false flags among all that are raised.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.review.scorecards import Verdict

Member = TypeVar("Member", bound=Hashable)
Floats = NDArray[np.float64]

Z = 1.959963984540054
"""Of an interval of 95 %."""
NEGLIGIBLE = 1e-18
"""A probability that no sum here feels."""


class Interval(NamedTuple):
    low: float
    high: float


class Tally(NamedTuple, Generic[Member]):
    """So many cases of one kind (`stratum`: its goods, its work) a member had, and in how many of them it happened."""

    member: Member
    stratum: Hashable
    trials: int
    hits: int


@dataclass(frozen=True)
class Limits:
    """When a member is flagged: by chance in at most `false_discovery` of the flags, and only for what is worth a look."""

    small: int = 30
    """With fewer cases a member is not compared at all."""
    false_discovery: float = 0.05
    ratio: float = 1.0
    """At least so many times what is expected."""


class Compared(NamedTuple):
    """The part of a member's cases such as others have, too; so many hits these would have had in them."""

    trials: int
    hits: int
    expected: float


@dataclass(frozen=True)
class Standing:
    """A member among its peers."""

    trials: int
    hits: int
    interval: Interval
    compared: Compared | None
    """None: it has no peers in any stratum."""
    p: float | None
    """Of the exact test; None: not tested."""
    q: float | None
    """`p` adjusted for the number of members; a flag needs it to be at most `Limits.false_discovery`."""
    verdict: Verdict

    @property
    def rate(self) -> float:
        return self.hits / self.trials

    @property
    def expected(self) -> float | None:
        """The rate that its peers have in the same kinds of cases."""
        return self.compared.expected / self.compared.trials if self.compared else None


class _Stratum(NamedTuple):
    """One member's part of a stratum: its cases and hits, and those of all members."""

    trials: int
    hits: int
    all_trials: int
    all_hits: int


def wilson(hits: int, trials: int) -> Interval:
    """The 95 % interval of a rate; the whole range when there is no case."""
    if trials == 0:
        return Interval(0.0, 1.0)
    rate, square = hits / trials, Z * Z
    centre = (rate + square / (2 * trials)) / (1 + square / trials)
    half = Z / (1 + square / trials) * math.sqrt(rate * (1 - rate) / trials + square / (4 * trials * trials))
    return Interval(0.0 if hits == 0 else centre - half, 1.0 if hits == trials else centre + half)


def adjusted(values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg: each p-value as the share of false discoveries if it and all smaller ones were called discoveries."""
    least, total = 1.0, len(values)
    answer = [1.0] * total
    for rank, place in reversed(list(enumerate(sorted(range(total), key=values.__getitem__), start=1))):
        least = min(least, values[place] * total / rank)
        answer[place] = least
    return answer


def compare(tallies: Iterable[Tally[Member]], limits: Limits) -> dict[Member, Standing]:
    """Each member beside all others, stratum by stratum; members without a case do not appear."""
    strata = _by_member(tallies)
    tested = {member: _test(own) for member, own in strata.items() if sum(one.trials for one in own) >= limits.small}
    ps = {member: p for member, p in tested.items() if p is not None}
    qs = dict(zip(ps, adjusted(list(ps.values())), strict=True))
    return {member: _standing(own, ps.get(member), qs.get(member), limits) for member, own in strata.items()}


def _by_member(tallies: Iterable[Tally[Member]]) -> Mapping[Member, list[_Stratum]]:
    own: dict[tuple[Member, Hashable], list[int]] = defaultdict(lambda: [0, 0])
    whole: dict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    for member, stratum, trials, hits in tallies:
        for counts in (own[member, stratum], whole[stratum]):
            counts[0] += trials
            counts[1] += hits
    members: dict[Member, list[_Stratum]] = defaultdict(list)
    for (member, stratum), (trials, hits) in own.items():
        if trials:
            members[member].append(_Stratum(trials, hits, *whole[stratum]))
    return members


def _standing(own: Sequence[_Stratum], p: float | None, q: float | None, limits: Limits) -> Standing:
    trials, hits = sum(one.trials for one in own), sum(one.hits for one in own)
    compared = _compared(own)
    verdict = Verdict.SMALL if trials < limits.small else Verdict.USUAL
    if compared and q is not None and q <= limits.false_discovery and compared.hits >= limits.ratio * compared.expected:
        verdict = Verdict.ABOVE
    return Standing(trials, hits, wilson(hits, trials), compared, p, q, verdict)


def _compared(own: Sequence[_Stratum]) -> Compared | None:
    beside = [one for one in own if one.all_trials > one.trials]
    expected = sum(one.trials * (one.all_hits - one.hits) / (one.all_trials - one.trials) for one in beside)
    return Compared(sum(one.trials for one in beside), sum(one.hits for one in beside), expected) if beside else None


def _test(own: Sequence[_Stratum]) -> float | None:
    """How likely are so many hits or more, if the member were like its peers? 1 for no more than expected; None: nobody else has such cases."""
    beside = [one for one in own if one.all_trials > one.trials]
    if not beside:
        return None
    if sum(one.hits for one in beside) <= sum(one.trials * one.all_hits / one.all_trials for one in beside):
        return 1.0
    chances, least = np.ones(1), 0
    for one in beside:
        start, chance = _hypergeometric(one)
        chances, least = np.convolve(chances, chance), least + start
    return min(1.0, float(chances[max(0, sum(one.hits for one in beside) - least) :].sum()))


def _hypergeometric(one: _Stratum) -> tuple[int, Floats]:
    """The chances of the member's hits, from the first that counts; without the tails that are negligible."""
    total, all_hits, trials = one.all_trials, one.all_hits, one.trials
    hits = np.arange(max(0, trials + all_hits - total), min(trials, all_hits) + 1)
    log = log_factorials(total)
    logs = (
        log[all_hits] - log[hits] - log[all_hits - hits]
        + log[total - all_hits] - log[trials - hits] - log[total - all_hits - trials + hits]
        - log[total] + log[trials] + log[total - trials]
    )  # fmt: skip
    chances = np.exp(logs)
    there = np.flatnonzero(chances > NEGLIGIBLE)
    return int(hits[there[0]]), chances[there[0] : there[-1] + 1]


def log_factorials(most: int) -> Floats:
    """Of 0 to `most`, and of some more."""
    return _log_factorials(1 << most.bit_length())


@cache
def _log_factorials(size: int) -> Floats:
    """Of 0 to `size`, a power of two, so that few are kept."""
    return np.concatenate([np.zeros(1), np.cumsum(np.log(np.arange(1, size + 1)))])
