"""What passes between a return's workflow and its activities."""

from enum import StrEnum

from models.common.base import Frozen, Identifier, Instant
from models.common.identifiers import TrackingNumber
from models.common.lines import LineQuantity
from models.common.waits import Terms
from models.returns.partner import Label, PickupBooked, Purpose, ReturnAddress, ReturnParcel
from models.returns.state import Pickup, ReturnPolicy, ReturnState


class ReturnStart(Frozen):
    """The workflow's input: the return as its case sees it at first, and the rules of the case's day."""

    case_id: Identifier
    remedy_id: Identifier
    order_id: Identifier
    merchant_id: Identifier
    state: ReturnState
    terms: Terms
    policy: ReturnPolicy


class PrepareReturn(Frozen):
    """Ask the merchant for number and address, and the carrier for a label."""

    workflow_id: Identifier
    order_id: Identifier
    merchant_id: Identifier
    lines: tuple[LineQuantity, ...]
    purpose: Purpose
    replacement_id: Identifier | None = None
    """The workflow of the exchange or repair that the goods come back for."""
    label: bool = True
    """False: so far only whether the merchant will have the goods back."""
    labels: int = 1
    """Which label of the return it is: one that was voided is not made again."""
    alone: bool = False
    """It does not travel with another return any more, which the merchant is told."""
    again: bool = False
    """It was asked before: what became of the label is looked up first, whose answer may be all that got lost."""


class Prepared(Frozen):
    """`label` None: the carrier had none in time, does not serve that way, or was not asked."""

    rma: Identifier | None = None
    address: ReturnAddress | None = None
    """Both None: the merchant refuses, with these words."""
    label: Label | None = None
    refusal: str | None = None
    refusal_code: str | None = None


class PickupCall(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"


class ArrangePickup(Frozen):
    """Book, move or cancel; `start` and `end` are the new time of one that is moved."""

    call: PickupCall
    pickup: Pickup
    workflow_id: Identifier
    order_id: Identifier
    rma: Identifier
    to: ReturnAddress
    tracking: TrackingNumber | None
    start: Instant
    end: Instant


class PickupArranged(Frozen):
    """As the carrier has it now; or why it said no."""

    pickup: PickupBooked | None = None
    refused: str | None = None


class TraceParcel(Frozen):
    tracking: TrackingNumber


class Traced(Frozen):
    """None: the carrier does not know the parcel."""

    parcel: ReturnParcel | None


class SendGoodsBack(Frozen):
    """Ask the merchant to send what it did not take back to the customer."""

    workflow_id: Identifier
    lines: tuple[LineQuantity, ...]


class CallOffReturn(Frozen):
    """Nothing will come: tell the merchant, void the label, cancel the pick-up."""

    workflow_id: Identifier
    label_key: Identifier | None
    pickup_key: Identifier | None
    labels: int = 1
    travels_with: Identifier | None = None
    """The goods come all the same, in the box of that return: only label and pick-up are called off."""
