"""What callers are shown of exchanges, reshipments and repairs (RES-7)."""

from models.common.base import Identifier, Instant, Money
from models.common.identifiers import TrackingNumber
from models.common.views import View
from models.common.vocabulary import RemedyKind
from models.money.charge import Charge
from models.replacements.partner import StockItem
from models.replacements.state import ReplacementAction, ReplacementStage


class ReplacementActionView(View):
    """An action open to the viewer now, and where to send it."""

    action: ReplacementAction
    href: str


class ReplacementDetails(View):
    """Where the goods are that the customer is to get, and what has to be paid."""

    workflow_id: Identifier
    kind: RemedyKind
    stage: ReplacementStage
    items: tuple[StockItem, ...]
    attempt: int
    """Grows when a parcel is sent again."""
    reserved_until: Instant | None
    expected_at: Instant | None
    """Out of stock: when goods are expected."""
    charge: Charge | None
    """What the customer has to pay first: the new article's price above the old one's, or the repair's estimate."""
    to_give_back: Money | None
    """The new article costs less than was paid for the old one."""
    in_warranty: bool | None
    words: str | None
    """The workshop's diagnosis."""
    estimate: Money | None
    """What the repair costs, out of warranty."""
    tracking: TrackingNumber | None
    carrier_id: Identifier | None
    delivered_at: Instant | None
    given_up: bool
    """The customer's own goods do not come back: they cannot be repaired, or were lost on their way home."""
    refusal: str | None
    """The words of the partner that refused it."""
    refusal_code: str | None
    kept: tuple[str, ...]
    """When it was called off: what could not be taken back."""


class ReplacementView(View):
    """One replacement as the viewer may see it."""

    case_id: Identifier
    remedy_id: Identifier
    replacement: ReplacementDetails
    available_actions: tuple[ReplacementActionView, ...]
