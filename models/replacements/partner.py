"""What merchants' warehouses and workshops tell of replacements and repairs (RES-7), and what we ask of them: docs/partners/merchant.yaml."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.common.base import Identifier, Instant, Money
from models.common.identifiers import TrackingNumber
from models.common.partners import FromPartner, Refusable, Told
from models.common.readers import Everybody


class StockItem(FromPartner):
    """Pieces of one article, in the place of a line's goods."""

    line_id: Everybody[Identifier]
    sku: Everybody[Identifier]
    quantity: Everybody[int] = 1


class Variant(FromPartner):
    """An article of the same product as a line's, which may be had in its place; the line's own is one of them."""

    sku: Everybody[Identifier]
    title: Everybody[str]
    """What tells it from the others, for people: size, colour."""
    price: Everybody[Money]
    """What a piece costs today."""
    available: Everybody[Annotated[int, Field(ge=0)] | None] = None
    """Pieces that can be set aside now; None: not told."""


class Variants(FromPartner):
    """The variants of a line's product."""

    order_id: Identifier
    line_id: Identifier
    variants: tuple[Variant, ...]


class ReservationRequest(FromPartner):
    """Set goods aside. `key` is idempotent: the same key is the same reservation, for ever."""

    key: Identifier
    reference: Identifier
    """Comes back in notices."""
    merchant_id: Identifier
    order_id: Identifier
    items: tuple[StockItem, ...]
    return_reference: Identifier | None = None
    """Of an exchange: the reference of the return for which the goods wait."""
    until: Instant
    """Held at the latest until then; the warehouse may choose an earlier moment."""


class ReservationStatus(StrEnum):
    RESERVED = "reserved"
    OUT_OF_STOCK = "out_of_stock"
    REFUSED = "refused"
    """For another reason than stock: an unknown article, one exchange per order."""
    RELEASED = "released"
    EXPIRED = "expired"
    USED = "used"
    """A shipment was made of it."""


class Reservation(Refusable):
    """Goods set aside, or word that there are none."""

    key: Identifier
    status: ReservationStatus
    until: Instant | None = None
    price: Money | None = None
    """What the goods cost today, all together; None: the same as was paid."""
    expected_at: Instant | None = None
    """Out of stock: when there will be some again; None: nobody knows."""


class Renewal(FromPartner):
    """Hold the goods longer."""

    until: Instant


class Stop(FromPartner):
    """Release a reservation, or stop a parcel that is not sent yet."""

    key: Identifier


class DispatchRequest(FromPartner):
    """Send what was set aside to where the order went. `key` is idempotent."""

    key: Identifier
    reference: Identifier
    reservation_key: Identifier


class DispatchStatus(StrEnum):
    PREPARING = "preparing"
    SENT = "sent"
    STOPPED = "stopped"
    REFUSED = "refused"
    """Nothing is sent."""
    EXPIRED = "expired"
    """The reservation did not hold any more: nothing is sent."""


class Dispatch(Refusable):
    """A parcel that is packed, or on its way."""

    key: Identifier
    status: DispatchStatus
    tracking: TrackingNumber | None = None
    carrier_id: Identifier | None = None


class RepairRequest(FromPartner):
    """Look at goods that came in, and repair them. `key` is idempotent."""

    key: Identifier
    reference: Identifier
    """Comes back in notices."""
    merchant_id: Identifier
    order_id: Identifier
    items: tuple[StockItem, ...]
    return_reference: Identifier | None = None
    """The reference of the return with which the goods came."""
    words: str
    """What is wrong with them, as the customer says."""


class RepairStatus(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"
    """The workshop does not take it; a decision with a no has the goods sent back as they are."""
    DIAGNOSED = "diagnosed"
    REPAIRED = "repaired"
    NOT_REPAIRABLE = "not_repairable"
    SENT_BACK = "sent_back"


class Repair(Refusable):
    """How far a workshop is. Under warranty it goes ahead by itself after its diagnosis; else it waits for the decision."""

    key: Identifier
    status: RepairStatus
    in_warranty: bool | None = None
    """None: not looked at yet."""
    estimate: Money | None = None
    """What the repair costs the customer, out of warranty."""
    words: Told | None = None
    tracking: TrackingNumber | None = None
    carrier_id: Identifier | None = None


class RepairDecision(FromPartner):
    """The customer's answer to the estimate; a no sends the goods back as they are."""

    approved: bool
