"""What passes between a workflow and its activities: one frozen request and one answer each (docs/architecture.md)."""

from models.case.history import LineGiven
from models.case.state import CaseState, Classification, Suggestion
from models.chargebacks.state import ChargebackRef
from models.common.base import Frozen, Identifier, Instant, Money
from models.common.calendars import CalendarSlice
from models.common.lines import LineQuantity
from models.common.partners import Order, Payment, Refund, RefundTo, Shipment, StatementRequest
from models.common.projection import Projected, Saved
from models.common.vocabulary import Issue, Locale, Party
from models.money.coupon import CouponForm, CouponStatus
from models.remedies.remedy import RefundPart


class Projection(Projected):
    """The case as it is to be saved; `state.entries` are the timeline entries that are not saved yet."""

    state: CaseState


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


class RenewRequest(Frozen):
    """A case outlives the days that its calendars know (SLA-2): ask for later ones."""

    names: tuple[str, ...]
    at: Instant


class Renewed(Frozen):
    """The calendars around that day, by name; one that the policy has no more is left out."""

    calendars: dict[str, CalendarSlice]


class AssignRequest(Frozen):
    """Find a handler in a team (DSP-2): on shift, with the skill, least loaded. The same case asked again keeps its handler."""

    case_id: Identifier
    team: Identifier
    issue: Issue
    at: Instant
    owner: Identifier | None = None
    """Whoever first answered the customer: chosen before others, where they can take it (DSP-3)."""


class Assigned(Frozen):
    """The handler; None: nobody of the team is on shift, the case waits in its queue."""

    handler: Identifier | None


class SuggestRequest(Frozen):
    """Look for an answer to a question (REC-6)."""

    case_id: Identifier
    text: str
    issue: Issue | None
    """None: it is not sure enough what the question is about."""
    locale: Locale
    at_least: float = 0.4
    """The policy's `suggest_at_least`."""
    customer_id: Identifier | None = None
    """Whose language it is in, if they chose one since."""


class Suggested(Frozen):
    """The best answer that is good enough to be shown, if there is one; it counts as shown."""

    suggestion: Suggestion | None


class HelpedReport(Frozen):
    """Count whether a shown answer helped (REC-6). The same case counts once."""

    case_id: Identifier
    entry_id: Identifier
    helped: bool


class BooksSeen(Frozen):
    """What a case knew of its order's money when a refund was agreed on: what came since then is for a person to look at."""

    outside: tuple[str, ...] = ()
    """Refunds that the payments had, by the provider's ids."""
    lines: tuple[Identifier, ...] = ()
    """For which lines the refund is; none: it is not for goods."""
    given: tuple[LineGiven, ...] = ()
    """What other cases had given, by line."""
    most_minor: int = 0
    """What was paid for these lines."""
    freight_minor: int | None = None
    """What was paid for the order's freight, when the refund is for that alone (RES-13)."""


class RefundIntent(Frozen):
    """Reserve money of an order before any provider is asked (RES-5). The same remedy and attempt asked twice is one intent."""

    case_id: Identifier
    remedy_id: Identifier
    attempt: int = 1
    """Keys are `{case_id}.{remedy_id}.{attempt}.{n}`."""
    order_id: Identifier
    customer_id: Identifier
    amount: Money
    payments: tuple[Payment, ...]
    parts: tuple[RefundPart, ...] = ()
    """What the case knows of the remedy's parts so far: a refused one is free again before more is set aside."""
    to: RefundTo = RefundTo.ORIGINAL
    account_id: Identifier | None = None
    """Of the account at a bank that it goes to."""
    only_back: tuple[str, ...] = ()
    """Payment methods whose money goes back there and nowhere else (RES-16)."""
    automatic: bool
    """Counts against the day's caps of RES-10."""
    max_automatic_per_customer_a_day: int
    max_automatic_minor_a_day: int
    """Of all currencies, in minor units of the policy's."""
    max_automatic_share_a_day: float = 1.0
    """Of the cases opened in the last 24 hours, from `automatic_share_from` cases on."""
    automatic_share_from: int = 1
    seen: BooksSeen | None = None
    """None: whatever came since then is no matter."""
    settled_by: Identifier | None = None
    """A chargeback that was lost while the refund was owed: what it left with the customer is not given again (RES-12)."""
    at: Instant


class RefundPlan(Frozen):
    """The answer to an intent: every part of the remedy that did not fail, split over the original payments; or why not."""

    parts: tuple[RefundPart, ...] = ()
    left: Money
    """What is left to refund on the order after this."""
    charged_back: Money | None = None
    """What the customer has by the chargeback that the intent names."""
    denied: str | None = None
    """`not_enough_left`, `other_currency`, `refunded_outside`, `given_elsewhere`, `chargeback_open`, `automatic_cap_customer`,
    `automatic_cap_day` or `automatic_cap_share`."""
    chargebacks: tuple[ChargebackRef, ...] = ()
    """Those that are open, when it was denied for them."""


class PayBack(Frozen):
    """Ask the payment provider for every part that is not asked yet; keys survive every retry."""

    case_id: Identifier
    remedy_id: Identifier
    order_id: Identifier
    merchant_id: Identifier | None = None
    """Whose payment provider it is, where merchants have their own."""
    reason: str
    parts: tuple[RefundPart, ...]


class PaidBack(Frozen):
    """What the provider says of every part."""

    parts: tuple[RefundPart, ...]
    chargebacks: tuple[ChargebackRef, ...] = ()
    """Those that are open, when parts were not asked for because of them."""


class RefundQuery(Frozen):
    """Ask the provider what became of the parts (polling, when no webhook came)."""

    case_id: Identifier
    merchant_id: Identifier | None = None
    parts: tuple[RefundPart, ...]


class RefundByKey(Frozen):
    """Ask the provider about one refund, also one that we never asked for."""

    key: Identifier
    payment_id: Identifier
    merchant_id: Identifier | None = None


class HeldRefund(Frozen):
    """The refund as its provider holds it; None: it has none of that key."""

    refund: Refund | None = None


class Improvement(Frozen):
    """A task to make a service better (RES-3)."""

    improvement_id: Identifier
    case_id: Identifier
    party: Party
    party_id: Identifier
    issue: Issue | None
    words: str
    opened_at: Instant
    due: Instant


class CouponRequest(Frozen):
    """Issue a coupon, or take it back (RES-3, RES-11)."""

    key: Identifier
    case_id: Identifier
    remedy_id: Identifier
    customer_id: Identifier
    order_id: Identifier | None
    amount: Money
    valid_until: Instant
    reason: str
    form: CouponForm = CouponForm.CODE
    at: Instant


class CouponState(Frozen):
    """What the promotion system says of it. `code`: empty on the balance, and of what was refused or revoked."""

    code: str
    status: CouponStatus
    refusal: str | None = None


class AskPartner(Frozen):
    """Send requests for statements to merchants' and carriers' systems."""

    merchant: tuple[StatementRequest, ...] = ()
    carrier: tuple[StatementRequest, ...] = ()


class Recall(Frozen):
    """What do our own books know of an order and its customer (RES-1)? The asking case itself does not count."""

    order_id: Identifier
    customer_id: Identifier
    case_id: Identifier | None = None
    currency: str = "CNY"
    """The policy's: what the customer got back lately is counted in it."""
    at: Instant


class ReserveItems(Frozen):
    """A remedy of goods begins: its pieces are the remedy's from now on, over all cases of the order (RES-1).

    The same remedy asked twice is one taking.
    """

    case_id: Identifier
    remedy_id: Identifier
    order_id: Identifier
    order_lines: tuple[LineQuantity, ...]
    """What was bought."""
    lines: tuple[LineQuantity, ...]
    """What the remedy is about; none: everything that was bought."""
    at: Instant


class Taken(Frozen):
    denied: str | None = None
    """`not_enough_left`: other remedies have the pieces; then nothing was taken."""


class ReleaseItems(Frozen):
    """The pieces are the customer's to ask about again: the remedy was undone, or the goods went back to the customer."""

    case_id: Identifier
    remedy_id: Identifier


class Sealed(Saved):
    sha256: str
    edition: int | None = None
    """The record's; histories of before do not say it: it is the next one."""
    root_cause: str | None = None
    """By the policy's catalogue; histories of before do not say it."""
