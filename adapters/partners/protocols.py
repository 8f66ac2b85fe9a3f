"""What Redress needs of its partners. Every method may raise `PartnerError` (models/common/errors.py); the clients in this folder keep to that.

Calls are safe to repeat: reads by nature, everything else by its key.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import IO, Protocol

from models.chargebacks.partner import Chargeback, ChargebackAnswer
from models.claims.partner import ClaimMessage, ClaimReceipt
from models.common.actors import EvidenceRef
from models.common.partners import Order, OutgoingMessage, Payment, Refund, RefundRequest, Shipment, StatementRequest
from models.money.charge import Charge, ChargeRequest
from models.money.coupon import Coupon, IssueCoupon
from models.remedies.order_change import ChangeAnswer, OrderChangeRequest
from models.replacements.partner import Variant
from models.returns.partner import ReturnParcel


class Merchant(Protocol):
    """A merchant's order system and customer service."""

    async def order(self, order_id: str) -> Order | None:
        """The order, or None when there is no such order."""
        ...

    async def variants(self, order_id: str, line_id: str) -> tuple[Variant, ...] | None:
        """What may be had in a line's place; None when the merchant does not tell."""
        ...

    async def ask(self, request: StatementRequest) -> None:
        """Ask for a statement; the answer comes by webhook or through our API."""
        ...


class Carrier(Protocol):
    """A carrier's tracking and statements."""

    async def shipments(self, order_id: str) -> tuple[Shipment, ...]:
        """Every parcel of the order with its trace, the first sent first."""
        ...

    async def ask(self, request: StatementRequest) -> None:
        """Ask for a statement or proof of delivery; the answer comes by webhook or through our API."""
        ...


class Tracking(Protocol):
    """A tracking service of many carriers, which is asked about parcels that the carriers' desk does not know or lists without a trace."""

    async def parcel(self, tracking: str) -> ReturnParcel | None:
        """Where the parcel is; None when no carrier of the service knows the number."""
        ...

    async def traced(self, shipment: Shipment) -> Shipment:
        """The order's parcel with what the service knows of its way."""
        ...


class PaymentProvider(Protocol):
    """Where the money is. `merchant_id` says whose provider is meant, where merchants have their own; None: the usual one."""

    async def payments(self, order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        """Every charge of the order, with every refund of it."""
        ...

    async def refund(self, order: RefundRequest, merchant_id: str | None = None) -> Refund:
        """Ask for a refund. The same key is the same refund. A provider's no is a `Refund` with status `refused`, not an error."""
        ...

    async def refund_by_key(self, key: str, payment_id: str, merchant_id: str | None = None) -> Refund | None:
        """What became of that payment's refund with that key; None when the provider never took it. Asked before sending again."""
        ...


class Chargebacks(Protocol):
    """Where a payment provider tells of chargebacks and takes our answers (RES-12)."""

    async def chargeback(self, chargeback_id: str) -> Chargeback | None:
        """The chargeback as it is now; None: the provider has none of that id."""
        ...

    async def opened_since(self, since: datetime) -> tuple[Chargeback, ...]:
        """Every one that was opened since then, whatever became of it."""
        ...

    async def answer(self, answer: ChargebackAnswer) -> Chargeback:
        """Send evidence, or give in. The same key is the same answer. A provider's no is a PartnerError (PARTNER_REFUSED)."""
        ...


class OrderChanges(Protocol):
    """A merchant's order system, where it takes changes of orders."""

    async def change(self, order: OrderChangeRequest) -> ChangeAnswer:
        """Ask for a change. The same key is the same change. A merchant's no is an answer with status `refused`, not an error."""
        ...

    async def change_by_key(self, order_id: str, key: str) -> ChangeAnswer | None:
        """What became of the change with that key; None when it never came. Asked before sending again."""
        ...

    async def undo_change(self, order_id: str, key: str) -> ChangeAnswer:
        """Take it back, or prevent it; `confirmed` says that it cannot be taken back."""
        ...


class Charges(Protocol):
    """Where customers pay what they still owe, at the provider of the merchant. `charge_id` is the provider's own, once it told it."""

    async def charge(self, order: ChargeRequest, merchant_id: str) -> Charge:
        """Ask the customer to pay. The same key is the same charge."""
        ...

    async def charge_by_key(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge | None:
        """What became of the charge with that order's key; None when the provider never took it."""
        ...

    async def cancel_charge(self, order: ChargeRequest, merchant_id: str, charge_id: str | None) -> Charge:
        """Nobody may pay it from now on, also when it comes only later; `paid` says that somebody was quicker."""
        ...


class Promotion(Protocol):
    """The marketplace's promotion system."""

    async def issue(self, order: IssueCoupon) -> Coupon:
        """Issue a coupon. The same key is the same coupon. A no is a `Coupon` with status `refused`, not an error."""
        ...

    async def coupon_by_key(self, key: str) -> Coupon | None:
        """The coupon as it is now; None when none was issued under that key."""
        ...

    async def revoke(self, order: IssueCoupon) -> Coupon | None:
        """Take it back unless it was used; the coupon as it is then. One that never came is revoked before it comes.

        None: the system knows no such coupon, and does not keep that in mind.
        """
        ...


class Notification(Protocol):
    """A provider of e-mail, SMS or push messages."""

    async def send(self, message: OutgoingMessage) -> None:
        """Hand a message over; the same key is the same message."""
        ...


class Claims(Protocol):
    """Where a carrier or merchant takes claims (RES-9)."""

    async def tell(self, message: ClaimMessage) -> ClaimReceipt:
        """Hand a message over; the same key is the same message. The party's answer comes by webhook or through our API."""
        ...

    async def told(self, key: str) -> ClaimReceipt | None:
        """That the message with that key was taken; None when it was not. Asked before sending again."""
        ...


class EvidenceStore(Protocol):
    """Where the bytes of evidence are, by content hash (INV-3)."""

    async def put(self, chunks: AsyncIterator[bytes], name: str) -> EvidenceRef:
        """Store a stream and, of a picture, its thumbnail. Refuses (EvidenceRefused) what is too large, infected, or nothing we take."""
        ...

    def get(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes, with the place that a camera wrote down overwritten; raises RedressError NOT_FOUND."""
        ...

    def thumbnail(self, sha256: str) -> AsyncIterator[bytes]:
        """A small JPEG of a picture; raises RedressError NOT_FOUND, also for what is no picture."""
        ...

    async def has(self, sha256: str) -> bool:
        """Whether the bytes are there."""
        ...

    async def delete(self, sha256: str) -> None:
        """Remove the bytes and the thumbnail; nothing happens where there are none (ARC-3)."""
        ...


class VirusScanner(Protocol):
    """Looks into files before they are stored (INV-3)."""

    async def scan(self, file: IO[bytes]) -> str | None:
        """The name of what was found; None: nothing. Raises RedressError UNAVAILABLE when that cannot be said."""
        ...
