"""What a replacement's workflow starts with, and what passes between it and its activities (RES-7)."""

from models.common.base import Frozen, Identifier, Instant, Money
from models.common.identifiers import TrackingNumber
from models.common.vocabulary import RemedyKind
from models.common.waits import Terms
from models.replacements.partner import Dispatch, StockItem
from models.replacements.state import ReplacementPolicy
from models.returns.activities import PrepareReturn
from models.returns.partner import ReturnParcel
from models.returns.state import ReturnPolicy


class ReplacementStart(Frozen):
    """Everything that the child workflow needs of its case."""

    case_id: Identifier
    remedy_id: Identifier
    kind: RemedyKind
    order_id: Identifier
    merchant_id: Identifier
    customer_id: Identifier
    payment_method: str | None = None
    """By which the order was paid."""
    items: tuple[StockItem, ...]
    """What the customer is to get: other articles, the same again, or the own ones repaired."""
    waits_for_goods: bool = False
    """An exchange: nothing is sent before the old goods are back."""
    old_goods: PrepareReturn | None = None
    """What the merchant is asked about them before the customer pays for a dearer article."""
    mend: bool = False
    """A repair: the customer's goods are at the workshop."""
    paid: Money
    """What was paid for the goods that are replaced."""
    most_back_minor: int | None = None
    """Of it what no refund gave back before: a cheaper article leaves no more than that. None: all of it."""
    same: bool = True
    """The same articles again: whatever they cost today, there is no difference to pay."""
    words: str
    """What is wrong, as the customer says."""
    terms: Terms
    policy: ReplacementPolicy
    carriers: ReturnPolicy
    """What carriers' words mean."""


class RenewStock(Frozen):
    """Hold the goods longer."""

    key: Identifier
    until: Instant


class WatchParcel(Frozen):
    """Where a replacement is, when no webhook tells."""

    key: Identifier | None = None
    """Of the shipment while it is not sent yet."""
    tracking: TrackingNumber | None = None


class Watched(Frozen):
    """What the warehouse and the carrier say; None: nothing new, or not asked."""

    dispatch: Dispatch | None = None
    parcel: ReturnParcel | None = None


class DecideRepair(Frozen):
    """Tell the workshop what the customer says."""

    key: Identifier
    approved: bool
