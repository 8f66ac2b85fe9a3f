"""Promises about time (SLA-1…6)."""

from datetime import timedelta

from models.common.base import Frozen, Instant
from models.common.vocabulary import ClockName, Tier
from models.common.waits import PauseReason


class Miss(Frozen):
    """A broken promise. Never removed (SLA-4); `held_by` says who had the case (SLA-5)."""

    clock: ClockName
    at: Instant
    due: Instant
    held_by: Tier
    handler: str | None = None


class Clock(Frozen):
    """A promise about time (SLA-1…6). All durations are working time of `calendar`.

    `used` is what had run up to `running_since`; while running, more has passed since then. `running_since` None: paused or stopped.
    """

    name: ClockName
    calendar: str
    target: timedelta
    started_at: Instant
    used: timedelta = timedelta(0)
    running_since: Instant | None = None
    pauses: frozenset[PauseReason] = frozenset()
    held_by: Tier
    used_by_tier: dict[Tier, timedelta] = {}
    warned_at: Instant | None = None
    missed_at: Instant | None = None
    unreported: Miss | None = None
    """A miss that a change came upon; the next tick hands it out."""
    stopped_at: Instant | None = None
