"""What people do to a claim, and what they are shown of it (RES-9)."""

from enum import StrEnum

from models.common.actors import EvidenceRef
from models.common.base import Body, Money, Words


class ClaimAction(StrEnum):
    """Everything that a person may do to a claim. When, and who: `rules/claims/permissions.py`."""

    ACCEPT = "accept"
    ACCEPT_PART = "accept_part"
    REJECT = "reject"
    DISPUTE = "dispute"
    REMIND = "remind"
    SETTLE = "settle"
    WRITE_OFF = "write_off"


class AcceptClaim(Body):
    """The party takes the whole claim on."""

    words: Words | None = None


class AcceptPart(Body):
    """The party takes a part of it on, and says why not the rest."""

    amount: Money
    words: Words


class RejectClaim(Body):
    """The party says no, and why."""

    words: Words


class DisputeClaim(Body):
    """The platform does not agree with the answer: why, with further evidence."""

    words: Words
    evidence: tuple[EvidenceRef, ...] = ()


class RemindClaim(Body):
    """Ask the party again, before its deadline or after."""

    words: Words | None = None


class SettleClaim(Body):
    """Record money that came in, with its proof; where we owe the party, money that went out."""

    proof: Words
    amount: Money | None = None
    """None: everything that is still to come."""


class WriteOffClaim(Body):
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
