"""Where cases spend their time (RVW-1): packed for the table, and summed up over many of them at once.

A case's times are records of five bytes: a code for stage, tier and who used the time, and seconds; before them one that begins the case. A
million of them are read and summed up in a second, and medians are exact, which sums kept in a table would not give.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

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
BEGINS = 255
RECORD = np.dtype([("code", "u1"), ("seconds", ">u4")])
MEDIAN, NINETIETH = 0.5, 0.9


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
    records = [(BEGINS, 0), *sorted(known.items())]
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


def summed_up(times: bytes) -> dict[Place, Spent]:
    """Over the cases whose columns `times` these are, one behind the other; places where nobody was are left out."""
    records = np.frombuffer(times, dtype=RECORD)
    codes, seconds = records["code"].astype(np.int64), records["seconds"].astype(np.int64)
    case = np.cumsum(codes == BEGINS) - 1
    found = dict[Place, Spent]()
    for place in Place:
        mine = {code: by for (stage, tier, by), code in CODES.items() if place in {stage.value, f"{tier}_tier"}}
        wanted = np.zeros(BEGINS + 1, dtype=bool)
        wanted[[*mine]] = True
        here = wanted[codes]
        if not here.any():
            continue
        totals = np.bincount(case[here], weights=seconds[here])
        totals = np.sort(totals[totals > 0]).astype(np.int64)
        used = np.bincount(codes[here], weights=seconds[here], minlength=BEGINS)
        by = dict.fromkeys(UsedBy, 0)
        for code, who in mine.items():
            by[who] += int(used[code])
        found[place] = Spent(len(totals), _quantile(totals, MEDIAN), _quantile(totals, NINETIETH), by)
    return found


def _quantile(ordered: "np.ndarray[tuple[int], np.dtype[np.int64]]", share: float) -> int:
    """The least of these that so great a share of them is not above."""
    return int(ordered[max(int(np.ceil(share * len(ordered))) - 1, 0)])
