"""What is asked of merchants and carriers about goods that come back (RES-6), and what they answer: docs/partners/merchant.yaml, carrier.yaml.

Keys are idempotent: the same key is the same return, label, pick-up or parcel, for ever.
"""

from decimal import Decimal
from enum import StrEnum

from models.common.addresses import HOME, Place, one_line
from models.common.base import Identifier, Instant, Money
from models.common.identifiers import TrackingNumber
from models.common.lines import LineQuantity
from models.common.partners import FromPartner, Refusable, Scan, Told
from models.common.readers import Everybody


class Purpose(StrEnum):
    """Why the goods come back. For a repair nobody inspects them: the workshop does."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    REPAIR = "repair"


class ReturnAddress(Place, FromPartner):
    """Where goods are sent back to: a warehouse or workshop of the merchant."""

    name: Everybody[Told]
    street: Everybody[Told]
    street2: Everybody[Told | None] = None
    """A second line: building, dock, care of."""
    city: Everybody[Told]
    postcode: Everybody[Told | None] = None
    phone: Everybody[Told | None] = None

    @property
    def in_one_line(self) -> str:
        """For people, who need no country at home."""
        abroad = self.country if self.country != HOME else None
        return one_line((self.name, self.street, self.street2, self.city, self.postcode, abroad))


class ReturnRequest(FromPartner):
    """Announce goods to the merchant; the answer is where to send them."""

    key: Identifier
    reference: Identifier
    """Comes back in notices."""
    order_id: Identifier
    merchant_id: Identifier
    lines: tuple[LineQuantity, ...]
    purpose: Purpose
    replacement_reference: Identifier | None = None
    """Of an exchange or a repair: the reference of its reservations, parcels and repair."""


class ReturnAnswer(StrEnum):
    OPEN = "open"
    REFUSED = "refused"


class ReturnSlip(Refusable):
    """What the merchant says: its own number of the return (RMA), and the address; or that it refuses."""

    key: Identifier
    status: ReturnAnswer = ReturnAnswer.OPEN
    rma: Identifier | None = None
    """Unless it is refused; so is the address."""
    address: ReturnAddress | None = None


class ReturnCancelled(FromPartner):
    """Tell the merchant that nothing will come."""

    key: Identifier


class ReturnBox(FromPartner):
    """Tell the merchant in which box the goods come."""

    key: Identifier
    with_reference: Identifier | None
    """The return with which they travel; None: on their own after all."""


class SendBack(FromPartner):
    """Ask the merchant to send goods back to the customer."""

    key: Identifier
    lines: tuple[LineQuantity, ...]


class SentBackStatus(StrEnum):
    SENT = "sent"
    REFUSED = "refused"


class SentBack(Refusable):
    """The parcel in which they are; or that the merchant refuses to send them."""

    key: Identifier
    status: SentBackStatus = SentBackStatus.SENT
    tracking: TrackingNumber | None = None
    """Unless it is refused; so is the carrier."""
    carrier_id: Identifier | None = None


class LabelRequest(FromPartner):
    """Ask the carrier for a prepaid label."""

    key: Identifier
    reference: Identifier
    order_id: Identifier
    rma: Identifier
    to: ReturnAddress


class Label(FromPartner):
    """A label: the parcel's number, and what the way costs when it is used."""

    key: Everybody[Identifier]
    tracking: Everybody[TrackingNumber]
    carrier_id: Everybody[Identifier]
    price: Everybody[Money]


class Voided(FromPartner):
    """Tell the carrier that a label will not be used, or a pick-up is called off."""

    key: Identifier


class PickupAddress(Place, FromPartner):
    """Where to ring."""

    name: str
    phone: str | None = None
    address: str
    """All of it in one line; the same in parts below."""
    street: str | None = None
    street2: str | None = None
    city: str | None = None
    postal_code: str | None = None


class PickupRequest(FromPartner):
    """Ask the carrier to fetch the parcel."""

    key: Identifier
    reference: Identifier
    order_id: Identifier
    rma: Identifier
    to: ReturnAddress
    tracking: TrackingNumber | None = None
    """Of the label, when there is one; else the pick-up brings its own."""
    start: Instant
    end: Instant
    address: PickupAddress | None = None
    """None: where the order was delivered to."""


class PickupMove(FromPartner):
    """Ask for another time."""

    key: Identifier
    start: Instant
    end: Instant


class PickupStatus(StrEnum):
    BOOKED = "booked"
    COLLECTED = "collected"
    MISSED = "missed"
    CANCELLED = "cancelled"


class PickupBooked(FromPartner):
    """A pick-up as the carrier has it; also the payload of a `pickup` notice."""

    key: Identifier
    status: PickupStatus
    start: Instant
    end: Instant
    tracking: TrackingNumber
    carrier_id: Identifier
    price: Money


class ReturnParcel(FromPartner):
    """A parcel's trace; also the payload of a `shipment` notice about a return. `status` is in the carrier's own words."""

    tracking: TrackingNumber
    carrier_id: Identifier
    status: Told
    codes: Told | None = None
    """Whose number `status` is, when it is one: the name of a table of the policy's `returns.codes`."""
    scans: tuple[Scan, ...] = ()


class ToldLine(FromPartner):
    """A line of an `inspection` notice. Pieces that are named nowhere are accepted."""

    line_id: Identifier
    reference: Identifier | None = None
    """The return that the line is of; None: the one that the notice names."""
    rejected: int = 0
    missing: int = 0
    wrong: int = 0
    reason: str | None = None


class ToldReduction(FromPartner):
    """Accepted pieces of a line that are worth less: the share of what was paid for them, as "0.7", above 0 and at most 1; why, and a picture."""

    line_id: Identifier
    reference: Identifier | None = None
    quantity: int
    share: Decimal
    reason: str
    picture: str
    """SHA-256 of one of the pictures in `evidence`."""


class ToldInspection(FromPartner):
    """The payload of an `inspection` notice: what the merchant says of the goods that came back."""

    lines: tuple[ToldLine, ...] = ()
    returns: tuple[Identifier, ...] = ()
    """The returns of the box that were inspected together, whose lines name their `reference`; empty: the one that the notice names."""
    reduced: tuple[ToldReduction, ...] = ()
    """At most one for each line; the customer has a word on them before anything moves."""
    evidence: tuple[str, ...] = ()
    """SHA-256 of pictures that the merchant uploaded before."""

    def of(self, reference: Identifier) -> "ToldInspection | None":
        """What it says of one return of the box; None when that is not to be told: it is not named, or a line is of none of those that are."""
        if not self.returns:
            return self if all(one.reference in {None, reference} for one in (*self.lines, *self.reduced)) else None
        if reference not in self.returns or any(one.reference not in self.returns for one in (*self.lines, *self.reduced)):
            return None
        return self.model_copy(
            update={
                "lines": tuple(one for one in self.lines if one.reference == reference),
                "reduced": tuple(one for one in self.reduced if one.reference == reference),
            }
        )
