"""What became of a case's time: how long it was in each stage, who held it, and whose move it was (RVW-1)."""

from models.common.base import Frozen, Instant


class TimeSpent(Frozen):
    """Seconds of the wall clock; those since `at` are still to be counted, for `place`."""

    at: Instant
    place: str | None
    """`stage/tier/whose move`; None: the case is over."""
    seconds: dict[str, int] = {}
    """By place."""
