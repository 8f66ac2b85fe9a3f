"""Exchange, reship and repair (RES-7): where a replacement stands, and what people may do to it."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from models.common.base import Body, Duration, Frozen, Identifier, Instant, Money
from models.common.decides import Decides, Version
from models.common.identifiers import TrackingNumber
from models.common.vocabulary import RemedyKind
from models.money.charge import Charge
from models.replacements.partner import StockItem

ON_THE_ROAD = "goods_on_the_road"
AT_THE_WORKSHOP = "goods_at_the_workshop"
"""What can be kept when a replacement is called off."""


class ReplacementPolicy(Frozen):
    """The policy's `replacements`."""

    reserve_for: Duration = timedelta(days=3)
    """How long the warehouse is asked to hold goods; renewed while the case still waits."""
    poll_every: Duration = timedelta(hours=12)
    """How often partners are asked, when no webhook tells."""
    attempts: int = Field(default=2, ge=1, le=5)
    """So many parcels may get lost before a person decides."""
    longest_wait: Duration = timedelta(days=60)
    """Goods that are expected again only later than that are gone."""


class ReplacementStage(StrEnum):
    """Where the goods that the customer is to get are."""

    RESERVING = "reserving"
    AWAITING_STOCK = "awaiting_stock"
    PAYMENT = "payment"
    AWAITING_RETURN = "awaiting_return"
    DIAGNOSIS = "diagnosis"
    ESTIMATE = "estimate"
    REPAIR = "repair"
    SENDING_BACK = "sending_back"
    """The workshop packs the goods, repaired or as they were."""
    SENDING = "sending"
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    OVER = "over"
    """It ended before anything was sent; why is the child workflow's to say."""


class ReplacementState(Frozen):
    """How far it is; shown with its remedy, and kept there."""

    workflow_id: Identifier
    kind: RemedyKind
    stage: ReplacementStage
    items: tuple[StockItem, ...]
    paid: Money | None = None
    """What was paid for the goods that are replaced; None: it began before that was kept."""
    attempt: int = 1
    """Grows when a parcel is sent again."""
    reserved_until: Instant | None = None
    renew_at: Instant | None = None
    """When the warehouse is asked to hold the goods for longer."""
    expected_at: Instant | None = None
    """Out of stock: when goods are expected."""
    charge: Charge | None = None
    """What the customer has to pay first: the new article's price above the old one's, or the repair's estimate."""
    to_give_back: Money | None = None
    """The new article costs less than was paid for the old one."""
    in_warranty: bool | None = None
    words: str | None = None
    """The workshop's diagnosis."""
    estimate: Money | None = None
    """What the repair costs, out of warranty."""
    tracking: TrackingNumber | None = None
    carrier_id: Identifier | None = None
    delivered_at: Instant | None = None
    lost: tuple[TrackingNumber, ...] = ()
    """Parcels that got lost before, the last one last."""
    mended: bool = False
    """The workshop has done its work."""
    given_up: bool = False
    """The customer's own goods do not come back: they cannot be repaired, or were lost on their way home."""
    refusal: str | None = None
    """The words of the partner that refused it."""
    refusal_code: str | None = None
    kept: tuple[str, ...] = ()
    """When it was called off: what could not be taken back."""
    offer_version: int = 1
    """Grows with what the customer decides on: the estimate, and when goods are expected."""


class ReplacementAction(StrEnum):
    """What people may do to a replacement. When, and who: `rules/replacements/permissions.py`."""

    ACCEPT_ESTIMATE = "accept_estimate"
    REFUSE_ESTIMATE = "refuse_estimate"
    CHOOSE_REFUND = "choose_refund"
    DIAGNOSE = "diagnose"
    REPAIRED = "repaired"
    NOT_REPAIRABLE = "not_repairable"
    SENT = "sent"
    OUT_OF_STOCK = "out_of_stock"


class OnGoods(Decides):
    """About a price or a date as it was shown."""

    version: Version = None
    """`offer_version` of the replacement."""


class AcceptEstimate(OnGoods):
    """Agree to pay for the repair."""


class RefuseEstimate(OnGoods):
    """No repair at that price: the goods come back as they are."""

    reason: str | None = Field(default=None, max_length=1000)


class ChooseRefund(OnGoods):
    """Do not wait for stock any longer: money back instead."""


class Diagnose(Body):
    """What the workshop found; out of warranty with an estimate."""

    in_warranty: bool
    estimate: Money | None = None
    words: str | None = Field(default=None, max_length=1000)


class Repaired(Body):
    """The goods work again."""

    words: str | None = Field(default=None, max_length=1000)


class NotRepairable(Body):
    """The goods cannot be mended: they are replaced."""

    words: str | None = Field(default=None, max_length=1000)


class Sent(Body):
    """The parcel is on its way to the customer."""

    tracking: TrackingNumber
    carrier_id: Identifier


class OutOfStock(Body):
    """There is nothing to send; `expected_at`: but there will be."""

    expected_at: Instant | None = None


REPLACEMENT_BODIES: dict[ReplacementAction, type[Body]] = {
    ReplacementAction.ACCEPT_ESTIMATE: AcceptEstimate,
    ReplacementAction.REFUSE_ESTIMATE: RefuseEstimate,
    ReplacementAction.CHOOSE_REFUND: ChooseRefund,
    ReplacementAction.DIAGNOSE: Diagnose,
    ReplacementAction.REPAIRED: Repaired,
    ReplacementAction.NOT_REPAIRABLE: NotRepairable,
    ReplacementAction.SENT: Sent,
    ReplacementAction.OUT_OF_STOCK: OutOfStock,
}
