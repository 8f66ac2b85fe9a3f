"""What partners tell us: orders, shipments, payments, refunds; and what we ask of them.

The same shapes are the HTTP contracts under `docs/partners/`. Unknown extra fields of a partner's answer are ignored,
so that a partner may grow; what is missing or malformed is an invalid response (`PartnerError`).
"""

from enum import StrEnum
from typing import Annotated, Any, TypeVar, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from models.common.actors import EvidenceRef
from models.common.bank_accounts import BankAccount
from models.common.base import Identifier, Instant, Money
from models.common.identifiers import Region, TrackingNumber
from models.common.lines import LineQuantity
from models.common.readers import Everybody
from models.common.tax import LineTax, Seller


class FromPartner(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


LONGEST_REFUSAL, LONGEST_CODE, LONGEST_WORDS = 1000, 100, 8000
"""Letters of a partner's refusal, its code, and its answer to a question that are kept."""
Told = Annotated[str, AfterValidator(lambda text: text[:LONGEST_REFUSAL])]
"""A few words of a partner's that a case carries along; what is longer is cut."""


class Refusable(FromPartner):
    """An answer that may be a no. Words and code are kept as the partner gave them, and shown to whoever decides what comes next."""

    refusal: Everybody[Annotated[str | None, AfterValidator(lambda words: words and words[:LONGEST_REFUSAL])]] = None
    refusal_code: Everybody[Annotated[str | None, AfterValidator(lambda code: code and code[:LONGEST_CODE])]] = None


ItemT = TypeVar("ItemT", bound=FromPartner)


def each_once(id_: str) -> AfterValidator:
    """Of a list that tells of the same thing twice, as where pages overlap, the last word on each."""

    def last(told: tuple[ItemT, ...]) -> tuple[ItemT, ...]:
        return tuple({getattr(one, id_): one for one in told}.values())

    return AfterValidator(last)


class OrderStatus(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class OrderLine(FromPartner):
    """One line of an order. `marks` are the conditions shown at sale: custom, perishable, hygiene, digital_opened, no_return, promotional."""

    line_id: Identifier
    sku: str
    title: str
    category: str
    quantity: int = Field(ge=1)
    unit_price: Money
    paid: Money
    """What was paid for the whole line, after discounts."""
    marks: frozenset[str] = frozenset()
    warranty_months: int = Field(default=0, ge=0)
    tax: LineTax | None = None
    """Of what was paid (RES-15); None: not told."""


class Order(FromPartner):
    order_id: Identifier
    merchant_id: Identifier
    customer_id: Identifier
    status: OrderStatus
    placed_at: Instant
    promised_at: Instant | None = None
    """Delivery promised at the latest by then."""
    region: Region = "CN"
    lines: tuple[OrderLine, ...]
    total: Money
    freight: Money = Money(minor=0)
    """In the total's currency."""
    payment_method: str | None = None
    """How it is, or is to be, paid; None: not told."""
    payment_methods: tuple[str, ...] = ()
    """To which the merchant changes that now, also when it is paid; none: to any, and only before it is paid."""
    freight_tax: LineTax | None = None
    seller: Seller | None = None
    """For credit notes (RES-15); None: the merchant's id stands for it."""
    invoice_number: Identifier | None = None

    @model_validator(mode="before")
    @classmethod
    def _free_freight_is_in_the_orders_currency(cls, told: Any) -> Any:  # noqa: ANN401  # whatever a partner sends
        known = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
        if "total" not in known:
            return cast("Any", told)
        total, freight = Money.model_validate(known["total"]), Money.model_validate(known.get("freight") or {"minor": 0})
        return known if freight.minor else known | {"freight": Money(minor=0, currency=total.currency)}


class Scan(FromPartner):
    at: Instant
    place: str
    status: str


class ShipmentStatus(StrEnum):
    CREATED = "created"
    IN_TRANSIT = "in_transit"
    PICKUP_POINT = "pickup_point"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    LOST = "lost"
    RETURNED = "returned"


class Shipment(FromPartner):
    """One parcel. Weights in grams, as taken at hand-over and at the last measuring."""

    tracking: TrackingNumber
    carrier_id: Identifier
    order_id: Identifier
    status: ShipmentStatus
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None
    signed_by: str | None = None
    signed_relation: str | None = None
    """How the signer is related: self, family, neighbour, pickup_point, unknown."""
    consent_to_pickup_point: bool | None = None
    weight_sent: int | None = None
    weight_arrived: int | None = None
    declared_value: Money | None = None
    """What the parcel was insured for: the carrier's liability when it is lost or damaged (RES-9)."""
    scans: tuple[Scan, ...] = ()
    lines: tuple[LineQuantity, ...] = ()
    """What lies in the parcel; empty: nobody says, it may be anything of the order."""


class PaymentStatus(StrEnum):
    CAPTURED = "captured"
    PENDING = "pending"
    FAILED = "failed"


class ProviderRefundStatus(StrEnum):
    """ACCEPTED is not ARRIVED (RES-5)."""

    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    REFUSED = "refused"


class RefundTo(StrEnum):
    """Where a refund goes: back to where the money came from, to the customer's balance at the marketplace, or to their account at a bank."""

    ORIGINAL = "original"
    BALANCE = "balance"
    BANK_ACCOUNT = "bank_account"


class RefusalCode(StrEnum):
    """Why a provider refuses a refund."""

    ACCOUNT_CLOSED = "account_closed"
    CARD_EXPIRED = "card_expired"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    OTHER = "other"


def _known_code(code: object) -> object:
    return RefusalCode.OTHER if isinstance(code, str) and code not in set(RefusalCode) else code


class RefundRequest(FromPartner):
    """What we ask of a payment provider. `key` is the idempotency key: the same key is the same refund, for ever."""

    key: Identifier
    payment_id: Identifier
    method: str | None = None
    """By which that payment was made; None: not known."""
    order_id: Identifier
    amount: Money
    reason: str
    reference: str
    """The case id; comes back in notices."""
    to: RefundTo = RefundTo.ORIGINAL
    account: BankAccount | None = None
    """For a refund to an account at a bank."""


class Refund(FromPartner):
    """What the provider says of a refund."""

    refund_id: Identifier
    key: Identifier
    payment_id: Identifier
    order_id: Identifier
    amount: Money
    status: ProviderRefundStatus
    reference: str
    to: RefundTo = RefundTo.ORIGINAL
    refusal: Told | None = None
    refusal_code: Annotated[RefusalCode | None, BeforeValidator(_known_code)] = None
    """A provider's code that we do not know is `other`."""
    requested_at: Instant | None = None
    arrived_at: Instant | None = None


class Payment(FromPartner):
    """One charge of an order by one method, with every refund of it, whoever asked for it: ours are known by their keys."""

    payment_id: Identifier
    order_id: Identifier
    method: str
    status: PaymentStatus
    amount: Money
    captured_at: Instant | None = None
    refunds: Annotated[tuple[Refund, ...], each_once("refund_id")] = ()


class StatementRequest(FromPartner):
    """A question to a merchant's or carrier's system. `key` is idempotent; the answer comes as a notice with `reference` and `request_id`."""

    key: Identifier
    reference: str
    """The case id."""
    request_id: Identifier
    recipient: Identifier
    """The merchant's or carrier's id."""
    order_id: Identifier | None
    question: str
    due: Instant


class OutgoingMessage(FromPartner):
    """A text for a notification provider. `key` is idempotent."""

    key: str
    channel: str
    to: str
    locale: str
    subject: str
    body: str


class NoticeKind(StrEnum):
    """What a partner's system can tell by webhook."""

    REFUND = "refund"
    SHIPMENT = "shipment"
    STATEMENT = "statement"
    ORDER_CHANGE = "order_change"
    CHARGE = "charge"
    CHARGEBACK = "chargeback"
    PICKUP = "pickup"
    INSPECTION = "inspection"
    CLAIM = "claim"
    DISPATCH = "dispatch"
    REPAIR = "repair"


class Upload(FromPartner):
    """A piece of evidence and the id of the merchant or carrier who uploaded it (INV-3)."""

    by: Identifier
    piece: EvidenceRef


class Sender(FromPartner):
    """Who sent a notice, as its signature proved."""

    kind: str
    """A `Partner`, whatever the provider's own name."""
    who: Identifier | None = None
    """The merchant or carrier whose own secret it was; None: the system of the whole kind."""
    apart: tuple[Identifier, ...] = ()
    """The merchants or carriers of the case that have a secret of their own: a notice of the whole kind's system does not speak for them."""

    def speaks_for(self, party: str) -> bool:
        """Whether it may say what this merchant or carrier says."""
        return party == self.who if self.who is not None else party not in self.apart


class Notice(FromPartner):
    """A partner's webhook as it is signalled to a case: the envelope is ours and checked, `payload` is the partner's and is checked inside."""

    notice_id: str
    partner: str
    kind: str
    payload: dict[str, JsonValue]
    sender: Sender | None = None
    """None: found by reconciliation, which has asked the partner itself, or taken in before senders were written down; it is believed."""
    uploads: tuple[Upload, ...] = ()
    """What the payload names as `evidence`, as far as somebody in this partner's role uploaded it: looked up by us, never taken from the payload."""
    named: str | None = None
    """The case that it named, when that goes on in the one that hears it (WRK-7)."""

    @property
    def key(self) -> str:
        """By which it is known again: each sender numbers its own notices."""
        if self.sender is None:
            return self.notice_id
        return f"{self.partner}/{self.sender.who or ''}|{self.notice_id}"


class Statement(FromPartner):
    """The payload of a STATEMENT notice: a merchant's or carrier's answer to a request."""

    request_id: Identifier
    words: Annotated[str, AfterValidator(lambda words: words[:LONGEST_WORDS])]
    admits: bool | None = None
    """Whether the party takes responsibility; None when it does not say."""
    evidence: tuple[str, ...] = ()
    """SHA-256 of what the party uploaded before, with a token of its own, to `POST /v1/evidence`."""
