"""Changes of an order before it is shipped (RES-1): what is asked for, what the policy allows, what the merchant's system answers."""

from enum import StrEnum
from typing import Self

from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, ValidationInfo, field_validator, model_validator

from models.common.addresses import HOME, Country, Place
from models.common.base import Bilingual, Duration, Frozen, Identifier, Instant, Money, unfit
from models.common.identifiers import Phone, Region, phone_number
from models.common.lines import LineQuantity, NewItem
from models.common.partners import FromPartner, Order, Refusable
from models.common.readers import Everybody, Payer
from models.money.charge import Charge


class ChangeKind(StrEnum):
    CANCEL = "cancel"
    ADDRESS = "address"
    ITEMS = "items"
    QUANTITIES = "quantities"
    PAYMENT_METHOD = "payment_method"


class OrderChange(Frozen):
    """One change of an order. Exactly one field says what."""

    address_id: Everybody[Identifier | None] = None
    """The new address as it was stored by the API: addresses are personal and stay out of the history (ARC-3)."""
    items: Everybody[tuple[NewItem, ...]] = Field(default=(), max_length=20)
    """Other items of the same products."""
    quantities: Everybody[tuple[LineQuantity, ...]] = Field(default=(), max_length=20)
    """The lines' new quantities."""
    payment_method: Everybody[Identifier | None] = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        said = [bool(value) for value in (self.address_id, self.items, self.quantities, self.payment_method)]
        if said.count(True) != 1:
            raise unfit(
                rule="RES-1",
                zh="请只填写一种修改：地址、商品、数量或支付方式",
                en="name one change: an address, items, quantities or a payment method",
            )
        return self

    @property
    def kind(self) -> ChangeKind:
        if self.address_id:
            return ChangeKind.ADDRESS
        if self.items:
            return ChangeKind.ITEMS
        return ChangeKind.QUANTITIES if self.quantities else ChangeKind.PAYMENT_METHOD


class ChangeRule(Frozen):
    """Until when a kind of change may be asked for. Never after the parcel was handed over."""

    within: Duration | None = None
    """Since the order was placed; None: until it is handed over."""
    marks: dict[str, Duration] = {}
    """Shorter for goods with these marks; 0s: never."""


class CancelRule(ChangeRule):
    reasons: dict[Identifier, Bilingual]
    """What a customer may name as the reason; none named is allowed too."""


class QuantityRule(ChangeRule):
    most: int = Field(default=99, ge=1)
    """Pieces of one line after the change."""
    no_more_of: frozenset[str] = frozenset()
    """Of goods with these marks there may be fewer, never more."""


class ChangesPolicy(Frozen):
    """The policy's `changes`. When the promised day of delivery has passed, no time limit holds any more."""

    cancel: CancelRule
    address: ChangeRule = ChangeRule()
    items: ChangeRule = ChangeRule()
    quantities: QuantityRule = QuantityRule()
    payment_method: ChangeRule = ChangeRule()
    poll_every: Duration
    """How often merchant and payment provider are asked, when no webhook tells."""


class Address(Place, Frozen):
    """Where the goods shall go. Personal: kept in one table, handed to the merchant, never in a history."""

    country: Payer[Country] = Field(default=HOME, pattern=r"^[A-Z]{2}$", examples=["CN"])
    """ISO 3166-1 alpha-2; left out: that of the region, else CN."""
    region: Payer[Region] = Field(default=HOME, pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", examples=["CN-SH"])
    """ISO 3166-2; left out: the country as a whole."""
    name: Payer[str] = Field(min_length=1, max_length=100, examples=["王伟"])
    phone: Payer[Phone | None] = Field(default=None, examples=["+86 138 0000 0000"])
    city: Payer[str] = Field(min_length=1, max_length=100, examples=["上海"])
    street: Payer[str] = Field(min_length=1, max_length=300, examples=["徐汇区漕溪北路 1 号 2 单元 301"])
    street2: Payer[str | None] = Field(default=None, max_length=300, examples=["星海公寓 3 楼前台"])
    """A second line: building, floor, care of."""
    postal_code: Payer[str | None] = Field(default=None, max_length=20, examples=["200030"])

    @field_validator("country")
    @classmethod
    def _there_is_one(cls, country: str) -> str:
        if country not in SUPPORTED_REGIONS:
            zh = f"{country} 不是 ISO 3166-1 的两位国家代码"
            raise unfit(rule="RES-1", zh=zh, en=f"{country} is no country's code of ISO 3166-1 alpha-2")
        return country

    @field_validator("region")
    @classmethod
    def _in_its_country(cls, region: str, info: ValidationInfo) -> str:
        country = info.data.get("country", region[:2])
        if region[:2] != country:
            raise unfit(rule="RES-1", zh=f"{region} 不在 {country}", en=f"{region} is not in {country}")
        return region

    @field_validator("phone")
    @classmethod
    def _of_its_country(cls, phone: str | None, info: ValidationInfo) -> str | None:
        return phone_number(phone, info.data.get("country")) if phone else None


class OrderChangeRequest(FromPartner):
    """What is asked of the merchant's system. `key` is idempotent: the same key is the same change, for ever."""

    key: Identifier
    reference: Identifier
    """The case; comes back in the notice."""
    merchant_id: Identifier
    order_id: Identifier
    kind: ChangeKind
    reason: str | None = None
    lines: tuple[LineQuantity, ...] = ()
    """Of a cancellation: which pieces; all that are left, line by line, for the whole order."""
    address: Address | None = None
    items: tuple[NewItem, ...] = ()
    quantities: tuple[LineQuantity, ...] = ()
    payment_method: str | None = None


class ChangeStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNDONE = "undone"
    """Taken back, or called off before it was made."""


class ChangeAnswer(Refusable):
    """What the merchant's system says of a change."""

    key: Identifier
    order_id: Identifier
    status: ChangeStatus
    total_before: Money | None = None
    """Confirmed: what the order cost just before."""
    order: Order | None = None
    """Confirmed or undone: the order as it is now; its total holds the new prices and the new freight. Cancelled pieces are gone from its
    lines; cancelled as a whole, it has the status and keeps its lines."""


class OrderingState(Frozen):
    """How far a cancellation or change is; shown with its remedy, and kept there."""

    key: Identifier
    status: ChangeStatus = ChangeStatus.PENDING
    until: Instant
    """The merchant's time to answer; then the customer's to pay."""
    refusal: str | None = None
    refusal_code: str | None = None
    to_pay: Money | None = None
    """What the customer has to pay first."""
    to_refund: Money | None = None
    charge: Charge | None = None
    done: bool = False
    """The order is as it was asked for, and whatever had to be paid is paid."""


class AskChange(Frozen):
    """Ask the merchant's system for a change. The address is read where it is kept, so that no history has it."""

    order: OrderChangeRequest
    customer_id: Identifier
    address_id: Identifier | None = None


class ChangeQuery(Frozen):
    """Ask the merchant's system what became of a change, or to take it back."""

    order_id: Identifier
    key: Identifier
