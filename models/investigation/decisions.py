"""Decisions that are looked at again: an appeal against a finding (INV-5), what was weighed without a person and its review (RES-10)."""

from pydantic import JsonValue

from models.common.actors import Actor, EvidenceRef
from models.common.base import Bilingual, Frozen, Instant
from models.common.vocabulary import Party


class Appeal(Frozen):
    """INV-5: the party found liable says why it is not, once, with new evidence. `granted` None: a supervisor has yet to decide."""

    by: Actor
    at: Instant
    words: str
    evidence: tuple[EvidenceRef, ...]
    against: Party
    """Whom the finding named."""
    due: Instant
    overdue: bool = False
    granted: bool | None = None
    decided_by: Actor | None = None
    decided_at: Instant | None = None
    reason: str | None = None
    party: Party | None = None
    """Who is responsible after it was granted."""

    @property
    def pending(self) -> bool:
        return self.granted is None


class Check(Frozen):
    """One thing that was weighed before a case was resolved without a person: the figure, its limit, and whether it passed."""

    name: str
    title: Bilingual
    passed: bool
    figure: JsonValue = None
    limit: JsonValue = None


class Review(Frozen):
    """A decision without a person that was drawn for review; `agrees` None: nobody has looked yet."""

    agrees: bool | None = None
    by: Actor | None = None
    at: Instant | None = None
    note: str | None = None
