"""What callers are shown of returns (RES-6)."""

from decimal import Decimal
from typing import Annotated

from models.common.actors import Actor, EvidenceRef
from models.common.base import Identifier, Instant, Money
from models.common.decides import Named
from models.common.identifiers import TrackingNumber
from models.common.readers import Everybody, Participants
from models.common.views import View, renamed
from models.common.vocabulary import Party
from models.returns.partner import Label, Purpose, ReturnAddress
from models.returns.state import PickupState, ReturnAction, ReturnResult, ReturnStage, Way
from models.returns.worth import WorthAnswer


class ReturnActionView(View):
    """An action open to the viewer now, where to send it, and the fields by which its body names what is decided on (WRK-5)."""

    action: Everybody[ReturnAction]
    href: Everybody[str]
    decides: Everybody[Named] = {}


class ReturnLineView(View):
    """Pieces that come back, and what was paid for them."""

    line_id: Everybody[Identifier]
    quantity: Everybody[int]
    paid_minor: Everybody[int]


class PickupView(View):
    """An appointment at the customer's door. `moves`: how often another time was asked for; `words`: why the carrier refused it."""

    key: Everybody[Identifier]
    start: Everybody[Instant]
    end: Everybody[Instant]
    address_id: Everybody[Identifier | None]
    """None: where the order was delivered to."""
    state: Everybody[PickupState]
    moves: Everybody[int]
    tracking: Everybody[TrackingNumber | None]
    carrier_id: Everybody[Identifier | None]
    price: Everybody[Money | None]
    words: Everybody[str | None]


class InspectedLineView(View):
    """What became of a line's pieces; `wrong`: something else lay in the parcel in their place."""

    line_id: Everybody[Identifier]
    accepted: Everybody[int]
    rejected: Everybody[int]
    missing: Everybody[int]
    wrong: Everybody[int]
    reason: Participants[str | None]


class InspectionView(View):
    """What the merchant found; by the system when it was silent and everything counts as accepted."""

    at: Everybody[Instant]
    lines: Everybody[tuple[InspectedLineView, ...]]
    by: Everybody[Actor]
    evidence: Participants[tuple[EvidenceRef, ...]]


class ReducedPiecesView(View):
    """Accepted pieces that are worth less: the share of what was paid for them, why, and a picture."""

    line_id: Everybody[Identifier]
    quantity: Everybody[int]
    share: Everybody[Decimal]
    reason: Participants[str]
    picture: Participants[EvidenceRef | None]


class WorthAppealView(View):
    """The customer's objection; by the system where silence counts as one."""

    by: Everybody[Actor]
    at: Everybody[Instant]
    due: Everybody[Instant]
    words: Participants[str | None]
    evidence: Participants[tuple[EvidenceRef, ...]]


class WorthRulingView(View):
    """What a supervisor decided on it."""

    by: Everybody[Actor]
    at: Everybody[Instant]
    reason: Participants[str]


class ReducedWorthView(View):
    """RES-13: what the merchant takes at a reduced worth, and the customer's word on it; `silent`: the answer is what silence counts as."""

    pieces: Everybody[tuple[ReducedPiecesView, ...]]
    until: Everybody[Instant]
    """Until when the customer decides."""
    appeal: Everybody[WorthAppealView | None]
    ruling: Everybody[WorthRulingView | None]
    answer: Everybody[WorthAnswer | None]
    answered_at: Everybody[Instant | None]
    silent: Everybody[bool]


class FreightClaimView(View):
    """RES-8: what the customer paid to send the goods although another party is liable; `allowed` is what the policy covers of it."""

    amount: Everybody[Money]
    allowed: Everybody[Money]
    receipt: Everybody[EvidenceRef]


class ReturnParcelView(View):
    """The parcel as its carrier tells of it; `words`: the carrier's own for its status."""

    tracking: Everybody[TrackingNumber]
    carrier_id: Everybody[Identifier]
    words: Everybody[str | None]


class ReturnDetails(View):
    """Where the goods are that come back, until when what has to happen, and what came of it."""

    workflow_id: Everybody[Identifier]
    purpose: Everybody[Purpose]
    stage: Everybody[ReturnStage]
    lines: Everybody[tuple[ReturnLineView, ...]]
    agreed: Everybody[Money]
    """What all of it is worth to the customer: the refund, before freight."""
    payer: Everybody[Party | None]
    """RES-8: who pays the way back; None: not the customer."""
    freight_most: Everybody[Money | None]
    """When it is the customer: at most so much is deducted for our label or pick-up."""
    restocking: Everybody[Money | None]
    """RES-13: what is kept for taking all of the goods back."""
    opened_at: Everybody[Instant]
    rma: Everybody[Identifier | None]
    address: Everybody[ReturnAddress | None]
    deadline: Everybody[Instant | None]
    """Until when the customer sends the goods."""
    label: Everybody[Label | None]
    pickup: Everybody[PickupView | None]
    pickups: Everybody[int]
    """How many were asked for."""
    travels_with: Participants[Identifier | None] = None
    """The return in whose box it goes, or wants to go."""
    along_since: Participants[Instant | None] = None
    """When that return took it along; the label is that one's from then on."""
    companions: Participants[tuple[Identifier, ...]] = ()
    """The returns that travel in this one's box."""
    way: Everybody[Way | None]
    parcel: Everybody[ReturnParcelView | None]
    shipped_at: Everybody[Instant | None]
    received_at: Everybody[Instant | None]
    inspect_until: Everybody[Instant | None]
    inspection: Everybody[InspectionView | None]
    worth: Everybody[ReducedWorthView | None]
    """RES-13: of the accepted pieces, those that are worth less."""
    freight: Participants[FreightClaimView | None]
    result: Everybody[ReturnResult | None]
    refusal: Everybody[str | None]
    """The merchant's words, where it refused the return."""
    refusal_code: Everybody[str | None]
    sent_back: Everybody[ReturnParcelView | None]
    handed_back_at: Everybody[Instant | None]
    offer_version: Everybody[int] = 1
    """Grows with what is decided on: the freight that the customer claims, the reduced worth of goods. Decisions name it as `version`."""


class SettlementView(View):
    """What a return comes to (RES-6, RES-8, RES-13): goods − reduced − restocking − deducted, and `freight` on top, from whoever is liable."""

    goods: Everybody[Money]
    reduced: Everybody[Money]
    """By what pieces at a share are worth less."""
    restocking: Everybody[Money]
    """What is kept for taking them back."""
    deducted: Everybody[Money]
    freight: Everybody[Money]


class ReturnView(View):
    """One return as the viewer may see it."""

    case_id: Everybody[Identifier]
    remedy_id: Everybody[Identifier]
    return_: Everybody[Annotated[ReturnDetails, renamed("return", formerly="return_")]]
    settlement: Everybody[SettlementView | None]
    """What it comes to, once that is known."""
    label: Everybody[str | None]
    """Where the printable label is, while there is one to use."""
    available_actions: Everybody[tuple[ReturnActionView, ...]]


class ReturnItem(View):
    """A return in a list."""

    case_id: Everybody[str]
    remedy_id: Everybody[str]
    order_id: Everybody[str]
    customer_id: Participants[str]
    merchant_id: Everybody[str]
    purpose: Everybody[str]
    stage: Everybody[ReturnStage]
    result: Everybody[ReturnResult | None]
    rma: Everybody[str | None]
    way: Everybody[Way | None]
    carrier_id: Everybody[str | None]
    tracking: Everybody[str | None]
    deadline: Everybody[Instant | None]
    inspect_until: Everybody[Instant | None]
    opened_at: Everybody[Instant]
    shipped_at: Everybody[Instant | None]
    received_at: Everybody[Instant | None]
    href: Everybody[str]


class ReturnPage(View):
    """A page; `next` is where the following one is, None on the last."""

    returns: Everybody[tuple[ReturnItem, ...]]
    next: Everybody[str | None]
