"""What callers are shown of exchanges, reshipments and repairs (RES-7)."""

from models.common.base import Identifier, Instant, Money
from models.common.decides import Named
from models.common.identifiers import TrackingNumber
from models.common.readers import Everybody, Participants
from models.common.views import View
from models.common.vocabulary import RemedyKind
from models.money.charge import Charge
from models.replacements.partner import StockItem
from models.replacements.state import ReplacementAction, ReplacementStage


class ReplacementActionView(View):
    """An action open to the viewer now, where to send it, and the fields by which its body names what is decided on (WRK-5)."""

    action: Everybody[ReplacementAction]
    href: Everybody[str]
    decides: Everybody[Named] = {}


class ReplacementDetails(View):
    """Where the goods are that the customer is to get, and what has to be paid."""

    workflow_id: Everybody[Identifier]
    kind: Everybody[RemedyKind]
    stage: Everybody[ReplacementStage]
    items: Everybody[tuple[StockItem, ...]]
    attempt: Everybody[int]
    """Grows when a parcel is sent again."""
    reserved_until: Everybody[Instant | None]
    expected_at: Everybody[Instant | None]
    """Out of stock: when goods are expected."""
    charge: Everybody[Charge | None]
    """What the customer has to pay first: the new article's price above the old one's, or the repair's estimate."""
    to_give_back: Everybody[Money | None]
    """The new article costs less than was paid for the old one."""
    in_warranty: Everybody[bool | None]
    words: Participants[str | None]
    """The workshop's diagnosis."""
    estimate: Everybody[Money | None]
    """What the repair costs, out of warranty."""
    tracking: Everybody[TrackingNumber | None]
    carrier_id: Everybody[Identifier | None]
    delivered_at: Everybody[Instant | None]
    given_up: Everybody[bool]
    """The customer's own goods do not come back: they cannot be repaired, or were lost on their way home."""
    refusal: Everybody[str | None]
    """The words of the partner that refused it."""
    refusal_code: Everybody[str | None]
    kept: Everybody[tuple[str, ...]]
    """When it was called off: what could not be taken back."""
    offer_version: Everybody[int] = 1
    """Grows with what the customer decides on: the estimate, and when goods are expected. Decisions name it as `version`."""


class ReplacementView(View):
    """One replacement as the viewer may see it."""

    case_id: Everybody[Identifier]
    remedy_id: Everybody[Identifier]
    replacement: Everybody[ReplacementDetails]
    available_actions: Everybody[tuple[ReplacementActionView, ...]]
