"""What callers are shown of claims (RES-9)."""

from typing import Annotated

from models.claims.actions import ClaimAction
from models.claims.policy import ClaimWaitFor
from models.claims.state import ClaimCause, ClaimKind, ClaimStatus
from models.common.actors import Actor, EvidenceRef
from models.common.base import Identifier, Instant, Money
from models.common.timeline import TimelineView
from models.common.views import View, renamed
from models.common.vocabulary import Issue, Party, RemedyKind, WaitingOn
from models.investigation.findings import Fact, Finding


class ClaimItemView(View):
    """What is claimed for one remedy, and who gets it: whoever paid for the remedy."""

    remedy_id: Identifier
    kind: RemedyKind
    amount: Money
    in_favour_of: Party


class ClaimLimitView(View):
    """Why less is claimed than was given. `by`: declared_value, freight, late."""

    amount: Money
    by: str


class ClaimPaymentView(View):
    """Money that came in, or with `back` went out, and what proves it."""

    key: str
    amount: Money
    proof: str
    back: bool
    by: Actor
    at: Instant


class ClaimBrief(View):
    """A claim in a list, and on the view of its case."""

    claim_id: str
    kind: ClaimKind
    status: ClaimStatus
    case_id: str
    order_id: str
    of: Party
    who: str
    cause: ClaimCause
    claimed: Money
    accepted: Money | None
    recovered: Money
    """What came in; of a credit, what we paid."""
    written_off: Money
    waiting_on: WaitingOn
    due: Instant | None
    opened_at: Instant
    closed_at: Instant | None


class ClaimActionView(View):
    """An action open to the viewer now, and where to send it."""

    action: ClaimAction
    href: str


class ClaimWaitView(View):
    """Whose move it is, until when, and what happens by default."""

    on: WaitingOn
    for_: Annotated[ClaimWaitFor, renamed("for", formerly="for_")]
    until: Instant
    then: str


class ClaimView(View):
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
    items: tuple[ClaimItemView, ...]
    limit: ClaimLimitView | None
    finding: Finding
    facts: tuple[Fact, ...]
    evidence: tuple[EvidenceRef, ...]
    claimed: Money
    accepted: Money | None
    recovered: Money
    written_off: Money
    owed: Money
    """What we have to pay the party."""
    payments: tuple[ClaimPaymentView, ...]
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


class ClaimTotal(View):
    """What the claims of one kind, state and currency come to."""

    kind: ClaimKind
    status: ClaimStatus
    count: int
    claimed: Money
    accepted: Money
    recovered: Money
    written_off: Money


class ClaimPage(View):
    """A page of claims, and the totals of every claim that fits the filters, whatever page it is on."""

    claims: tuple[ClaimBrief, ...]
    totals: tuple[ClaimTotal, ...]
    next: str | None
