"""The sandbox's orders: 400, the same for the same seed, with dates that count back from the first start.

The cast: O-1001 is the first story of `sandbox/catalogue/stories.py` and belongs to C-1, O-1002 the second and belongs to C-2, and so on. The
next rounds of all stories follow: rounds 1 to 4 are cheap where the story allows (up to 200 CNY), 5 to 7 dearer, 8 to 10 mostly above
2,000 CNY. Then come more that were simply delivered, and ten of each state that was added later. All of that may follow again, several times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import chain
from random import Random

from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import (
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentStatus,
    ProviderRefundStatus,
    Refund,
    Scan,
    Shipment,
    ShipmentStatus,
)
from models.common.tax import LineTax, Seller
from sandbox.catalogue.products import (
    ABROAD,
    CARRIERS,
    CARRIERS_ABROAD,
    CITIES,
    FAMILY,
    FIRST,
    FURTHER_ABROAD,
    GIFT,
    GIVEN,
    LAST,
    PRODUCTS,
    RATES,
    SHOPS,
    Product,
    priced,
    taxed,
)
from sandbox.catalogue.stories import DELIVERED, LATER_STORIES, STORIES, PastRefund, Story

FIRST_NUMBER = 1001
ROUNDS = 10
MORE_DELIVERED = 30
SMALL, LARGE = 20_000, 200_000
"""Fen: the limits of what is given automatically and by an agent (policies/default.yaml)."""
ROUNDS_ABROAD = frozenset({3, 6})
CUSTOMERS = 160
EVERYWHERE = ABROAD | FURTHER_ABROAD
GOODS_TAX, FREIGHT_TAX = (1_300, 1_900), (900, 1_900)
"""Hundredths of a percent: in China, abroad."""
FREE_FREIGHT, FREIGHT = 9_900, 800
"""Minor units of whatever currency."""


@dataclass(frozen=True)
class Entry:
    """An order with everything the partners know of it."""

    story: Story
    customer_name: str
    locale: str
    order: Order
    shipments: tuple[Shipment, ...]
    payments: tuple[Payment, ...]

    @property
    def size(self) -> str:
        total = self.order.total
        fen = total.minor / RATES[total.currency]
        return "small" if fen <= SMALL else "large" if fen > LARGE else "medium"


class Catalogue:
    """Every order, by its id."""

    def __init__(self, seed: int, first_start: datetime, times: int = 1) -> None:
        """`times`: how often all of them, one after the other."""
        drafts = _drafts(seed, first_start, times)
        self.entries = {draft.order_id: draft.entry() for draft in drafts}
        self.shipments = {parcel.tracking: parcel for entry in self.entries.values() for parcel in entry.shipments}
        self.payments = {payment.payment_id: payment for entry in self.entries.values() for payment in entry.payments}


def _drafts(seed: int, now: datetime, times: int) -> Iterator["Draft"]:
    number = FIRST_NUMBER
    for _ in range(times):
        later = chain.from_iterable(_rounds((story,)) for story in LATER_STORIES)
        for draft in chain(_rounds(STORIES), _more_delivered(), later):
            yield draft(seed, number, now=now)
            number += 1


def _rounds(stories: tuple[Story, ...]) -> Iterator["partial[Draft]"]:
    for round_ in range(ROUNDS):
        for index, story in enumerate(stories):
            abroad = round_ in ROUNDS_ABROAD and index % 2 == 1 and not story.large
            yield partial(Draft, story=story, prices=_price_class(round_), abroad=abroad, cast=round_ == 0)


def _more_delivered() -> Iterator["partial[Draft]"]:
    for extra in range(MORE_DELIVERED):
        yield partial(Draft, story=STORIES[0], prices=_price_class(extra % 7), abroad=extra % 3 == 2, cast=False)  # noqa: PLR2004


def _price_class(round_: int) -> tuple[int, int]:
    """Prices from–to, in fen: four cheap rounds, three between, three dear."""
    if round_ < 4:  # noqa: PLR2004
        return 0, SMALL
    return (SMALL + 1, LARGE) if round_ < 7 else (LARGE + 1, 10**9)  # noqa: PLR2004


class Draft:
    """One order being written; all chance comes from the seed and the order's number."""

    def __init__(
        self, seed: int, number: int, *, story: Story, now: datetime, prices: tuple[int, int], abroad: bool, cast: bool
    ) -> None:
        self.order_id = f"O-{number}"
        self._story = story
        self._prices = (LARGE + 1, 10**9) if story.large else prices
        self._abroad = abroad or story.region is not None
        self._cast = cast
        self._chance = Random(f"{seed}:{number}")
        self._now = now if cast else now - timedelta(minutes=self._chance.randrange(300))
        self._region = story.region or self._chance.choice(list(ABROAD if abroad else CITIES))
        self._home, self._currency = EVERYWHERE[self._region] if self._abroad else (CITIES[self._region], "CNY")
        place = number - FIRST_NUMBER + 1
        self._customer = place if place <= len(STORIES) else len(STORIES) + 1 + place % (CUSTOMERS - len(STORIES))
        if self._abroad:
            self._customer += CUSTOMERS

    def entry(self) -> Entry:
        order = self._order
        return Entry(
            story=self._story,
            customer_name=self._name,
            locale="en" if self._abroad else "zh",
            order=order,
            shipments=tuple(self._shipments()),
            payments=tuple(self._payments(order)),
        )

    def _ago(self, days: float) -> datetime:
        return self._now - timedelta(days=days)

    def _money(self, fen: float) -> Money:
        return priced(fen, self._currency)

    @cached_property
    def _name(self) -> str:
        own = Random(f"customer {self._customer}")
        return f"{own.choice(FIRST)} {own.choice(LAST)}" if self._abroad else own.choice(FAMILY) + own.choice(GIVEN)

    # ── what was bought ──────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _goods(self) -> tuple[Product, ...]:
        """A different one for each line, all pieces together in the order's price class where such goods are sold; gifts are cheap."""
        if self._cast and self._story is STORIES[0]:
            return PRODUCTS[:1]
        least, most = self._prices
        paid = self._story.lines - self._story.gifts
        pieces = paid * self._story.quantity
        fitting = [product for product in PRODUCTS if product.kind == self._story.goods]
        first = self._chance.choice(
            [product for product in fitting if least / pieces <= product.price <= most / pieces] or fitting
        )
        others = [product for product in fitting if product is not first and product.price <= max(first.price, most / pieces)]
        bought = (first, *self._chance.sample(others, paid - 1))
        cheap = [product for product in fitting if product not in bought and product.price <= GIFT]
        return (*bought, *self._chance.sample(cheap, self._story.gifts))

    @cached_property
    def _lines(self) -> tuple[OrderLine, ...]:
        story = self._story
        kept = 1 - story.discount
        prices = [
            0 if number > story.lines - story.gifts else product.price for number, product in enumerate(self._goods, start=1)
        ]
        return tuple(
            OrderLine(
                line_id=f"L{number}",
                sku=product.sku,
                title=product.en if self._abroad else product.zh,
                category=product.category,
                quantity=story.quantity,
                unit_price=self._money(price),
                paid=self._money(price * story.quantity * kept),
                tax=self._tax(price * story.quantity * kept),
                marks=product.marks | story.marks,
                warranty_months=product.warranty_months,
            )
            for number, (product, price) in enumerate(zip(self._goods, prices, strict=True), start=1)
        )

    @cached_property
    def _order(self) -> Order:
        story = self._story
        paid = sum(line.paid.minor for line in self._lines)
        freight = Money(minor=FREIGHT if story.express or paid < FREE_FREIGHT else 0, currency=self._currency)
        return Order(
            order_id=self.order_id,
            merchant_id=f"M-{self._goods[0].shop}",
            customer_id=f"C-{self._customer}",
            status=self._status,
            placed_at=self._ago(story.placed),
            promised_at=None if story.promised is None else self._ago(story.promised),
            region=self._region,
            lines=self._lines,
            total=Money(minor=paid + freight.minor, currency=self._currency),
            freight=freight,
            freight_tax=taxed(freight, FREIGHT_TAX[self._abroad]) if freight.minor else None,
            seller=self._seller,
            invoice_number=f"INV-{self.order_id.removeprefix('O-')}",
        )

    def _tax(self, fen: float) -> LineTax:
        """In the price: 13 % in China, 19 % abroad."""
        return taxed(self._money(fen), GOODS_TAX[self._abroad])

    @property
    def _seller(self) -> Seller:
        """Shops are in China; what they sell abroad is sold by their house in Hamburg."""
        zh, en = SHOPS[self._goods[0].shop]
        number = f"{self._goods[0].shop:02}"
        if self._abroad:
            return Seller(name=f"{en} GmbH", tax_id=f"DE1234567{number}", country="DE", zone="Europe/Berlin")
        return Seller(name=f"{zh}有限公司", tax_id=f"91310000MA1K3{number}X7X", country="CN", zone="Asia/Shanghai")

    @property
    def _status(self) -> OrderStatus:
        story = self._story
        if story.cancelled:
            return OrderStatus.CANCELLED
        if story.charges == "pending":
            return OrderStatus.UNPAID
        if story.shipped is None:
            return OrderStatus.PAID
        return OrderStatus.SHIPPED if story.delivered is None else OrderStatus.DELIVERED

    # ── how it travelled ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _shipments(self) -> Iterator[Shipment]:
        story = self._story
        if story.shipped is None:
            return
        carrier = (
            "SF" if self._cast and story is STORIES[0] else self._chance.choice(CARRIERS_ABROAD if self._abroad else CARRIERS)
        )
        left_at_point = story.parcel is ShipmentStatus.PICKUP_POINT
        for number in range(1, story.parcels + 1):
            lost = number <= story.lost_parcels
            came = None if story.delivered is None or lost else self._ago(story.delivered)
            inside = range(number - 1, story.lines, story.parcels)
            weight = sum(self._goods[place].grams * story.quantity for place in inside) + 150
            yield Shipment(
                tracking=f"{carrier}{self.order_id.removeprefix('O-')}{self._chance.randrange(10**7):07}{number}",
                carrier_id=carrier,
                order_id=self.order_id,
                status=ShipmentStatus.LOST if lost else story.parcel if story.delivered is None else DELIVERED,
                shipped_at=self._ago(story.shipped),
                delivered_at=came,
                signed_by=self._signer() if came is not None or left_at_point else None,
                signed_relation=story.signed if came is not None or left_at_point else None,
                consent_to_pickup_point=story.consent,
                weight_sent=weight,
                weight_arrived=None if came is None else weight - story.grams_lost,
                scans=tuple(self._scans(story.shipped, lost=lost)),
                lines=tuple(
                    LineQuantity(line_id=self._lines[place].line_id, quantity=self._lines[place].quantity) for place in inside
                ),
            )

    def _signer(self) -> str:
        match self._story.signed:
            case "self":
                return self._name
            case "pickup_point":
                return "Parcel locker 3" if self._abroad else "丰巢智能柜 3 号"
            case _:
                return "Kim (next door)" if self._abroad else "隔壁 302 室"

    def _scans(self, shipped: float, *, lost: bool) -> Iterator[Scan]:
        """From the shop's city over two hubs to the customer's."""
        story = self._story
        delivered = None if lost else story.delivered
        last = story.scanned if delivered is None else delivered
        home = self._home
        start = "Hamburg" if self._abroad else "杭州"
        hubs = ("Cologne hub", f"{home} hub") if self._abroad else ("华东转运中心", f"{home}转运中心")
        end = {ShipmentStatus.LOST: "lost", ShipmentStatus.PICKUP_POINT: "pickup_point"}.get(story.parcel, "in_transit")
        if delivered is not None or lost:
            end = "lost" if lost else "delivered"
        on_the_way = story.parcel is ShipmentStatus.IN_TRANSIT and delivered is None and not lost
        stops = [(start, "picked_up"), (hubs[0], "in_transit"), (hubs[1], "in_transit"), (hubs[1] if on_the_way else home, end)]
        for number, (place, status) in enumerate(stops):
            yield Scan(at=self._ago(shipped + (last - shipped) * number / (len(stops) - 1)), place=place, status=status)

    # ── how it was paid ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _payments(self, order: Order) -> Iterator[Payment]:
        story = self._story
        method = self._chance.choice(("card", "paypal") if self._abroad else ("alipay", "wechat_pay", "unionpay"))
        whole = order.total.minor
        charges = {
            "once": [(method, whole)],
            "pending": [(method, whole)],
            "twice": [(method, whole), (method, whole)],
            "split": [("gift_card", whole * 3 // 10), (method, whole - whole * 3 // 10)],
        }[story.charges]
        for number, (by, minor) in enumerate(charges, start=1):
            amount = Money(minor=minor, currency=self._currency)
            pending = story.charges == "pending"
            payment = Payment(
                payment_id=f"P-{self.order_id.removeprefix('O-')}-{number}",
                order_id=self.order_id,
                method=by,
                status=PaymentStatus.PENDING if pending else PaymentStatus.CAPTURED,
                amount=amount,
                captured_at=None if pending else self._ago(story.placed) + timedelta(minutes=2 * number),
            )
            yield payment.model_copy(update={"refunds": (self._refund(payment, story.refund),)}) if story.refund else payment

    def _refund(self, payment: Payment, past: PastRefund) -> Refund:
        arrived = past.status is ProviderRefundStatus.ARRIVED
        return Refund(
            refund_id=f"RF-{payment.payment_id.removeprefix('P-')}-0",
            key=f"shop-{payment.payment_id}",
            payment_id=payment.payment_id,
            order_id=self.order_id,
            amount=Money(minor=round(payment.amount.minor * past.share), currency=payment.amount.currency),
            status=past.status,
            reference="",
            requested_at=self._ago(past.days + (1 if arrived else 0)),
            arrived_at=self._ago(past.days) if arrived else None,
        )


def shop_name(merchant_id: str, locale: str) -> str:
    names = SHOPS[int(merchant_id.removeprefix("M-"))]
    return names[locale == "en"]
