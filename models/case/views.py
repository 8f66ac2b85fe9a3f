"""What callers are shown of a case. Built by `rules/case/view.py` from the state, the viewer and the time; the same from workflow and table."""

from models.case.action_bodies import Rate
from models.case.actions import Action
from models.case.history import OrderHistory
from models.case.receipt import Wanted
from models.case.state import Archive, Classification, Grade, Suggestion, TransferOffer
from models.claims.state import ClaimBrief
from models.common.actors import Actor, EvidenceRef
from models.common.base import Frozen, Instant, Money
from models.common.lines import LineQuantity
from models.common.vocabulary import (
    Channel,
    ClockName,
    Issue,
    Kind,
    Outcome,
    RemedyKind,
    Role,
    Silence,
    SlaState,
    Stage,
    Tier,
    WaitFor,
    WaitingOn,
)
from models.investigation.decisions import Appeal, Check, Review
from models.investigation.findings import Fact, Finding, Saying
from models.remedies.offers import Option
from models.remedies.remedy import Remedy
from models.replacements.state import ReplacementAction
from models.returns.state import ReturnAction


class WaitView(Frozen):
    """Whose move it is, until when, and what happens by default (docs/features.md)."""

    on: WaitingOn
    for_: WaitFor
    until: Instant
    then: str


class ClockView(Frozen):
    """SLA: the promise as it stands. `due` is None while paused or after it stopped; durations in seconds of working time."""

    name: ClockName
    state: SlaState
    target_seconds: int
    used_seconds: int
    used_by_tier: dict[Tier, int]
    due: Instant | None
    paused: bool
    stopped: bool


class MissView(Frozen):
    clock: ClockName
    at: Instant
    due: Instant
    held_by: Tier
    handler: str | None


class SayingView(Frozen):
    at: Instant
    by: Role
    words: str
    evidence: tuple[EvidenceRef, ...]


class RequestView(Frozen):
    """INV-2: what was asked of whom, in the viewer's language, and what came of it."""

    id: str
    of: WaitingOn
    recipient: str
    question: str
    asked_at: Instant
    remind_at: Instant
    due: Instant
    by: Actor
    reminded: bool
    silent: bool
    withdrawn: bool
    answer: Saying | None
    admits: bool | None

    @property
    def open(self) -> bool:
        return self.answer is None and not self.silent and not self.withdrawn


class ProposalView(Frozen):
    id: str
    round: int
    by: Role
    at: Instant
    options: tuple[Option, ...]
    amount: Money
    until: Instant | None
    if_silent: Silence
    state: str
    """awaiting_approval, standing, accepted, refused, declined or lapsed."""
    accepted: int | None
    refused: str | None
    declined: str | None
    counter_amount: Money | None
    counter_remedy: RemedyKind | None


class ActionView(Frozen):
    """An action open to the viewer now, and where to send it."""

    action: Action | ReturnAction | ReplacementAction
    href: str


class CaseView(Frozen):
    """One case as the viewer may see it."""

    case_id: str
    version: int
    kind: Kind
    stage: Stage
    channel: Channel
    customer_id: str
    order_id: str | None
    merchant_id: str | None
    carriers: tuple[str, ...]
    lines: tuple[LineQuantity, ...]
    description: str
    wanted: Wanted | None
    issue: Issue | None
    issue_name: str | None
    classification: Classification | None
    grade: Grade | None
    tier: Tier
    team: str | None
    handler: str | None
    owner: str | None
    transfer: TransferOffer | None
    suggestion: Suggestion | None
    waiting: WaitView | None
    clocks: tuple[ClockView, ...]
    misses: tuple[MissView, ...]
    facts: tuple[Fact, ...]
    sayings: tuple[SayingView, ...]
    requests: tuple[RequestView, ...]
    finding: Finding | None
    proposals: tuple[ProposalView, ...]
    remedies: tuple[Remedy, ...]
    automatic: bool
    checks: tuple[Check, ...]
    review: Review | None
    history: OrderHistory | None
    appeal: Appeal | None
    appeals_before: tuple[Appeal, ...]
    """Those of other parties before; each party is heard once."""
    appeal_until: Instant | None
    """Until when the viewer may appeal."""
    survey: Rate | None
    outcome: Outcome | None
    archive: Archive | None
    reopened: int
    opened_at: Instant
    closed_at: Instant | None
    policy_version: str
    available_actions: tuple[ActionView, ...]
    claims: tuple[ClaimBrief, ...] = ()
    """Claims for what the case gave (RES-9): a party sees its own, the platform all; from their table, when the case is looked at."""
