"""Charges: what a customer still has to pay for a changed order, a dearer article, a repair. The contract: docs/partners/payment.yaml."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator

from models.common.base import Frozen, Identifier, Instant, Money
from models.common.partners import FromPartner, Payment, PaymentStatus, Refusable, Told
from models.common.readers import Everybody, Payer

LONGEST_URL = 2000
"""Letters; what is longer opens in no browser."""
Url = Annotated[str | None, AfterValidator(lambda url: url if url and len(url) <= LONGEST_URL else None)]


class ChargeRequest(FromPartner):
    """Ask the customer for money. `key` is idempotent: the same key is the same charge, for ever."""

    key: Identifier
    order_id: Identifier
    customer_id: Identifier
    amount: Money
    reason: str
    """What it is for; the provider shows it where the customer pays."""
    reference: Identifier
    """The workflow that waits for it; comes back in notices."""
    method: str | None = None
    """By which the order was paid: what the customer may like to pay by again; None: not known."""
    until: Instant
    """After that nobody may pay it any more."""


class ChargeStatus(StrEnum):
    PENDING = "pending"
    FAILED = "failed"
    """The customer tried in vain, and may try again at the same address."""
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """The provider will not ask the customer for it."""

    @classmethod
    def over(cls) -> frozenset["ChargeStatus"]:
        """Nothing comes of it any more."""
        return frozenset({cls.PAID, cls.EXPIRED, cls.CANCELLED, cls.REFUSED})


class Charge(Refusable):
    """What the provider says of a charge. `pay_url` is where the customer pays."""

    key: Everybody[Identifier]
    order_id: Everybody[Identifier]
    amount: Everybody[Money]
    status: Everybody[ChargeStatus]
    reference: Everybody[Told]
    pay_url: Payer[Url] = None
    charge_id: Everybody[Identifier | None] = None
    """The provider's own, where it finds a charge by that."""
    payment_id: Everybody[Identifier | None] = None
    """Once it is paid: one of the order's payments, like any other."""
    method: Everybody[Told | None] = None
    paid_at: Everybody[Instant | None] = None

    @classmethod
    def of(cls, order: ChargeRequest, status: ChargeStatus) -> Self:
        """The charge that was asked for, as far as it is known before the provider answers."""
        return cls(key=order.key, order_id=order.order_id, amount=order.amount, reference=order.reference, status=status)

    def asked_by(self, customer_id: str, until: Instant) -> ChargeRequest:
        """The order that it was asked for with, as far as it is still known: enough to look the charge up."""
        return ChargeRequest(
            key=self.key,
            order_id=self.order_id,
            customer_id=customer_id,
            amount=self.amount,
            reason="",
            reference=self.reference,
            until=until,
        )

    @property
    def over(self) -> bool:
        return self.status in ChargeStatus.over()

    @property
    def payment(self) -> Payment | None:
        """What was paid, as a payment of the order that may be refunded."""
        if self.status is not ChargeStatus.PAID or self.payment_id is None:
            return None
        return Payment(
            payment_id=self.payment_id,
            order_id=self.order_id,
            method=self.method or "unknown",
            status=PaymentStatus.CAPTURED,
            amount=self.amount,
            captured_at=self.paid_at,
        )


class ChargeCall(Frozen):
    """Ask the merchant's payment provider about a charge; `known` is what it said last."""

    order: ChargeRequest
    merchant_id: Identifier
    known: Charge | None = None

    @property
    def charge_id(self) -> str | None:
        return self.known.charge_id if self.known else None


class BookCharge(Frozen):
    """Take a paid charge into the order's ledger."""

    case_id: Identifier
    remedy_id: Identifier
    charge: Charge
    at: Instant
