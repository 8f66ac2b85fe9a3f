"""What people do to a claim, and what they are shown of it (RES-9)."""

from enum import StrEnum

from pydantic import Field

from models.claims.policy import ClaimWaitFor
from models.claims.state import ClaimBrief, ClaimCause, ClaimItem, ClaimKind, ClaimLimit, ClaimPayment, ClaimStatus
from models.common.actors import EvidenceRef
from models.common.base import Body, Frozen, Identifier, Instant, Money, Words
from models.common.timeline import TimelineView
from models.common.vocabulary import Issue, Party, WaitingOn
from models.investigation.findings import Fact, Finding


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
    """Take down money that came in, with its proof; where we owe the party, money that went out."""

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


class ClaimActionView(Frozen):
    """An action open to the viewer now, and where to send it."""

    action: ClaimAction
    href: str


class ClaimWaitView(Frozen):
    """Whose move it is, until when, and what happens by default."""

    on: WaitingOn
    for_: ClaimWaitFor
    until: Instant
    then: str


class ClaimView(Frozen):
    """A whole claim as one viewer may see it."""

    claim_id: str
    version: int
    kind: ClaimKind
    status: ClaimStatus
    case_id: str
    order_id: str
    of: Party
    who: str
    cause: ClaimCause
    issue: Issue | None
    tracking: str | None
    items: tuple[ClaimItem, ...]
    limit: ClaimLimit | None
    finding: Finding
    facts: tuple[Fact, ...]
    evidence: tuple[EvidenceRef, ...]
    claimed: Money
    accepted: Money | None
    recovered: Money
    written_off: Money
    owed: Money
    """What we have to pay the party."""
    payments: tuple[ClaimPayment, ...]
    disputes_left: int
    partner_reference: Identifier | None
    undelivered: str | None
    reason: str | None
    waiting: ClaimWaitView | None
    opened_at: Instant
    closed_at: Instant | None
    available_actions: tuple[ClaimActionView, ...]
    history: tuple[TimelineView, ...] = ()
    """What happened, in the asked language; read from the table."""


class ClaimTotal(Frozen):
    """What the claims of one kind, state and currency come to."""

    kind: ClaimKind
    status: ClaimStatus
    count: int = Field(ge=0)
    claimed: Money
    accepted: Money
    recovered: Money
    written_off: Money


class ClaimPage(Frozen):
    """A page of claims, and the totals of every claim that fits the filters, whatever page it is on."""

    claims: tuple[ClaimBrief, ...]
    totals: tuple[ClaimTotal, ...]
    next: str | None
