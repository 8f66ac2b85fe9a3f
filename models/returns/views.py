"""What callers are shown of returns (RES-6)."""

from typing import Annotated

from models.common.actors import Actor, EvidenceRef
from models.common.base import Identifier, Instant, Money
from models.common.identifiers import TrackingNumber
from models.common.views import View, renamed
from models.common.vocabulary import Party
from models.returns.partner import Label, Purpose, ReturnAddress
from models.returns.state import PickupState, ReturnAction, ReturnResult, ReturnStage, Way


class ReturnActionView(View):
    """An action open to the viewer now, and where to send it."""

    action: ReturnAction
    href: str


class ReturnLineView(View):
    """Pieces that come back, and what was paid for them."""

    line_id: Identifier
    quantity: int
    paid_minor: int


class PickupView(View):
    """An appointment at the customer's door. `moves`: how often another time was asked for; `words`: why the carrier refused it."""

    key: Identifier
    start: Instant
    end: Instant
    address_id: Identifier | None
    """None: where the order was delivered to."""
    state: PickupState
    moves: int
    tracking: TrackingNumber | None
    carrier_id: Identifier | None
    price: Money | None
    words: str | None


class InspectedLineView(View):
    """What became of a line's pieces; `wrong`: something else lay in the parcel in their place."""

    line_id: Identifier
    accepted: int
    rejected: int
    missing: int
    wrong: int
    reason: str | None


class InspectionView(View):
    """What the merchant found; by the system when it was silent and everything counts as accepted."""

    at: Instant
    lines: tuple[InspectedLineView, ...]
    by: Actor
    evidence: tuple[EvidenceRef, ...]


class FreightClaimView(View):
    """RES-8: what the customer paid to send the goods although another party is liable; `allowed` is what the policy covers of it."""

    amount: Money
    allowed: Money
    receipt: EvidenceRef


class ReturnParcelView(View):
    """The parcel as its carrier tells of it; `words`: the carrier's own for its status."""

    tracking: TrackingNumber
    carrier_id: Identifier
    words: str | None


class ReturnDetails(View):
    """Where the goods are that come back, until when what has to happen, and what came of it."""

    workflow_id: Identifier
    purpose: Purpose
    stage: ReturnStage
    lines: tuple[ReturnLineView, ...]
    agreed: Money
    """What all of it is worth to the customer: the refund, before freight."""
    payer: Party | None
    """RES-8: who pays the way back; None: not the customer."""
    opened_at: Instant
    rma: Identifier | None
    address: ReturnAddress | None
    deadline: Instant | None
    """Until when the customer sends the goods."""
    label: Label | None
    pickup: PickupView | None
    pickups: int
    """How many were asked for."""
    way: Way | None
    parcel: ReturnParcelView | None
    shipped_at: Instant | None
    received_at: Instant | None
    inspect_until: Instant | None
    inspection: InspectionView | None
    freight: FreightClaimView | None
    result: ReturnResult | None
    refusal: str | None
    """The merchant's words, where it refused the return."""
    refusal_code: str | None
    sent_back: ReturnParcelView | None
    handed_back_at: Instant | None


class SettlementView(View):
    """What a return comes to (RES-6, RES-8): goods − deducted, and `freight` on top, from whoever is liable."""

    goods: Money
    deducted: Money
    freight: Money


class ReturnView(View):
    """One return as the viewer may see it."""

    case_id: Identifier
    remedy_id: Identifier
    return_: Annotated[ReturnDetails, renamed("return", formerly="return_")]
    settlement: SettlementView | None
    """What it comes to, once that is known."""
    label: str | None
    """Where the printable label is, while there is one to use."""
    available_actions: tuple[ReturnActionView, ...]


class ReturnItem(View):
    """A return in a list."""

    case_id: str
    remedy_id: str
    order_id: str
    customer_id: str
    merchant_id: str
    purpose: str
    stage: ReturnStage
    result: ReturnResult | None
    rma: str | None
    way: Way | None
    carrier_id: str | None
    tracking: str | None
    deadline: Instant | None
    inspect_until: Instant | None
    opened_at: Instant
    shipped_at: Instant | None
    received_at: Instant | None
    href: str


class ReturnPage(View):
    """A page; `next` is where the following one is, None on the last."""

    returns: tuple[ReturnItem, ...]
    next: str | None
