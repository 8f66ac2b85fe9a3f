"""A claim on a carrier, a recovery from a merchant, a credit to a merchant (RES-9): what is claimed, with proofs, and its own state.

A claim is a workflow of its own (workflows/claims/workflow.py) that outlives its case; the case keeps a `ClaimRef` of each.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, JsonValue

from models.claims.policy import ClaimTerms, ClaimWaitFor
from models.common.actors import SYSTEM, Actor, EvidenceRef
from models.common.base import Frozen, Identifier, Instant, Money
from models.common.events import Event
from models.common.identifiers import TrackingNumber
from models.common.projection import Projected
from models.common.vocabulary import Issue, Party, RemedyKind, WaitingOn
from models.investigation.findings import Fact, Finding


class ClaimKind(StrEnum):
    """From whom to whom the money goes."""

    CARRIER = "carrier_claim"
    """A carrier pays for what it lost, damaged or brought late."""
    RECOVERY = "merchant_recovery"
    """A merchant pays back what the platform gave for it."""
    CREDIT = "merchant_credit"
    """The platform pays a merchant what came out of its receipts without it being liable (INV-5)."""

    @property
    def of(self) -> Party:
        return Party.CARRIER if self is ClaimKind.CARRIER else Party.MERCHANT


class ClaimCause(StrEnum):
    """What the claim is for; the carriers' limits differ."""

    LOST = "lost"
    DAMAGED = "damaged"
    LATE = "late"
    LOST_RETURN = "lost_return"
    LIABLE = "liable"
    """Anything else that the party was found responsible for."""


class ClaimStatus(StrEnum):
    """Where a claim stands. Money received, waits and deadlines are axes of their own."""

    OPEN = "open"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"
    DISPUTED = "disputed"
    OWED = "owed"
    """We have to pay: a credit, or more was received than is due now."""
    SETTLED = "settled"
    WRITTEN_OFF = "written_off"
    WITHDRAWN = "withdrawn"

    @classmethod
    def over(cls) -> frozenset["ClaimStatus"]:
        return frozenset({cls.SETTLED, cls.WRITTEN_OFF, cls.WITHDRAWN})

    @classmethod
    def unanswered(cls) -> frozenset["ClaimStatus"]:
        """The party's answer is awaited."""
        return frozenset({cls.OPEN, cls.DISPUTED})

    @classmethod
    def disputable(cls) -> frozenset["ClaimStatus"]:
        return frozenset({cls.PARTLY_ACCEPTED, cls.REJECTED})

    @classmethod
    def collecting(cls) -> frozenset["ClaimStatus"]:
        """Money may come in."""
        return frozenset(cls) - {cls.OWED, cls.SETTLED, cls.WITHDRAWN}


class ClaimItem(Frozen):
    """What is claimed for one remedy, and who gets it: whoever paid for the remedy."""

    remedy_id: Identifier
    kind: RemedyKind
    amount: Money
    in_favour_of: Party


class ClaimLimit(Frozen):
    """Why less is claimed than was given. `by`: declared_value, freight, late."""

    amount: Money
    by: str


class Claim(Frozen):
    """What is claimed of whom, with its proofs (RES-9)."""

    claim_id: Identifier
    case_id: Identifier
    order_id: Identifier
    kind: ClaimKind
    who: Identifier
    merchant_id: Identifier | None = None
    """The order's merchant, who gets what is in its favour."""
    cause: ClaimCause
    issue: Issue | None = None
    tracking: TrackingNumber | None = None
    items: tuple[ClaimItem, ...]
    currency: str
    limit: ClaimLimit | None = None
    if_late: tuple[ClaimItem, ...] = ()
    """Of a lost parcel: what is still claimed, for the delay, when it turns up after all."""
    promised_at: Instant | None = None
    """What is delivered by then was not late."""
    finding: Finding
    facts: tuple[Fact, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    team: Identifier | None = None
    """The case's team and handler when it was opened: they pursue it."""
    handler: Actor | None = None
    opened_at: Instant

    @property
    def amount(self) -> Money:
        return Money(minor=sum(item.amount.minor for item in self.items), currency=self.currency)

    @property
    def named(self) -> dict[str, JsonValue]:
        """What every line of its history says of it."""
        return {
            "claim_id": self.claim_id,
            "kind": self.kind.value,
            "of": self.kind.of.value,
            "who": self.who,
            "amount_minor": self.amount.minor,
            "currency": self.currency,
        }


LONGEST_PROOF = 1000
"""Letters of a payment's proof that a claim carries along; its history has all of it."""


class ClaimPayment(Frozen):
    """Money that came in, or with `back` went out, and what proves it. The key is the partner's, or the request's."""

    key: str
    amount: Money
    proof: str
    back: bool = False
    by: Actor = SYSTEM
    at: Instant


class ClaimWait(Frozen):
    """Whose move it is, until when; `remind_at` None: reminded already, or nobody is to be."""

    on: WaitingOn
    for_: ClaimWaitFor
    since: Instant
    until: Instant
    remind_at: Instant | None = None


class ClaimEntry(Frozen):
    """One thing that happened to a claim; like a case's timeline entry."""

    version: int
    at: Instant
    event: Event
    by: Actor = SYSTEM
    data: dict[str, JsonValue] = {}


class ClaimState(BaseModel):
    """Everything that a claim's workflow knows, carried over continue-as-new."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    claim: Claim
    terms: ClaimTerms
    version: int = 0
    offer_version: int = 1
    """Grows with what is claimed, answered, paid or owed: whoever decides on it names it (WRK-5)."""
    status: ClaimStatus = ClaimStatus.OPEN
    accepted: Money | None = None
    payments: tuple[ClaimPayment, ...] = ()
    disputes: int = 0
    messages: int = 0
    """So many were sent to the party's system; their keys count on."""
    partner_reference: str | None = None
    undelivered: str | None = None
    """Why the party's system did not take our last message; the party may still act through the API."""
    escalated: bool = False
    wait: ClaimWait | None = None
    reason: str | None = None
    """Why it was rejected, written off or withdrawn."""
    closed_at: Instant | None = None
    entries: tuple[ClaimEntry, ...] = ()
    requests_seen: dict[str, int] = {}
    notices_seen: tuple[str, ...] = ()

    @property
    def received_minor(self) -> int:
        """What came in and did not go back; of a credit, what went out."""
        net = sum(-payment.amount.minor if payment.back else payment.amount.minor for payment in self.payments)
        return -net if self.claim.kind is ClaimKind.CREDIT else net

    @property
    def due_minor(self) -> int:
        """What is to come in by what is agreed so far; all that is claimed while nothing is."""
        claimed = self.claim.amount.minor
        return claimed if self.accepted is None else min(self.accepted.minor, claimed)

    @property
    def owed_minor(self) -> int:
        """What we have to pay."""
        if self.claim.kind is ClaimKind.CREDIT:
            return max(self.claim.amount.minor - self.received_minor, 0)
        return max(self.received_minor - self.claim.amount.minor, 0)

    @property
    def written_off_minor(self) -> int:
        """What was claimed and will not come: only known when it is over."""
        return max(self.claim.amount.minor - self.received_minor, 0) if self.status in ClaimStatus.over() else 0


class ClaimStart(Frozen):
    """The workflow's input."""

    state: ClaimState
    shown: dict[str, str | int] = {}
    """The search attributes that it is started with, moments in ISO 8601: those that it would set first, for an event less."""


class ClaimRef(Frozen):
    """What a case keeps of a claim it opened."""

    claim_id: Identifier
    kind: ClaimKind
    who: Identifier
    items: tuple[ClaimItem, ...]
    currency: str
    status: ClaimStatus = ClaimStatus.OPEN


class ClaimAdjustment(Frozen):
    """The claim's signal `adjust`: this is all that is still claimed. No items: withdrawn."""

    claim_id: Identifier
    items: tuple[ClaimItem, ...]
    why: str
    cause: ClaimCause | None = None
    """What it is claimed for from now on; None: for what it was."""


class ClaimOver(Frozen):
    """The case's signal `claim_over`, while the case runs."""

    claim_id: Identifier
    case_id: Identifier
    status: ClaimStatus
    received: Money


class ParcelClaimed(Frozen):
    """Asks what other cases have claimed of a carrier for a parcel."""

    case_id: Identifier
    order_id: Identifier
    who: Identifier
    tracking: TrackingNumber
    currency: str


class Told(Frozen):
    """Whether the other workflow still ran to hear it."""

    told: bool


class ClaimProjection(Projected):
    """The claim as it is to be saved."""

    state: ClaimState
