"""What callers are shown of claims (RES-9)."""

from typing import Annotated

from models.claims.actions import ClaimAction
from models.claims.policy import ClaimWaitFor
from models.claims.state import ClaimCause, ClaimKind, ClaimStatus
from models.common.actors import Actor, EvidenceRef
from models.common.base import Identifier, Instant, Money
from models.common.decides import Named
from models.common.readers import Everybody, Participants, Platform
from models.common.timeline import TimelineView
from models.common.views import View, renamed
from models.common.vocabulary import Issue, Party, RemedyKind, WaitingOn
from models.investigation.findings import Fact, Finding


class ClaimItemView(View):
    """What is claimed for one remedy, and who gets it: whoever paid for the remedy."""

    remedy_id: Everybody[Identifier]
    kind: Everybody[RemedyKind]
    amount: Everybody[Money]
    in_favour_of: Everybody[Party]


class ClaimLimitView(View):
    """Why less is claimed than was given. `by`: declared_value, freight, late."""

    amount: Everybody[Money]
    by: Everybody[str]


class ClaimPaymentView(View):
    """Money that came in, or with `back` went out, and what proves it."""

    key: Everybody[str]
    amount: Everybody[Money]
    proof: Participants[str]
    back: Everybody[bool]
    by: Everybody[Actor]
    at: Everybody[Instant]


class ClaimBrief(View):
    """A claim in a list, and on the view of its case."""

    claim_id: Everybody[str]
    kind: Everybody[ClaimKind]
    status: Everybody[ClaimStatus]
    case_id: Everybody[str]
    order_id: Everybody[str]
    of: Everybody[Party]
    who: Everybody[str]
    cause: Everybody[ClaimCause]
    claimed: Everybody[Money]
    accepted: Everybody[Money | None]
    recovered: Everybody[Money]
    """What came in; of a credit, what we paid."""
    written_off: Everybody[Money]
    waiting_on: Everybody[WaitingOn]
    due: Everybody[Instant | None]
    opened_at: Everybody[Instant]
    closed_at: Everybody[Instant | None]


class ClaimActionView(View):
    """An action open to the viewer now, where to send it, and the fields by which its body names what is decided on (WRK-5)."""

    action: Everybody[ClaimAction]
    href: Everybody[str]
    decides: Everybody[Named] = {}


class ClaimWaitView(View):
    """Whose move it is, until when, and what happens by default."""

    on: Everybody[WaitingOn]
    for_: Everybody[Annotated[ClaimWaitFor, renamed("for", formerly="for_")]]
    until: Everybody[Instant]
    then: Everybody[str]


class ClaimView(View):
    """A whole claim as one viewer may see it."""

    claim_id: Everybody[str]
    version: Everybody[int]
    offer_version: Everybody[int] = 1
    """Grows with what is claimed, answered, paid or owed; decisions name it as `version`."""
    kind: Everybody[ClaimKind]
    status: Everybody[ClaimStatus]
    case_id: Everybody[str]
    order_id: Everybody[str]
    of: Everybody[Party]
    who: Everybody[str]
    cause: Everybody[ClaimCause]
    issue: Everybody[Issue | None]
    tracking: Everybody[str | None]
    items: Everybody[tuple[ClaimItemView, ...]]
    limit: Everybody[ClaimLimitView | None]
    finding: Everybody[Finding]
    facts: Everybody[tuple[Fact, ...]]
    evidence: Everybody[tuple[EvidenceRef, ...]]
    claimed: Everybody[Money]
    accepted: Everybody[Money | None]
    recovered: Everybody[Money]
    written_off: Everybody[Money]
    owed: Everybody[Money]
    """What we have to pay the party."""
    payments: Everybody[tuple[ClaimPaymentView, ...]]
    disputes_left: Everybody[int]
    partner_reference: Everybody[Identifier | None]
    undelivered: Platform[str | None]
    reason: Everybody[str | None]
    waiting: Everybody[ClaimWaitView | None]
    opened_at: Everybody[Instant]
    closed_at: Everybody[Instant | None]
    available_actions: Everybody[tuple[ClaimActionView, ...]]
    history: Everybody[tuple[TimelineView, ...]] = ()
    """What happened, in the asked language; read from the table."""


class ClaimTotal(View):
    """What the claims of one kind, state and currency come to."""

    kind: Everybody[ClaimKind]
    status: Everybody[ClaimStatus]
    count: Everybody[int]
    claimed: Everybody[Money]
    accepted: Everybody[Money]
    recovered: Everybody[Money]
    written_off: Everybody[Money]


class ClaimPage(View):
    """A page of claims, and the totals of every claim that fits the filters, whatever page it is on."""

    claims: Everybody[tuple[ClaimBrief, ...]]
    totals: Everybody[tuple[ClaimTotal, ...]]
    next: Everybody[str | None]
