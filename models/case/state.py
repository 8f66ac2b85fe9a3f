"""What a case is made of: what came in, what was found out, what was decided, and the one state that the workflow keeps."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from models.case.action_bodies import Rate
from models.case.desk_bodies import TagName
from models.case.heard import MOST, Heard
from models.case.held import Held
from models.case.history import OrderHistory
from models.case.merging import Absorbed, Merged
from models.case.receipt import Receipt
from models.case.splitting import SplitFrom, SplitOff
from models.case.time_spent import TimeSpent
from models.case.undelivered import Undelivered
from models.chargebacks.state import ChargebackRef
from models.claims.found import FoundParcel
from models.claims.state import ClaimRef
from models.common.actors import SYSTEM, Actor
from models.common.base import Frozen, Identifier, Instant, wire_name
from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.partners import Order, Payment, Shipment
from models.common.vocabulary import (
    Issue,
    Kind,
    Outcome,
    Party,
    Priority,
    SlaState,
    Stage,
    Tier,
)
from models.common.waits import Wait
from models.investigation.clocks import Clock, Miss
from models.investigation.decisions import Appeal, Check, Review
from models.investigation.findings import Fact, Finding, InformationRequest, Saying
from models.policy.policy import SharedPolicy
from models.remedies.remedy import Proposal, Remedy


class TimelineEntry(Frozen):
    """One thing that happened. `version` grows with every entry; `data` holds small values for the texts, nothing personal."""

    version: int
    at: Instant
    event: Event
    by: Actor = SYSTEM
    data: dict[str, JsonValue] = {}


class TransferOffer(Frozen):
    """DSP-4: a handler asks somebody to take over; unanswered by `due` it goes to the team's supervisor."""

    id: Identifier = "t0"
    by: Actor
    to: Identifier | None
    team: Identifier
    reason: str
    due: Instant
    provisional: bool = False
    """`due` lies in a year whose days off are not announced."""


class Snoozed(Frozen):
    """WRK-2: the case is out of its queue until then, or until something happens on it."""

    by: Actor
    at: Instant
    until: Instant | None = None


class Suggestion(Frozen):
    """REC-6: an answer of the knowledge base that was shown, and whether it helped (None: not said yet)."""

    entry_id: Identifier
    title: str
    body: str
    score: float
    helped: bool | None = None
    unjudged: bool = False
    """The customer did not say so in time, and it was no close fit: a person answers."""


class Classification(Frozen):
    """CLS-2: the issue, how sure, and by what: `customer`, `agent`, or `lexicon:`, `model:`, `embedding:` with a version."""

    issue: Issue
    confidence: float = Field(ge=0, le=1)
    by: str
    alternatives: tuple[Issue, ...] = ()


DANGERS = 20
"""So many words of danger were carried along."""


class Grade(Frozen):
    """CLS-3, with reasons that a person can read (codes and values of `rules/case/grading.py`)."""

    priority: Priority
    severity: int = Field(ge=0, le=3)
    urgency: int = Field(ge=0, le=3)
    reasons: tuple[str, ...]
    by: Actor | None = None
    """Who set the priority; None: it follows from severity and urgency."""


class Archive(Frozen):
    """ARC-1: the seal of the immutable record."""

    sha256: str
    edition: int = 1
    """A case that was reopened or appealed is sealed again."""
    at: Instant
    outcome: Outcome
    root_cause: str
    lesson: str | None = None


class CaseState(BaseModel):
    """Everything the workflow knows, carried over continue-as-new. Its parts are frozen: a change replaces them."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    receipt: Receipt
    policy_version: str
    version: int = 0
    """Counts every change that is saved; timeline entries carry the one they were made at."""
    stage: Stage = Stage.RECEIPT
    kind: Kind
    order_id: Identifier | None = None
    classification: Classification | None = None
    grade: Grade | None = None
    heard: tuple[Heard, ...] = Field(default=(), max_length=MOST)
    """What was heard in the words after the first (`Receipt.heard` has those); it counts although these are put away."""
    dangers: tuple[str, ...] = Field(default=(), max_length=DANGERS)
    """The same, of a case from before `heard`: words of danger told after it was graded."""
    tier: Tier = Tier.PLATFORM
    team: str | None = None
    handler: Actor | None = None
    owner: Actor | None = None
    """DSP-3: whoever first answered the customer."""
    dispatched: bool = False
    """A team was found once; from then on the tier only rises (DSP-5)."""
    reply_owed_since: Instant | None = None
    """Since when the customer waits for a person's answer to words of theirs (WRK-6); None: all is answered."""
    undelivered: tuple[Undelivered, ...] = ()
    """The newest messages to the customer that could not be delivered (NTF-4)."""
    unreached_since: Instant | None = None
    """Since when no channel reaches the customer; None: one does, or somebody has seen to it."""
    unstaffed: bool = False
    """Nobody of the team was on shift when a handler was looked for."""
    transfer: TransferOffer | None = None
    transfers: int = 0
    """How many were offered; their ids count on."""
    tags: tuple[TagName, ...] = ()
    snoozed: Snoozed | None = None
    held: Held | None = None
    """What was sent and may still be taken back (WRK-5)."""
    holds: int = 0
    """How often something was held back; its ids count on."""
    watchers: tuple[Actor, ...] = ()
    """WRK-1: colleagues who are told of what is said and of every change of stage."""
    suggestion: Suggestion | None = None
    wait: Wait | None = None
    reminders: Annotated[int, wire_name("overdue")] = 0
    """How often in a row the supervisors were reminded of the same matter; nobody is above them (DSP-5)."""
    clocks: tuple[Clock, ...] = ()
    misses: tuple[Miss, ...] = ()
    order: Order | None = None
    """The customer's own order; one of somebody else's is never taken over (REC-3)."""
    order_unverified: bool = False
    """The partners stayed silent: the order is only what the customer says."""
    shipments: tuple[Shipment, ...] = ()
    payments: tuple[Payment, ...] = ()
    looked_up_at: Instant | None = None
    """When the partners last said what order, shipments and payments are."""
    history: OrderHistory | None = None
    """What earlier cases took and gave; None: not looked up yet."""
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
    checks: tuple[Check, ...] = ()
    """What was weighed when it was last decided whether a person is needed (RES-10)."""
    review: Review | None = None
    """The decision without a person was drawn for review."""
    settlements: int = 0
    """How often it was decided what is to be done."""
    liable: Party | None = None
    """Who was responsible, for sure, when it was decided what is to be done; None: nobody was found so (INV-5)."""
    settled_at: Instant | None = None
    """When it was last decided what is to be done; the appeal's time runs from here (INV-5)."""
    appeal: Appeal | None = None
    """The last one."""
    appeals_before: tuple[Appeal, ...] = ()
    """Of other parties, that the responsibility lay on before."""
    claims: tuple[ClaimRef, ...] = ()
    """What was claimed of carriers and merchants for what the case gave (RES-9)."""
    claims_moved: bool = False
    """An appeal took the responsibility off a party; where it rests on nobody now, the platform bears it (INV-5)."""
    chargebacks: tuple[ChargebackRef, ...] = ()
    """Those of the order, as they are now (RES-12)."""
    found: tuple[FoundParcel, ...] = ()
    """Parcels that turned up after something was given for their loss, the last one last."""
    survey: Rate | None = None
    solutions: int = 0
    """How often the customer was told that it is solved; their word names which (WRK-5)."""
    confirmed: bool = False
    disputed: bool = False
    """The customer said that the solution was none; from then on people decide."""
    next_stage: Annotated[Stage | None, wire_name("turn_to")] = None
    """Where the case was sent; it goes there when its stage is done or pauses."""
    outcome: Outcome | None = None
    archive: Archive | None = None
    merged: Merged | None = None
    """The case in which this one goes on (WRK-7)."""
    absorbed: tuple[Absorbed, ...] = ()
    """The cases that go on in this one."""
    own_lines: tuple[LineQuantity, ...] | None = None
    """What the case was about before the first of them came; None: none is here."""
    split_off: tuple[SplitOff, ...] = ()
    """Lines that have a case of their own by now (WRK-7)."""
    split_from: SplitFrom | None = None
    reopened: int = 0
    renewed_at: Instant | None = None
    """The deadline for which later holidays were last asked for."""
    closed_at: Instant | None = None
    spent: TimeSpent | None = None
    """Where its time went (RVW-1); None: a case from before this was counted."""
    entries: tuple[TimelineEntry, ...] = ()
    """Timeline entries that are not in the database yet."""
    requests_seen: dict[str, int] = {}
    """Request id → the version after it: the same request again changes nothing (bounded)."""
    notices_seen: tuple[str, ...] = ()
    """Ids of partner notices that were taken in (bounded)."""
    put_away: dict[str, int] = {}
    """How many of the first of `sayings`, `requests`, `proposals` and `appeals_before` are here in short only: the table `case_texts` has
    them whole (`rules/case/texts.py`)."""

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
    def overdue(self) -> bool:
        """A promise was missed, and what was promised is not done yet."""
        missed = any(clock.missed_at is not None and clock.stopped_at is None for clock in self.clocks)
        return missed and self.stage in Stage.open_stages()

    @property
    def appeals(self) -> tuple[Appeal, ...]:
        """All of them, the last one last."""
        return (*self.appeals_before, self.appeal) if self.appeal else ()

    @property
    def standing_proposal(self) -> Proposal | None:
        """The proposal on the table, if there is one."""
        last = self.proposals[-1] if self.proposals else None
        return last if last is not None and last.standing else None

    @property
    def open_requests(self) -> tuple[InformationRequest, ...]:
        return tuple(request for request in self.requests if request.open)

    @property
    def evidence(self) -> frozenset[str]:
        """The hashes of every piece that anybody gave (INV-3)."""
        said = [piece.sha256 for saying in self.sayings for piece in saying.evidence]
        return frozenset([*said, *(piece.sha256 for piece in self.receipt.evidence)])


class CaseStart(Frozen):
    """The workflow's input: a receipt with the policy of its day; and the state, when the case continues as new."""

    receipt: Receipt
    policy: SharedPolicy
    state: CaseState | None = None
