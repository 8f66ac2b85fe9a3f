"""What a case is made of: what came in, what was found out, what was decided, and the one state that the workflow keeps."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from models.actions import SYSTEM, Actor, EvidenceRef, OptionOffer, Rate
from models.base import Frozen, Identifier, Instant, Money
from models.partners import Order, Payment, Shipment
from models.policy import Bilingual, SharedPolicy
from models.receipt import Receipt
from models.vocabulary import (
    ClockName,
    Event,
    Issue,
    Kind,
    Outcome,
    Party,
    PauseReason,
    Priority,
    Reimbursement,
    RemedyKind,
    Role,
    SlaState,
    Stage,
    Tier,
    WaitFor,
    WaitingOn,
)


class Saying(Frozen):
    """Words as somebody said them, with the evidence they gave."""

    at: Instant
    by: Actor
    words: str
    evidence: tuple[EvidenceRef, ...] = ()


class TimelineEntry(Frozen):
    """One thing that happened. `version` grows with every entry; `data` holds small values for the texts, nothing personal."""

    version: int
    at: Instant
    event: Event
    by: Actor = SYSTEM
    data: dict[str, JsonValue] = {}


class TransferOffer(Frozen):
    """DSP-4: a handler asks somebody to take over; unanswered by `due` it goes to the team's supervisor."""

    by: Actor
    to: Identifier | None
    team: Identifier
    reason: str
    due: Instant


class Suggestion(Frozen):
    """REC-6: an answer of the knowledge base that was shown, and whether it helped (None: not said yet)."""

    entry_id: Identifier
    title: str
    body: str
    score: float
    helped: bool | None = None


class Classification(Frozen):
    """CLS-2: the issue, how sure, and by what: `customer`, `agent`, `lexicon:<version>`, `model:<version>`."""

    issue: Issue
    confidence: float = Field(ge=0, le=1)
    by: str
    alternatives: tuple[Issue, ...] = ()


class Grade(Frozen):
    """CLS-3, with reasons that a person can read (codes and values of `rules/grading.py`)."""

    priority: Priority
    severity: int = Field(ge=0, le=3)
    urgency: int = Field(ge=0, le=3)
    reasons: tuple[str, ...]


class Fact(Frozen):
    """Something proved (INV-1). `source`: order, shipment, payment, customer, merchant, carrier."""

    name: str
    value: JsonValue
    source: str
    at: Instant


class InformationRequest(Frozen):
    """INV-2. `answer` None and `silent` False: still open."""

    id: Identifier
    of: WaitingOn
    recipient: Identifier
    question: str
    asked_at: Instant
    remind_at: Instant
    due: Instant
    by: Actor = SYSTEM
    reminded: bool = False
    silent: bool = False
    withdrawn: bool = False
    answer: Saying | None = None
    admits: bool | None = None

    @property
    def open(self) -> bool:
        return self.answer is None and not self.silent and not self.withdrawn


class Finding(Frozen):
    """INV-4: who is responsible, on what basis. `row` names the policy's row when a rule found it."""

    party: Party
    confidence: float = Field(ge=0, le=1)
    basis: Bilingual
    row: str | None = None
    by: Actor = SYSTEM
    at: Instant


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


class Wait(Frozen):
    """Whose move it is, for what, until when, and what happens by default then."""

    on: WaitingOn
    for_: WaitFor
    until: Instant
    since: Instant


class Miss(Frozen):
    """A broken promise. Never removed (SLA-4); `held_by` says who had the case (SLA-5)."""

    clock: ClockName
    at: Instant
    due: Instant
    held_by: Tier
    handler: str | None = None


class Clock(Frozen):
    """A promise about time (SLA-1…6). All durations are working time of `calendar`.

    `used` is what had run up to `running_since`; while running, more has passed since then. `running_since` None: paused or stopped.
    """

    name: ClockName
    calendar: str
    target: timedelta
    started_at: Instant
    used: timedelta = timedelta(0)
    running_since: Instant | None = None
    pauses: frozenset[PauseReason] = frozenset()
    held_by: Tier
    used_by_tier: dict[Tier, timedelta] = {}
    warned_at: Instant | None = None
    missed_at: Instant | None = None
    unreported: Miss | None = None
    """A miss that a change came upon; the next tick hands it out."""
    stopped_at: Instant | None = None


class Archive(Frozen):
    """ARC-1: the seal of the immutable record."""

    sha256: str
    at: Instant
    outcome: Outcome
    root_cause: str
    lesson: str | None = None


class CaseState(BaseModel):
    """Everything the workflow knows, carried over continue-as-new. Its parts are frozen: a change replaces them."""

    model_config = ConfigDict(extra="forbid")

    receipt: Receipt
    policy_version: str
    version: int = 0
    """Counts every change that is saved; timeline entries carry the one they were made at."""
    stage: Stage = Stage.RECEIPT
    kind: Kind
    order_id: Identifier | None = None
    classification: Classification | None = None
    grade: Grade | None = None
    tier: Tier = Tier.PLATFORM
    team: str | None = None
    handler: Actor | None = None
    owner: Actor | None = None
    """DSP-3: whoever first answered the customer."""
    dispatched: bool = False
    """A team was found once; from then on the tier only rises (DSP-5)."""
    unstaffed: bool = False
    """Nobody of the team was on shift when a handler was looked for."""
    transfer: TransferOffer | None = None
    suggestion: Suggestion | None = None
    wait: Wait | None = None
    clocks: tuple[Clock, ...] = ()
    misses: tuple[Miss, ...] = ()
    order: Order | None = None
    """The customer's own order; one of somebody else's is never taken over (REC-3)."""
    order_unverified: bool = False
    """The partners stayed silent: the order is only what the customer says."""
    shipments: tuple[Shipment, ...] = ()
    payments: tuple[Payment, ...] = ()
    facts: tuple[Fact, ...] = ()
    sayings: tuple[Saying, ...] = ()
    requests: tuple[InformationRequest, ...] = ()
    finding: Finding | None = None
    proposals: tuple[Proposal, ...] = ()
    arbitration: bool = False
    """The rounds are used up, or a party asked: a supervisor rules."""
    settled: bool = False
    """What is to be done was decided: accepted, ruled, or clear (RES-10); `remedies` holds it."""
    remedies: tuple[Remedy, ...] = ()
    automatic: bool = False
    """RES-10: resolved without a person."""
    automatic_denied: str | None = None
    """Why it was not, although it was clear and small: a cap of the day."""
    survey: Rate | None = None
    confirmed: bool = False
    disputed: bool = False
    """The customer said that the solution was none; from then on people decide."""
    turn_to: Stage | None = None
    """Somebody's action sends the case to another stage; taken at the next pause."""
    outcome: Outcome | None = None
    archive: Archive | None = None
    reopened: int = 0
    renewed_at: Instant | None = None
    """The deadline for which later holidays were last asked for."""
    closed_at: Instant | None = None
    entries: tuple[TimelineEntry, ...] = ()
    """Timeline entries that are not in the database yet."""
    requests_seen: dict[str, int] = {}
    """Request id → the version after it: the same request again changes nothing (bounded)."""
    notices_seen: tuple[str, ...] = ()
    """Ids of partner notices that were taken in (bounded)."""

    @property
    def case_id(self) -> str:
        return self.receipt.case_id

    @property
    def issue(self) -> Issue | None:
        return self.classification.issue if self.classification else None

    @property
    def sla_state(self) -> SlaState:
        """The worst of the case's promises; a miss stays (SLA-4)."""
        if self.misses:
            return SlaState.MISSED
        return SlaState.WARNED if any(clock.warned_at for clock in self.clocks) else SlaState.ON_TIME

    @property
    def standing_proposal(self) -> Proposal | None:
        """The proposal on the table, if there is one."""
        last = self.proposals[-1] if self.proposals else None
        return last if last is not None and last.standing else None

    @property
    def open_requests(self) -> tuple[InformationRequest, ...]:
        return tuple(request for request in self.requests if request.open)

    @property
    def evidence_given(self) -> bool:
        """Whether the customer gave any evidence."""
        return bool(self.receipt.evidence) or any(saying.evidence for saying in self.sayings if saying.by.role is Role.CUSTOMER)

    @property
    def money_moves(self) -> bool:
        """Whether a refund is under way or was made: from here on nothing is withdrawn."""
        return any(remedy.reimbursement in Reimbursement.moving() for remedy in self.remedies)


class CaseStart(Frozen):
    """The workflow's input: a receipt with the policy of its day; and the state, when the case continues as new."""

    receipt: Receipt
    policy: SharedPolicy
    state: CaseState | None = None
