"""What Redress needs of the world. Every method may raise `PartnerError` (models/errors.py); the clients in this folder keep to that.

Calls are safe to repeat: reads by nature, everything else by its key.
"""

from collections.abc import AsyncIterator
from typing import IO, Protocol

from models.partners import Order, OutgoingMessage, Payment, Refund, RefundOrder, Shipment, StatementRequest
from models.people import EvidenceRef


class Merchant(Protocol):
    """A merchant's order system and customer service."""

    async def order(self, order_id: str) -> Order | None:
        """The order, or None when there is no such order."""
        ...

    async def ask(self, request: StatementRequest) -> None:
        """Ask for a statement; the answer comes by webhook or through our API."""
        ...


class Carrier(Protocol):
    """A carrier's tracking and service desk."""

    async def shipments(self, order_id: str) -> tuple[Shipment, ...]:
        """Every parcel of the order with its trace, the first sent first."""
        ...

    async def ask(self, request: StatementRequest) -> None:
        """Ask for a statement or proof of delivery; the answer comes by webhook or through our API."""
        ...


class PaymentProvider(Protocol):
    """Where the money is."""

    async def payments(self, order_id: str) -> tuple[Payment, ...]:
        """Every charge of the order, with every refund of it."""
        ...

    async def refund(self, order: RefundOrder) -> Refund:
        """Ask for a refund. The same key is the same refund. A provider's no is a `Refund` with status `refused`, not an error."""
        ...

    async def refund_by_key(self, key: str) -> Refund | None:
        """What became of the refund with that key; None when the provider never took it. Asked before sending again."""
        ...


class Notification(Protocol):
    """A provider of e-mail, SMS or push messages."""

    async def send(self, message: OutgoingMessage) -> None:
        """Hand a message over; the same key is the same message."""
        ...


class EvidenceStore(Protocol):
    """Where the bytes of evidence are, by content hash (INV-3)."""

    async def put(self, chunks: AsyncIterator[bytes], name: str) -> EvidenceRef:
        """Store a stream and, of a picture, its thumbnail. Refuses (EvidenceRefused) what is too large, infected, or nothing we take."""
        ...

    def get(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes; raises RedressError NOT_FOUND."""
        ...

    def thumbnail(self, sha256: str) -> AsyncIterator[bytes]:
        """A small JPEG of a picture; raises RedressError NOT_FOUND, also for what is no picture."""
        ...


class VirusScanner(Protocol):
    """Looks into files before they are stored (INV-3)."""

    async def scan(self, file: IO[bytes]) -> str | None:
        """The name of what was found; None: nothing. Raises RedressError UNAVAILABLE when that cannot be said."""
        ...
