"""What passes between a workflow and its activities: one frozen request and one answer each (architecture.md, rule 3)."""

from models.base import Frozen, Identifier, Instant, Money
from models.case import CaseState, Classification, RefundPart
from models.partners import Order, Payment, Shipment, StatementRequest


class Projection(Frozen):
    """The case as it is to be saved; `state.entries` are the timeline entries that are not saved yet."""

    state: CaseState
    at: Instant


class LookUp(Frozen):
    """Ask the partners about an order (INV-1)."""

    case_id: Identifier
    order_id: Identifier


class LookedUp(Frozen):
    """What the partners said. `order` None: the merchant's system does not know it. The activity is retried until all three answered."""

    order: Order | None
    shipments: tuple[Shipment, ...] = ()
    payments: tuple[Payment, ...] = ()


class Classified(Frozen):
    """What the words of a case are about (CLS-2)."""

    classification: Classification


class RefundIntent(Frozen):
    """Set money of an order aside before any provider is asked (RES-5). The same remedy and attempt asked twice is one intent."""

    case_id: Identifier
    remedy_id: Identifier
    attempt: int = 1
    """Keys are `{case_id}.{remedy_id}.{attempt}.{n}`."""
    order_id: Identifier
    customer_id: Identifier
    amount: Money
    payments: tuple[Payment, ...]
    automatic: bool
    """Counts against the day's caps of RES-10."""
    max_automatic_per_customer_a_day: int
    max_automatic_minor_a_day: int
    at: Instant


class RefundPlan(Frozen):
    """The answer to an intent: every part of the remedy that did not fail, split over the original payments; or why not."""

    parts: tuple[RefundPart, ...] = ()
    left: Money
    """What is left to refund on the order after this."""
    denied: str | None = None
    """`not_enough_left`, `other_currency`, `automatic_cap_customer` or `automatic_cap_day`."""


class PayBack(Frozen):
    """Ask the payment provider for every part that is not asked yet; keys survive every retry."""

    case_id: Identifier
    remedy_id: Identifier
    order_id: Identifier
    reason: str
    parts: tuple[RefundPart, ...]


class PaidBack(Frozen):
    """The provider's word on every part."""

    parts: tuple[RefundPart, ...]


class RefundQuery(Frozen):
    """Ask the provider what became of the parts (polling, when no webhook came)."""

    case_id: Identifier
    parts: tuple[RefundPart, ...]


class AskPartner(Frozen):
    """Send requests for statements to merchants' and carriers' systems."""

    merchant: tuple[StatementRequest, ...] = ()
    carrier: tuple[StatementRequest, ...] = ()


class Seal(Frozen):
    """Write the archive record (ARC-1)."""

    state: CaseState
    at: Instant


class Sealed(Frozen):
    sha256: str
