"""What passes between us and a payment provider about chargebacks (RES-12): docs/partners/payment.yaml."""

from enum import StrEnum

from pydantic import Field, model_validator

from models.common.base import Frozen, Identifier, Instant, Money
from models.common.currencies import in_units
from models.common.identifiers import TrackingNumber
from models.common.partners import FromPartner, Told
from models.common.readers import Books


class ChargebackPhase(StrEnum):
    """How far the customer's bank has gone."""

    INQUIRY = "inquiry"
    """It asks, or warns that a chargeback is near; no money was taken."""
    CHARGEBACK = "chargeback"
    """It took the money back, until it is decided."""


class ChargebackStatus(StrEnum):
    """Whose move it is, or how it ended, as the provider says. What we answered and where the money is are axes of their own."""

    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PARTLY_LOST = "partly_lost"
    """`lost` says how much."""
    ACCEPTED = "accepted"
    """We gave in."""
    WITHDRAWN = "withdrawn"
    """The bank or the customer took it back, or an inquiry ended without a chargeback."""

    @classmethod
    def open_ones(cls) -> frozenset["ChargebackStatus"]:
        return frozenset({cls.NEEDS_RESPONSE, cls.UNDER_REVIEW})


class Chargeback(FromPartner):
    """A chargeback as the provider has it."""

    chargeback_id: Identifier
    payment_id: Identifier
    order_id: Identifier | None = None
    """None: the provider does not know the order; it is found by the payment."""
    phase: ChargebackPhase = ChargebackPhase.CHARGEBACK
    status: ChargebackStatus
    reason: Told
    """The bank's code, as `product_not_received`."""
    amount: Money
    lost: Money | None = None
    """Of one that is partly lost: so much stays with the customer."""
    fee: Money | None = None
    """What the provider charges for it."""
    fee_returned: bool = False
    answer_by: Instant | None = None
    """Evidence counts until then; None: the bank takes none, or told no deadline."""
    answer_key: str | None = None
    """The key of the answer that the provider took from us."""
    opened_at: Instant

    @model_validator(mode="after")
    def _adds_up(self) -> "Chargeback":
        partly = self.status is ChargebackStatus.PARTLY_LOST
        if partly != (self.lost is not None):
            message = "lost: name it for partly_lost, and for nothing else"
            raise ValueError(message)
        if self.lost is not None and (self.lost.currency != self.amount.currency or self.lost.minor > self.amount.minor):
            message = "lost: a part of the amount, in its currency"
            raise ValueError(message)
        return self

    @property
    def open(self) -> bool:
        return self.status in ChargebackStatus.open_ones()

    @property
    def lost_minor(self) -> int:
        """Minor units that stay with the customer."""
        if self.lost is not None:
            return self.lost.minor
        gave_in = self.phase is ChargebackPhase.CHARGEBACK and self.status is ChargebackStatus.ACCEPTED
        return self.amount.minor if gave_in or self.status is ChargebackStatus.LOST else 0


class DeliveryProof(Frozen):
    """One parcel of the order, as its carrier tells."""

    tracking: Books[TrackingNumber]
    carrier_id: Books[str]
    status: Books[str]
    shipped_at: Books[Instant | None] = None
    delivered_at: Books[Instant | None] = None
    signed_by: Books[str | None] = None


class RefundMade(Frozen):
    """Money that went back for the order already."""

    refund_id: Books[str]
    amount: Books[Money]
    arrived: Books[bool]


class SaidInCase(Frozen):
    """Words of a party in the case, as they were said."""

    at: Books[Instant]
    role: Books[str]
    words: Books[str]


class EvidencePack(Frozen):
    """What speaks against a chargeback, from the order and its cases."""

    goods: Books[str]
    """The order's lines in words."""
    placed_at: Books[Instant | None] = None
    deliveries: Books[tuple[DeliveryProof, ...]] = ()
    refunds: Books[tuple[RefundMade, ...]] = ()
    said: Books[tuple[SaidInCase, ...]] = ()
    policy: Books[str]
    """The terms of returns and refunds that the order was placed under."""
    words: Books[str | None] = Field(default=None, max_length=8000)
    """What whoever approved it added."""

    @property
    def in_words(self) -> str:
        """The whole of it in one text, for a provider that takes texts only."""
        lines = [self.words] if self.words else []
        lines.append(f"Goods: {self.goods}")
        for one in self.deliveries:
            when = f", delivered {one.delivered_at.isoformat()}" if one.delivered_at else ""
            signed = f", signed for by {one.signed_by}" if one.signed_by else ""
            lines.append(f"Parcel {one.tracking} by {one.carrier_id}: {one.status}{when}{signed}")
        for refund in self.refunds:
            figure = in_units(refund.amount.minor, refund.amount.currency)
            arrived = "arrived" if refund.arrived else "under way"
            lines.append(f"Refund {refund.refund_id}: {refund.amount.currency} {figure}, {arrived}")
        lines.append(self.policy)
        lines += [f"{one.at.isoformat()} {one.role}: {one.words}" for one in self.said]
        return "\n".join(lines)


class AnswerKind(StrEnum):
    EVIDENCE = "evidence"
    """It is contested."""
    ACCEPTANCE = "acceptance"
    """It is given in to."""


class ChargebackAnswer(FromPartner):
    """Our one answer to a chargeback. `key` is the idempotency key: the same key is the same answer, for ever."""

    key: Identifier
    chargeback_id: Identifier
    kind: AnswerKind
    evidence: EvidencePack | None = None
    """None: it is given in to."""
