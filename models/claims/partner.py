"""What passes between us and the systems of carriers and merchants about claims (RES-9): docs/partners/carrier.yaml, merchant.yaml."""

from enum import StrEnum

from pydantic import Field

from models.claims.state import ClaimCause, ClaimKind
from models.common.actors import EvidenceRef
from models.common.base import Frozen, Identifier, Instant, Money
from models.common.identifiers import TrackingNumber
from models.common.partners import FromPartner
from models.common.vocabulary import Party


class ClaimMove(StrEnum):
    """What we tell about a claim."""

    OPEN = "open"
    REMIND = "remind"
    DISPUTE = "dispute"
    CHANGE = "change"
    """Less is claimed now: `amount` is what is left."""
    WITHDRAW = "withdraw"


class ClaimMessage(FromPartner):
    """One thing that we tell a carrier or merchant of a claim. `key` is idempotent; the answer comes as a notice with `reference`."""

    key: Identifier
    reference: Identifier
    """The claim; comes back in notices."""
    move: ClaimMove
    kind: ClaimKind
    recipient: Identifier
    order_id: Identifier
    tracking: TrackingNumber | None = None
    cause: ClaimCause
    amount: Money
    words: str
    """What proves it: the finding's basis, or what we say to your answer."""
    facts: dict[str, str | int | float | bool | None] = {}
    evidence: tuple[EvidenceRef, ...] = ()
    """By hash; the recipient reads them at the case's evidence in our API."""
    due: Instant


class ClaimReceipt(FromPartner):
    """That the message was taken, and under which number of the partner's own."""

    key: Identifier
    claim_number: Identifier | None = None


class ClaimAnswer(StrEnum):
    """What a party's system can tell about a claim."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    REJECTED = "rejected"
    PAID = "paid"


class ClaimWord(FromPartner):
    """The payload of a CLAIM notice. `amount`: what is accepted in part, or was paid."""

    answer: ClaimAnswer
    amount: Money | None = None
    words: str | None = Field(default=None, max_length=8000)
    payment_reference: Identifier | None = None
    """Of a payment: the same one again is taken once."""


class SendClaim(Frozen):
    """Hand a message over to the party's system."""

    of: Party
    message: ClaimMessage
    again: bool = False
    """It was tried before, and may have been taken: that is asked first."""


class ClaimSent(Frozen):
    receipt: ClaimReceipt
