"""What people do to a claim, and what they are shown of it (RES-9)."""

from enum import StrEnum

from models.common.actors import EvidenceRef
from models.common.base import Body, Money, Words
from models.common.decides import Decides, Version


class ClaimAction(StrEnum):
    """Everything that a person may do to a claim. When, and who: `rules/claims/permissions.py`."""

    ACCEPT = "accept"
    ACCEPT_PART = "accept_part"
    REJECT = "reject"
    DISPUTE = "dispute"
    REMIND = "remind"
    SETTLE = "settle"
    WRITE_OFF = "write_off"


class OnClaim(Decides):
    """About a claim as it was shown."""

    version: Version = None
    """`offer_version` of the claim."""


class AcceptClaim(OnClaim):
    """The party takes the whole claim on."""

    words: Words | None = None


class AcceptPart(OnClaim):
    """The party takes a part of it on, and says why not the rest."""

    amount: Money
    words: Words


class RejectClaim(OnClaim):
    """The party says no, and why."""

    words: Words


class DisputeClaim(OnClaim):
    """The platform does not agree with the answer: why, with further evidence."""

    words: Words
    evidence: tuple[EvidenceRef, ...] = ()


class RemindClaim(Body):
    """Ask the party again, before its deadline or after."""

    words: Words | None = None


class SettleClaim(OnClaim):
    """Record money that came in, with its proof; where we owe the party, money that went out."""

    proof: Words
    amount: Money | None = None
    """None: everything that is still to come."""


class WriteOffClaim(OnClaim):
    """Give up what has not come in, and why."""

    reason: Words


CLAIM_BODIES: dict[ClaimAction, type[Body]] = {
    ClaimAction.ACCEPT: AcceptClaim,
    ClaimAction.ACCEPT_PART: AcceptPart,
    ClaimAction.REJECT: RejectClaim,
    ClaimAction.DISPUTE: DisputeClaim,
    ClaimAction.REMIND: RemindClaim,
    ClaimAction.SETTLE: SettleClaim,
    ClaimAction.WRITE_OFF: WriteOffClaim,
}
