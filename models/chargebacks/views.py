"""A chargeback as callers see it (RES-12): the platform's people, analysts, and the merchant whose money it is."""

from models.chargebacks.actions import ChargebackAction
from models.chargebacks.partner import AnswerKind, ChargebackPhase, ChargebackStatus, EvidencePack
from models.chargebacks.state import AnswerState
from models.common.actors import Actor
from models.common.base import Instant, Money
from models.common.decides import Named
from models.common.readers import Books, Platform
from models.common.timeline import TimelineView
from models.common.views import View


class ChargebackBrief(View):
    """One row of a list. `status` is null until the provider was asked."""

    chargeback_id: Books[str]
    provider: Books[str]
    provider_id: Books[str]
    order_id: Books[str | None]
    """Null: no order of ours has its payment."""
    case_id: Books[str | None]
    payment_id: Books[str | None]
    phase: Books[ChargebackPhase | None]
    status: Books[ChargebackStatus | None]
    reason: Books[str | None]
    """The bank's code."""
    amount: Books[Money | None]
    lost: Books[Money | None]
    """What stays with the customer, once it is over."""
    answer_by: Books[Instant | None]
    """Until when evidence counts, by the provider."""
    answer_state: Books[AnswerState | None]
    missed: Books[bool]
    """The deadline passed without an answer."""
    heard_at: Books[Instant]
    closed_at: Books[Instant | None]


class AnswerView(View):
    """What we answer."""

    number: Books[int]
    kind: Books[AnswerKind]
    state: Books[AnswerState]
    by: Books[Actor]
    at: Books[Instant]
    approved_by: Books[Actor | None]
    sent_at: Books[Instant | None]
    refusal: Books[str | None]
    """The provider's words."""


class ChargebackActionView(View):
    action: Platform[ChargebackAction]
    href: Platform[str]
    decides: Platform[Named]
    """What to send along, so that it is about what was shown."""
    needs_approval: Platform[bool]
    """Another person has to approve it."""


class ChargebackView(ChargebackBrief):
    """A whole chargeback."""

    fee: Books[Money | None]
    """The provider's, while it has not given it back."""
    twice: Books[Money | None]
    """Of one that was lost: what a refund gave the customer, too."""
    answer: Books[AnswerView | None]
    evidence: Platform[EvidencePack | None]
    """What was sent or is proposed; before that, and after a refusal, what speaks for us as things stand."""
    evidence_digest: Platform[str | None]
    available_actions: Platform[tuple[ChargebackActionView, ...]]
    history: Books[tuple[TimelineView, ...]] = ()


class ChargebackPage(View):
    """`next`: the address of the page that follows."""

    chargebacks: Books[tuple[ChargebackBrief, ...]]
    next: Books[str | None]
