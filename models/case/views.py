"""What callers are shown of a case. Built by `rules/case/view.py` from the state, the viewer and the time; the same from workflow and table."""

from typing import Annotated

from models.case.action_bodies import Rate
from models.case.actions import Action
from models.case.desk_views import PresentView
from models.case.held import HeldView
from models.case.history import OrderHistory
from models.case.receipt import Wanted
from models.case.relation_views import AbsorbedView, LinkView, MergedView, SplitFromView, SplitOffView
from models.case.undelivered import Undelivered
from models.chargebacks.views import ChargebackBrief
from models.claims.views import ClaimBrief
from models.common.actors import Actor, EvidenceRef
from models.common.base import Identifier, Instant, Money
from models.common.decides import Named
from models.common.lines import LineQuantity
from models.common.readers import (
    BOOKS,
    INSIDE,
    PLATFORM,
    Books,
    Everybody,
    Inside,
    Participants,
    Platform,
    Reader,
    Readers,
    Someone,
    grounds,
    seen_by,
)
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
    SlaState,
    Stage,
    Tier,
    WaitFor,
    WaitingOn,
)
from models.investigation.decisions import Appeal, Check, Review
from models.investigation.findings import Fact, Finding, Saying
from models.remedies.offers import Option
from models.remedies.remedy import Silence
from models.remedies.views import RemedyView
from models.replacements.state import ReplacementAction
from models.returns.state import ReturnAction
from models.tax.views import CreditNoteView


class WaitView(View):
    """Whose move it is, until when, and what happens by default (docs/features.md)."""

    on: Everybody[WaitingOn]
    for_: Everybody[Annotated[WaitFor, renamed("for", formerly="for_")]]
    until: Everybody[Instant]
    provisional: Everybody[bool] = False
    """`until` lies in a year whose days off are not announced, and may move once they are."""
    then: Everybody[str]


class ClockView(View):
    """SLA: the promise as it stands. `due` is None while paused or after it stopped; durations in seconds of working time."""

    name: Everybody[ClockName]
    state: Everybody[SlaState]
    target_seconds: Everybody[int]
    used_seconds: Everybody[int]
    used_by_tier: Everybody[dict[Tier, int]]
    due: Everybody[Instant | None]
    provisional: Everybody[bool] = False
    """`due` lies in a year whose days off are not announced, and may move once they are."""
    paused: Everybody[bool]
    stopped: Everybody[bool]


class MissView(View):
    clock: Everybody[ClockName]
    at: Everybody[Instant]
    due: Everybody[Instant]
    held_by: Everybody[Tier]
    handler: Platform[str | None]


class SayingView(View):
    """Words as they were said. An answer to a request, and an appeal, are private: for the platform, who said it, and who asked."""

    at: Everybody[Instant]
    by: Everybody[Role]
    by_id: Annotated[str | None, seen_by(PLATFORM, Reader.AUTHOR)] = None
    private: Everybody[bool] = False
    asked_by: Everybody[Role | None] = None
    """Who had asked for it; None: nobody."""
    case_id: Everybody[str | None] = None
    """The case on which it was said, when that was merged into this one (WRK-7); None: here."""
    words: Participants[str]
    evidence: Participants[tuple[EvidenceRef, ...]]

    def grounds(self, reader: Someone) -> Readers:
        author = (self.by, self.by_id) == (reader.role, reader.id)
        return grounds({Reader.AUTHOR: author, Reader.ASKER: self.asked_by is reader.role, Reader.PUBLIC: not self.private})


class RequestView(View):
    """INV-2: what was asked of whom, in the viewer's language, and what came of it."""

    id: Everybody[str]
    of: Everybody[WaitingOn]
    recipient: Everybody[str]
    question: Everybody[str]
    asked_at: Everybody[Instant]
    remind_at: Everybody[Instant]
    due: Everybody[Instant]
    by: Everybody[Actor]
    reminded: Everybody[bool]
    silent: Everybody[bool]
    withdrawn: Everybody[bool]
    answer: Everybody[Saying | None]
    admits: Everybody[bool | None]

    @property
    def open(self) -> bool:
        return self.answer is None and not self.silent and not self.withdrawn

    def grounds(self, reader: Someone) -> Readers:
        asked = (self.of.value, self.recipient) == (reader.role.value, reader.id)
        return grounds({Reader.ASKED: asked, Reader.ASKER: self.by.is_(reader)})


class ProposalView(View):
    id: Everybody[str]
    version: Everybody[int] = 1
    """Grows when it was approved."""
    round: Everybody[int]
    by: Everybody[Role]
    at: Everybody[Instant]
    options: Everybody[tuple[Option, ...]]
    amount: Everybody[Money]
    until: Everybody[Instant | None]
    if_silent: Everybody[Silence]
    state: Everybody[str]
    """awaiting_approval, standing, accepted, refused, declined or lapsed."""
    accepted: Everybody[int | None]
    refused: Participants[str | None]
    declined: Annotated[str | None, seen_by(PLATFORM, Reader.AUTHOR)]
    counter_amount: Everybody[Money | None]
    counter_remedy: Everybody[RemedyKind | None]

    def grounds(self, reader: Someone) -> Readers:
        """Until it is approved, and when it was not, it is its proposer's."""
        put = self.state not in {"awaiting_approval", "declined"}
        return grounds({Reader.AUTHOR: self.by is reader.role, Reader.PUBLIC: put})


class ActionView(View):
    """An action open to the viewer now, where to send it, and the fields by which its body names what is decided on (WRK-5)."""

    action: Everybody[Action | ReturnAction | ReplacementAction]
    href: Everybody[str]
    decides: Everybody[Named] = {}


class ClassificationView(View):
    """CLS-2: the issue, how sure, and by what: `customer`, `agent`, `lexicon:<version>`, `model:<version>`."""

    issue: Everybody[Issue]
    confidence: Everybody[float]
    by: Everybody[str]
    alternatives: Everybody[tuple[Issue, ...]]


class GradeView(View):
    """CLS-3: how urgent the case is, with reasons that a person can read."""

    priority: Inside[Priority]
    severity: Inside[int]
    urgency: Inside[int]
    reasons: Inside[tuple[str, ...]]
    by: Inside[Actor | None]


class TransferView(View):
    """DSP-4: a handler asks somebody to take over; unanswered by `due` it goes to the team's supervisor."""

    id: Platform[Identifier | None] = None
    by: Platform[Actor]
    to: Platform[Identifier | None]
    team: Platform[Identifier]
    reason: Platform[str]
    due: Platform[Instant]
    provisional: Platform[bool] = False
    """`due` lies in a year whose days off are not announced, and may move once they are."""


class SnoozedView(View):
    """WRK-2: who put the case aside; without `until` it comes back when something happens, as it does before `until`."""

    by: Platform[Actor]
    at: Platform[Instant]
    until: Platform[Instant | None]


class SuggestionView(View):
    """REC-6: an answer of the knowledge base that was shown, and whether it helped (None: not said yet)."""

    entry_id: Everybody[Identifier]
    title: Everybody[str]
    body: Everybody[str]
    score: Everybody[float]
    helped: Everybody[bool | None]


class ArchiveView(View):
    """ARC-1: the seal of the immutable record; a case that was reopened is sealed again, as a further edition."""

    sha256: Everybody[str]
    edition: Everybody[int]
    at: Everybody[Instant]
    outcome: Everybody[Outcome]
    root_cause: Books[str]
    lesson: Inside[str | None]


class CaseView(View):
    """One case as the viewer may see it."""

    case_id: Everybody[str]
    version: Everybody[int]
    kind: Everybody[Kind]
    stage: Everybody[Stage]
    channel: Everybody[Channel]
    customer_id: Participants[str]
    order_id: Everybody[str | None]
    merchant_id: Everybody[str | None]
    carriers: Everybody[tuple[str, ...]]
    lines: Everybody[tuple[LineQuantity, ...]]
    description: Participants[str]
    evidence: Participants[tuple[EvidenceRef, ...]] = ()
    """What came with the description."""
    wanted: Everybody[Wanted | None]
    issue: Everybody[Issue | None]
    issue_name: Everybody[str | None]
    classification: Everybody[ClassificationView | None]
    grade: Inside[GradeView | None]
    tier: Everybody[Tier]
    team: Everybody[str | None]
    handler: Platform[str | None]
    owner: Platform[str | None]
    transfer: Platform[TransferView | None]
    tags: Inside[tuple[str, ...]]
    snoozed: Platform[SnoozedView | None]
    held: Platform[HeldView | None] = None
    """What was sent and may still be taken back, by `undo`; nobody else has read it."""
    watchers: Platform[tuple[str, ...]]
    suggestion: Everybody[SuggestionView | None]
    waiting: Everybody[WaitView | None]
    clocks: Everybody[tuple[ClockView, ...]]
    misses: Everybody[tuple[MissView, ...]]
    facts: Everybody[tuple[Fact, ...]]
    sayings: Annotated[tuple[SayingView, ...], seen_by(PLATFORM, Reader.AUTHOR, Reader.ASKER, Reader.PUBLIC)]
    requests: Annotated[tuple[RequestView, ...], seen_by(PLATFORM, Reader.ASKED, Reader.ASKER)]
    finding: Annotated[Finding | None, seen_by(BOOKS, Reader.DECIDED)]
    proposals: Annotated[tuple[ProposalView, ...], seen_by(INSIDE, Reader.AUTHOR, Reader.PUBLIC)]
    remedies: Everybody[tuple[RemedyView, ...]]
    automatic: Everybody[bool]
    checks: Inside[tuple[Check, ...]]
    review: Inside[Review | None]
    history: Inside[OrderHistory | None]
    appeal: Everybody[Appeal | None]
    appeals_before: Everybody[tuple[Appeal, ...]]
    """Those of other parties before; each party is heard once."""
    appeal_until: Everybody[Instant | None]
    """Until when the viewer may appeal."""
    survey: Everybody[Rate | None]
    outcome: Everybody[Outcome | None]
    archive: Everybody[ArchiveView | None]
    merged: Everybody[MergedView | None]
    absorbed: Everybody[tuple[AbsorbedView, ...]]
    split_off: Everybody[tuple[SplitOffView, ...]]
    split_from: Everybody[SplitFromView | None]
    reopened: Everybody[int]
    opened_at: Everybody[Instant]
    closed_at: Everybody[Instant | None]
    policy_version: Everybody[str]
    available_actions: Everybody[tuple[ActionView, ...]]
    undelivered: Inside[tuple[Undelivered, ...]] = ()
    """The newest messages to the customer that could not be delivered (NTF-4)."""
    unreached_since: Inside[Instant | None] = None
    """Since when no channel reaches the customer, and nobody of the platform has seen to it."""
    reply_owed_since: Everybody[Instant | None] = None
    """Since when the customer waits for a person's answer to words of theirs (WRK-6)."""
    settled: Everybody[bool] = False
    """What is to be done was decided."""
    solution: Everybody[int | None] = None
    """How many solutions the customer was told of, each time as solved; None: none yet. `confirm` and `dispute` name it."""
    links: Inside[tuple[LinkView, ...]] = ()
    """Cases that have to do with this one (WRK-7); from their table, when the case is looked at."""
    claims: Everybody[tuple[ClaimBrief, ...]] = ()
    """Claims for what the case gave (RES-9): a party sees its own, the platform all; from their table, when the case is looked at."""
    chargebacks: Books[tuple[ChargebackBrief, ...]] = ()
    """Those of the order (RES-12); from their table, when the case is looked at."""
    credit_notes: Everybody[tuple[CreditNoteView, ...]] = ()
    """Of its refunds (RES-15), for whoever may read them; from their table, when the case is looked at."""
    present: Platform[tuple[PresentView, ...]] = ()
    """Who has it open; from their table, when the case is looked at."""

    def grounds(self, _: Someone) -> Readers:
        return grounds({Reader.DECIDED: self.settled})
