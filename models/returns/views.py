"""What callers are shown of returns (RES-6)."""

from models.common.base import Frozen, Identifier, Instant
from models.returns.state import ReturnAction, ReturnResult, ReturnStage, ReturnState, Settlement, Way


class ReturnActionView(Frozen):
    """An action open to the viewer now, and where to send it."""

    action: ReturnAction
    href: str


class ReturnView(Frozen):
    """One return as the viewer may see it."""

    case_id: Identifier
    remedy_id: Identifier
    return_: ReturnState
    settlement: Settlement | None
    """What it comes to, once that is known."""
    label: str | None
    """Where the printable label is, while there is one to use."""
    available_actions: tuple[ReturnActionView, ...]


class ReturnItem(Frozen):
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


class ReturnPage(Frozen):
    """A page; `next` is where the following one is, None on the last."""

    returns: tuple[ReturnItem, ...]
    next: str | None
