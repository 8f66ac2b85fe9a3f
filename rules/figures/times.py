"""Where cases spend their time (RVW-1): packed for the table, and summed up over many of them at once.

A case's times are records of four bytes: a code for stage, tier and who used the time, and three for seconds; before them one that begins the
case. Records of one code add up. A million cases are read and summed up in a second, and medians are exact, which sums kept in a table would
not give.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.common.vocabulary import Stage, Tier, WaitingOn
from models.figures import Place, UsedBy

STAGES = (Stage.RECEIPT, Stage.CLASSIFICATION, Stage.DISPATCH, Stage.INVESTIGATION, Stage.RESOLUTION, Stage.FOLLOW_UP)
"""Those that take time."""
TIERS = (Tier.MERCHANT, Tier.PLATFORM, Tier.SUPERVISOR)
USED_BY: Mapping[WaitingOn, UsedBy] = {
    WaitingOn.CUSTOMER: UsedBy.CUSTOMER,
    WaitingOn.MERCHANT: UsedBy.MERCHANT,
    WaitingOn.CARRIER: UsedBy.CARRIER,
    WaitingOn.AGENT: UsedBy.PLATFORM,
    WaitingOn.SUPERVISOR: UsedBy.PLATFORM,
    WaitingOn.NOBODY: UsedBy.SYSTEM,
}
CODES = {
    (stage, tier, by): number for number, (stage, tier, by) in enumerate((s, t, b) for s in STAGES for t in TIERS for b in UsedBy)
}
BEGINS = 0xFF000000
MOST = 0xFFFFFF
"""Seconds of one record; what is longer takes several."""
RECORD = np.dtype(">u4")
MEDIAN, NINETIETH = 0.5, 0.9
OF_STAGES, OF_TIERS = tuple(Place(stage.value) for stage in STAGES), tuple(Place(f"{tier}_tier") for tier in TIERS)
Seconds = npt.NDArray[np.float64]


def _within(places: tuple[Place, ...]) -> npt.NDArray[np.intp]:
    """By code: which of these places it is of. What begins a case has no seconds, wherever it is counted."""
    found = np.zeros((BEGINS >> 24) + 1, dtype=np.intp)
    found[: len(CODES)] = [places.index(next(p for p in places if p in {key[0].value, f"{key[1]}_tier"})) for key in CODES]
    return found


WITHIN_STAGES, WITHIN_TIERS = _within(OF_STAGES), _within(OF_TIERS)


class Spent(NamedTuple):
    """What cases spent in one place."""

    cases: int
    median: int
    """Seconds, as is `ninetieth`: the least that half of the cases, or nine of ten, stay within."""
    ninetieth: int
    by: Mapping[UsedBy, int]
    """Seconds of all of them together."""


def packed(seconds: Mapping[str, int]) -> bytes:
    """The column `times`; `seconds`: by `stage/tier/whose move` (`TimeSpent`)."""
    known = dict[int, int]()
    for place, spent in seconds.items():
        code = _code(place)
        if code is not None and spent:
            known[code] = known.get(code, 0) + spent
    records = [BEGINS]
    for code, spent in sorted(known.items()):
        whole, rest = divmod(spent, MOST)
        records += [code << 24 | part for part in (*[MOST] * whole, rest) if part]
    return np.array(records, dtype=RECORD).tobytes() if known else b""


def places_of(seconds: Mapping[str, int]) -> int:
    """The column `places`."""
    bits = 0
    for place, spent in seconds.items():
        if _code(place) is not None and spent:
            stage, tier, _ = place.split("/")
            bits |= Place(stage).bit | Place(f"{tier}_tier").bit
    return bits


def _code(place: str) -> int | None:
    stage, tier, on = place.split("/")
    known = stage in STAGES and tier in TIERS
    return CODES[Stage(stage), Tier(tier), USED_BY[WaitingOn(on)]] if known else None


class TimesSum:
    """Sums up the columns `times` of many cases, a block of some thousands at a time: arrays that fit into the processor's cache are worked
    out three times as fast.
    """

    def __init__(self) -> None:
        self._used = np.zeros(len(CODES))
        self._spent: dict[Place, list[Seconds]] = {place: [] for place in Place}

    def add(self, block: bytes) -> None:
        """The columns of whole cases, one behind the other."""
        records = np.frombuffer(block, dtype=RECORD).astype(np.uint32)
        case = np.cumsum(records == BEGINS) - 1
        code, seconds = (records >> 24).astype(np.intp), (records & MOST).astype(np.float64)
        self._used += np.bincount(code, weights=seconds, minlength=len(WITHIN_STAGES))[: len(CODES)]
        for places, within in ((OF_STAGES, WITHIN_STAGES), (OF_TIERS, WITHIN_TIERS)):
            totals: Seconds = np.bincount(case * len(places) + within[code], weights=seconds).astype(np.float64, copy=False)
            for number, place in enumerate(places):
                here = totals[number :: len(places)]
                self._spent[place].append(here[here > 0])

    def told(self) -> dict[Place, Spent]:
        """By place; those where nobody was are left out."""
        return {
            place: _spent(place, np.concatenate(parts), self._used)
            for place, parts in self._spent.items()
            if any(map(len, parts))
        }


def _spent(place: Place, seconds: Seconds, used: Seconds) -> Spent:
    by = dict.fromkeys(UsedBy, 0)
    for (stage, tier, who), code in CODES.items():
        if place in {stage.value, f"{tier}_tier"}:
            by[who] += int(used[code])
    return Spent(len(seconds), *_quantiles(seconds), by)


def _quantiles(spent: Seconds) -> tuple[int, int]:
    """The least of these that half of them, and nine of ten, are not above."""
    median, ninetieth = (max(int(np.ceil(share * len(spent))) - 1, 0) for share in (MEDIAN, NINETIETH))
    ordered = np.partition(spent, (median, ninetieth))
    return int(ordered[median]), int(ordered[ninetieth])
