"""What callers are shown of a case. Built by `rules/case/view.py` from the state, the viewer and the time; the same from workflow and table."""

from typing import Annotated

from models.case.action_bodies import Rate
from models.case.actions import Action
from models.case.history import OrderHistory
from models.case.receipt import Wanted
from models.claims.views import ClaimBrief
from models.common.actors import Actor, EvidenceRef
from models.common.base import Identifier, Instant, Money
from models.common.lines import LineQuantity
from models.common.views import View, renamed
from models.common.vocabulary import (
    Channel,
    ClockName,
    Issue,
    Kind,
    Outcome,
    Priority,
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
from models.remedies.views import RemedyView
from models.replacements.state import ReplacementAction
from models.returns.state import ReturnAction


class WaitView(View):
    """Whose move it is, until when, and what happens by default (docs/features.md)."""

    on: WaitingOn
    for_: Annotated[WaitFor, renamed("for", formerly="for_")]
    until: Instant
    provisional: bool = False
    """`until` lies in a year whose days off are not announced, and may move once they are."""
    then: str


class ClockView(View):
    """SLA: the promise as it stands. `due` is None while paused or after it stopped; durations in seconds of working time."""

    name: ClockName
    state: SlaState
    target_seconds: int
    used_seconds: int
    used_by_tier: dict[Tier, int]
    due: Instant | None
    provisional: bool = False
    """`due` lies in a year whose days off are not announced, and may move once they are."""
    paused: bool
    stopped: bool


class MissView(View):
    clock: ClockName
    at: Instant
    due: Instant
    held_by: Tier
    handler: str | None


class SayingView(View):
    at: Instant
    by: Role
    words: str
    evidence: tuple[EvidenceRef, ...]


class RequestView(View):
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


class ProposalView(View):
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


class ActionView(View):
    """An action open to the viewer now, and where to send it."""

    action: Action | ReturnAction | ReplacementAction
    href: str


class ClassificationView(View):
    """CLS-2: the issue, how sure, and by what: `customer`, `agent`, `lexicon:<version>`, `model:<version>`."""

    issue: Issue
    confidence: float
    by: str
    alternatives: tuple[Issue, ...]


class GradeView(View):
    """CLS-3: how urgent the case is, with reasons that a person can read."""

    priority: Priority
    severity: int
    urgency: int
    reasons: tuple[str, ...]


class TransferView(View):
    """DSP-4: a handler asks somebody to take over; unanswered by `due` it goes to the team's supervisor."""

    by: Actor
    to: Identifier | None
    team: Identifier
    reason: str
    due: Instant
    provisional: bool = False
    """`due` lies in a year whose days off are not announced, and may move once they are."""


class SuggestionView(View):
    """REC-6: an answer of the knowledge base that was shown, and whether it helped (None: not said yet)."""

    entry_id: Identifier
    title: str
    body: str
    score: float
    helped: bool | None


class ArchiveView(View):
    """ARC-1: the seal of the immutable record; a case that was reopened is sealed again, as a further edition."""

    sha256: str
    edition: int
    at: Instant
    outcome: Outcome
    root_cause: str
    lesson: str | None


class CaseView(View):
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
    classification: ClassificationView | None
    grade: GradeView | None
    tier: Tier
    team: str | None
    handler: str | None
    owner: str | None
    transfer: TransferView | None
    suggestion: SuggestionView | None
    waiting: WaitView | None
    clocks: tuple[ClockView, ...]
    misses: tuple[MissView, ...]
    facts: tuple[Fact, ...]
    sayings: tuple[SayingView, ...]
    requests: tuple[RequestView, ...]
    finding: Finding | None
    proposals: tuple[ProposalView, ...]
    remedies: tuple[RemedyView, ...]
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
    archive: ArchiveView | None
    reopened: int
    opened_at: Instant
    closed_at: Instant | None
    policy_version: str
    available_actions: tuple[ActionView, ...]
    claims: tuple[ClaimBrief, ...] = ()
    """Claims for what the case gave (RES-9): a party sees its own, the platform all; from their table, when the case is looked at."""
