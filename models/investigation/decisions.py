"""Decisions that are looked at again: an appeal against a finding (INV-5), what was weighed without a person and its review (RES-10)."""

from typing import Annotated

from pydantic import JsonValue

from models.common.actors import Actor, EvidenceRef
from models.common.base import Bilingual, Frozen, Identifier, Instant
from models.common.readers import PLATFORM, Everybody, Participants, Platform, Reader, Readers, Someone, grounds, seen_by
from models.common.vocabulary import Party
from models.investigation.findings import Saying


class Appeal(Frozen):
    """INV-5: the party found liable says why it is not, once, with new evidence. `granted` None: a supervisor has yet to decide."""

    id: Everybody[Identifier] = "a1"
    by: Everybody[Actor]
    at: Everybody[Instant]
    words: Annotated[str, seen_by(PLATFORM, Reader.AUTHOR)]
    evidence: Annotated[tuple[EvidenceRef, ...], seen_by(PLATFORM, Reader.AUTHOR)]
    against: Everybody[Party]
    """Whom the finding named."""
    due: Everybody[Instant]
    overdue: Everybody[bool] = False
    granted: Everybody[bool | None] = None
    decided_by: Everybody[Actor | None] = None
    decided_at: Everybody[Instant | None] = None
    reason: Participants[str | None] = None
    party: Everybody[Party | None] = None
    """Who is responsible after it was granted."""

    def grounds(self, reader: Someone) -> Readers:
        """What an appellant writes is for whoever decides."""
        return grounds({Reader.AUTHOR: self.by.is_(reader)})

    def said(self, saying: Saying) -> bool:
        """Whether these are its words, which the case keeps among all others."""
        return saying.told_by(self.by, self.at)

    @property
    def pending(self) -> bool:
        return self.granted is None


class Check(Frozen):
    """One thing that was weighed before a case was resolved without a person: the figure, its limit, and whether it passed."""

    name: Everybody[str]
    title: Everybody[Bilingual]
    passed: Everybody[bool]
    figure: Everybody[JsonValue] = None
    limit: Everybody[JsonValue] = None


class Review(Frozen):
    """A decision without a person that was drawn for review; `agrees` None: nobody has looked yet."""

    agrees: Everybody[bool | None] = None
    by: Platform[Actor | None] = None
    at: Everybody[Instant | None] = None
    note: Platform[str | None] = None
