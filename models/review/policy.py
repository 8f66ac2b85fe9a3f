"""The policy's `review` (RVW-2, RVW-3)."""

from datetime import timedelta

from pydantic import Field

from models.common.base import Duration, Frozen


class ScorecardPolicy(Frozen):
    """When a member of a scorecard is compared with its peers, and flagged."""

    small: int = Field(default=30, ge=1)
    """With fewer cases the scorecard says that they are few, and compares nothing."""
    false_discovery: float = Field(default=0.05, gt=0, lt=1)
    """At most this share of the flags is by chance."""
    ratio: float = Field(default=1.25, ge=1)
    """A flag needs at least so many times what peers have in the same cases: a large merchant's small difference is sure, but nobody's task."""


class ChangePolicy(Frozen):
    """When the weekly review says that something got worse."""

    weeks: int = Field(default=8, ge=4, le=52)
    """A week is compared with so many before it."""
    few: int = Field(default=8, ge=1)
    """A cause with fewer cases in all these weeks is not looked at."""
    false_discovery: float = Field(default=0.01, gt=0, lt=1)
    ratio: float = Field(default=2.0, ge=1)
    excess: float = Field(default=5.0, ge=0)
    """At least so many cases more than were to be expected."""


class ImprovementPolicy(Frozen):
    """How an improvement that a review opens is followed."""

    within: Duration = timedelta(days=30)
    """Its date."""
    remind_every: Duration = timedelta(days=7)
    """After its date; before it, its owner is reminded half-way."""
    effect_after: Duration = timedelta(days=28)
    """So long after it was done its effect is measured, over the days since."""
    by_chance: float = Field(default=0.05, gt=0, lt=1)
    """A rate that did not move is said to have fallen at most so often."""
    few: int = Field(default=10, ge=1)
    """With fewer cases before and after together, nothing can be said of the effect."""


class ReviewPolicy(Frozen):
    """Scorecards, the weekly review, and what follows from it. When it is written: the setting `review_cron`."""

    scorecards: ScorecardPolicy = ScorecardPolicy()
    changes: ChangePolicy = ChangePolicy()
    improvements: ImprovementPolicy = ImprovementPolicy()
    causes: int = Field(default=3, ge=1, le=10)
    """The most costly ones that are named."""
    mail_to: tuple[str, ...] = ()
    """Who gets it by e-mail; supervisors have it in their inbox."""
