"""Goods that are taken back at a reduced worth (RES-13): what the inspection says, and the customer's word on it before anything moves."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from models.common.actors import Actor, EvidenceRef
from models.common.base import Frozen, Identifier, Instant
from models.common.decides import Decides, Version

Share = Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)]
"""Of what was paid for a piece, as an exact decimal: above 0, at most 1, with up to four decimals."""


Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]


class ReducedPieces(Frozen):
    """Pieces of a line that are accepted at a share of what was paid for them; why, with a picture."""

    line_id: Identifier
    quantity: int = Field(ge=1, le=10_000)
    share: Share
    reason: Reason
    picture: EvidenceRef


class WorthAppeal(Frozen):
    """The customer objects to the worth; or was silent, where the policy has a supervisor look at it then."""

    by: Actor
    at: Instant
    due: Instant
    words: str | None = Field(default=None, max_length=2000)
    evidence: tuple[EvidenceRef, ...] = ()


class WorthRuling(Frozen):
    """What a supervisor decided on the appeal. The shares are in `pieces` then."""

    by: Actor
    at: Instant
    reason: str = Field(max_length=1000)


class WorthAnswer(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"
    """The pieces go back to the customer, without a refund for them."""


class OnSilence(StrEnum):
    """What silence on a reduced worth counts as, by the policy."""

    AGREE = "agree"
    REFUSE = "refuse"
    APPEAL = "appeal"


class ReducedWorth(Frozen):
    """What the merchant would take at a reduced worth, and how far it is agreed on. Nothing moves before it is."""

    pieces: tuple[ReducedPieces, ...]
    until: Instant
    """Until when the customer decides."""
    appeal: WorthAppeal | None = None
    ruling: WorthRuling | None = None
    answer: WorthAnswer | None = None
    answered_at: Instant | None = None
    silent: bool = False
    """The answer is what silence counts as."""

    @property
    def with_customer(self) -> bool:
        """It is the customer's move."""
        return self.answer is None and not self.with_supervisor

    @property
    def with_supervisor(self) -> bool:
        return self.answer is None and self.appeal is not None and self.ruling is None

    @property
    def counts(self) -> tuple[ReducedPieces, ...]:
        """The pieces that are paid for at their share; refused ones are not paid for at all."""
        return () if self.answer is WorthAnswer.REFUSED else self.pieces


class RuledShare(Frozen):
    """The share that a supervisor finds right for a line's reduced pieces."""

    line_id: Identifier
    share: Share


class AgreeWorth(Decides):
    """Agree to the reduced worth: it is refunded."""

    version: Version = None
    """`offer_version` of the return."""


class RefuseWorth(Decides):
    """Refuse the reduced worth: the pieces come back to you, without a refund for them."""

    version: Version = None
    """`offer_version` of the return."""
    reason: str | None = Field(default=None, max_length=1000)


class AppealedWorth(Decides):
    """What an appeal says."""

    version: Version = None
    """`offer_version` of the return."""
    words: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class AppealWorth(AppealedWorth):
    """Object to the reduced worth, once: a supervisor decides on it."""

    evidence: tuple[EvidenceRef, ...] = Field(default=(), max_length=30)


class RuleWorth(Decides):
    """Decide on the customer's appeal: the share of each line's reduced pieces. A line that is left out keeps its share; 1 is no reduction."""

    version: Version = None
    """`offer_version` of the return."""
    shares: tuple[RuledShare, ...] = Field(default=(), max_length=100)
    reason: Reason
