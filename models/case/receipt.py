"""What is recorded when a case is opened (REC-2)."""

from pydantic import Field

from models.case.heard import MOST, Heard
from models.common.actors import Actor, EvidenceRef
from models.common.base import Frozen, Identifier, Instant, Money, Words
from models.common.lines import LineQuantity, NewItem
from models.common.readers import Everybody
from models.common.vocabulary import Channel, Issue, Kind, Locale, RemedyKind
from models.remedies.order_change import OrderChange


class Wanted(Frozen):
    """What the customer asks for."""

    remedy: Everybody[RemedyKind]
    amount: Everybody[Money | None] = None
    """None: what is fair; the whole of the lines for a refund."""
    items: Everybody[tuple[NewItem, ...]] = Field(default=(), max_length=100)
    """For an exchange: what is wanted instead."""
    change: Everybody[OrderChange | None] = None
    """For a change of the order before it is shipped."""
    method: Everybody[Identifier | None] = None
    """Where money goes back to, if any does (RES-16): a payment method of the order by its name, as `alipay`, or `balance`."""
    reason: Everybody[Identifier | None] = None
    """For a cancellation: one of the policy's `changes.cancel.reasons`."""


class Receipt(Frozen):
    """What was recorded when the case was opened (REC-2). Contact data stays in the contacts table, out of the history."""

    case_id: Identifier
    kind: Kind
    channel: Channel
    customer_id: Identifier
    locale: Locale
    zone: str
    order_id: Identifier | None
    lines: tuple[LineQuantity, ...]
    issue: Issue | None
    description: Words
    happened_at: Instant | None
    wanted: Wanted | None
    evidence: tuple[EvidenceRef, ...]
    opened_by: Actor
    request_id: str
    received_at: Instant
    heard: tuple[Heard, ...] | None = Field(default=None, max_length=MOST)
    """What the description and the names of the evidence mean (CLS-3); None: nobody read them, so the lists of words decide."""
