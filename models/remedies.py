"""What was proposed, and what is being carried out (RES-2…7)."""

from models.base import Frozen, Identifier, Instant, Money
from models.offers import OptionOffer
from models.people import Actor
from models.vocabulary import Reimbursement, RemedyKind


class Proposal(Frozen):
    """RES-2: one round's offer. Exactly one of `accepted`, `refused`, `lapsed` ends it."""

    id: Identifier
    round: int
    by: Actor
    at: Instant
    options: tuple[OptionOffer, ...]
    amount: Money
    """The dearest option; what the approval limit looks at."""
    needs_approval: bool = False
    """RES-4: above the proposer's limit; until another person approves, the customer does not see it."""
    approved_by: Actor | None = None
    declined: str | None = None
    accepted: int | None = None
    refused: str | None = None
    counter_amount: Money | None = None
    lapsed: bool = False

    @property
    def standing(self) -> bool:
        """Whether it is still on the table."""
        return self.accepted is None and self.refused is None and self.declined is None and not self.lapsed


class RefundPart(Frozen):
    """The share of a refund that goes back to one payment (RES-5)."""

    key: Identifier
    payment_id: Identifier
    amount: Money
    reimbursement: Reimbursement = Reimbursement.PENDING
    refund_id: str | None = None
    refusal: str | None = None


class Remedy(Frozen):
    """RES-3: a remedy being carried out."""

    id: Identifier
    kind: RemedyKind
    amount: Money | None = None
    words: str | None = None
    reimbursement: Reimbursement = Reimbursement.NONE
    attempt: int = 1
    """Grows when a refused refund is tried again: its keys are then new ones."""
    parts: tuple[RefundPart, ...] = ()
    done_at: Instant | None = None

    @property
    def open(self) -> bool:
        return self.done_at is None
