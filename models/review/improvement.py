"""An improvement that a review opened, and what became of it (RES-3, RVW-3)."""

from enum import StrEnum

from models.common.base import Frozen, Identifier, Instant
from models.common.readers import Everybody


class ImprovementState(StrEnum):
    OPEN = "open"
    DONE = "done"
    GIVEN_UP = "given_up"


class EffectKind(StrEnum):
    """What the cases since say of an improvement."""

    FELL = "fell"
    """Fewer, by more than chance and what everybody else's cases did."""
    UNMOVED = "unmoved"
    UNKNOWN = "unknown"
    """Too few cases, or nobody to compare with."""


class Effect(Frozen):
    """The evidence: cases in the days before it was opened and in as many since it was done; what was expected had it changed nothing."""

    kind: Everybody[EffectKind]
    before: Everybody[int]
    after: Everybody[int]
    expected: Everybody[float | None] = None


class FollowImprovement(Frozen):
    """Look whether something is due for it."""

    improvement_id: Identifier
    at: Instant


class FollowedUntil(Frozen):
    """When to look again; None: it is over."""

    at: Instant | None = None
