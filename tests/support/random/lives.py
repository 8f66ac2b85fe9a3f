"""Lives of cases as data: what was before, and what happens then, move by move. Hypothesis draws them, shrinks them, and keeps the bad ones.

A life never depends on what the system does with it: each move carries a number of its own from which everybody who acts in it draws.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any

from hypothesis import strategies as st

from models.case.receipt import Wanted
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Shipment, ShipmentStatus
from models.common.vocabulary import Issue, Kind, Locale, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.table import REMEDIES
from tests.support.builders.orders import NOW, order, parcel


class What(StrEnum):
    """One move."""

    NOTHING = "nothing happens"
    ACT = "somebody does what is offered"
    AGREE = "a supervisor proposes something, and the customer takes it"
    AT_ONCE = "two people act at once"
    UNASKED = "somebody tries what is not offered"
    TIME = "time passes"
    NEWS = "partners tell"
    NOISE = "partners tell it again, or something unreadable"
    CHANGE = "partners change"
    OPEN = "another case about the order"


OFTEN = {
    What.NOTHING: 1,
    What.ACT: 16,
    What.AGREE: 4,
    What.AT_ONCE: 3,
    What.UNASKED: 2,
    What.TIME: 5,
    What.NEWS: 7,
    What.NOISE: 2,
    What.CHANGE: 3,
    What.OPEN: 2,
}
WORDS = (
    "it never came",
    "one cup is broken",
    "你们的客服态度很差",
    "I was charged twice",
    "坏了，想换一个",
    "where is my parcel?",
)
SPLIT = 0.6
ON_THE_WAY = (Issue.DELAY, Issue.TRACKING_STALLED, Issue.LOST, Issue.PRICE_DISPUTE)
WITH_THE_MERCHANT = (Issue.CANCEL, Issue.CANCEL, Issue.CHANGE, Issue.CHANGE, Issue.CHARGED_TWICE, Issue.DELAY)
ISSUES: dict[ShipmentStatus | None, tuple[Issue, ...]] = {
    None: WITH_THE_MERCHANT,
    ShipmentStatus.CREATED: WITH_THE_MERCHANT,
    ShipmentStatus.IN_TRANSIT: ON_THE_WAY,
    ShipmentStatus.EXCEPTION: ON_THE_WAY,
    ShipmentStatus.LOST: (Issue.LOST,),
    ShipmentStatus.RETURNED: (Issue.LOST, Issue.DELAY),
    ShipmentStatus.PICKUP_POINT: (Issue.PICKUP_POINT, Issue.DELAY),
    ShipmentStatus.DELIVERED: (
        Issue.QUALITY_DEFECT,
        Issue.QUALITY_DEFECT,
        Issue.WARRANTY_REPAIR,
        Issue.WARRANTY_REPAIR,
        Issue.SIZE_MISMATCH,
        Issue.NO_REASON_RETURN,
        Issue.DAMAGED,
        Issue.MISSING_ITEM,
        Issue.WRONG_ITEM,
        Issue.SIGNED_BY_OTHER,
    ),
}
"""What people complain about, by how the parcel is; None: there is none."""


@dataclass(frozen=True)
class Move:
    """What happens; `number`: all chance in it."""

    what: What
    number: int


@dataclass(frozen=True)
class Life:
    """`start`: all chance in what was before."""

    start: int
    moves: tuple[Move, ...]


def lives(fewest: int = 16, most: int = 36) -> st.SearchStrategy[Life]:
    kinds = [what for what, weight in OFTEN.items() for _ in range(weight)]
    move = st.builds(Move, what=st.sampled_from(kinds), number=st.integers(0, 9_999))
    return st.builds(Life, start=st.integers(0, 99_999), moves=st.lists(move, min_size=fewest, max_size=most).map(tuple))


@dataclass(frozen=True)
class Shop:
    """The order that a life is about."""

    order: Order
    parcels: tuple[Shipment, ...]
    payments: tuple[Payment, ...]

    @property
    def paid(self) -> int:
        return sum(payment.amount.minor for payment in self.payments)


def shop(rng: Random, order_id: str = "O-1") -> Shop:
    """A paid order of one or two lines, anywhere between the cashier and the customer's door."""
    lines = tuple(_line(rng, number) for number in range(1, rng.choice((2, 2, 3))))
    total = Money(minor=sum(line.paid.minor for line in lines))
    status = rng.choice((None, None, *ShipmentStatus, ShipmentStatus.DELIVERED, ShipmentStatus.DELIVERED))
    came = status in {ShipmentStatus.DELIVERED, ShipmentStatus.PICKUP_POINT}
    states = {None: OrderStatus.PAID, ShipmentStatus.CREATED: OrderStatus.PAID, ShipmentStatus.DELIVERED: OrderStatus.DELIVERED}
    placed = NOW - timedelta(hours=rng.choice((1, 30, 24 * 9)))
    bought = order(
        order_id,
        lines=lines,
        total=total,
        status=states.get(status, OrderStatus.SHIPPED),
        placed_at=placed,
        promised_at=placed + timedelta(days=5),
    )
    if status is None:
        return Shop(bought, (), _payments(rng, bought))
    trace: dict[str, Any] = {"status": status, "weight_sent": 500, "weight_arrived": rng.choice((None, 500, 300))}
    if status is ShipmentStatus.CREATED:
        trace |= {"shipped_at": None, "scans": ()}
    if came:
        trace |= {"delivered_at": NOW - timedelta(days=rng.choice((0, 2, 2, 10, 100)))}
        trace |= {"signed_relation": rng.choice(("self", "family", "neighbour", "unknown", "pickup_point"))}
    if rng.random() < 0.3:
        trace["declared_value"] = Money(minor=total.minor // 2)
    return Shop(bought, (parcel(order_id, **trace),), _payments(rng, bought))


def _line(rng: Random, number: int) -> OrderLine:
    price, quantity = rng.choice((3_900, 12_900, 90_000, 400_000)), rng.choice((1, 1, 2, 3))
    return OrderLine(
        line_id=f"L{number}",
        sku=f"SKU-{number}",
        title="杯子",
        category=rng.choice(("apparel", "home", "electronics")),
        quantity=quantity,
        unit_price=Money(minor=price),
        paid=Money(minor=price * quantity),
        marks=frozenset(rng.sample(("custom", "perishable", "promotional"), rng.choice((0, 0, 0, 1)))),
        warranty_months=rng.choice((0, 0, 12)),
    )


def _payments(rng: Random, bought: Order) -> tuple[Payment, ...]:
    """By one method, by two, or once too often."""
    total = bought.total.minor
    first = int(total * SPLIT)
    amounts = rng.choice(((total,), (total,), (first, total - first), (total, total)))
    return tuple(
        Payment(
            payment_id=f"P-{bought.order_id}-{number}",
            order_id=bought.order_id,
            method=rng.choice(("alipay", "card")),
            status=PaymentStatus.CAPTURED,
            amount=Money(minor=amount),
            captured_at=bought.placed_at,
        )
        for number, amount in enumerate(amounts, start=1)
    )


def receipt(rng: Random, shop: Shop, policy: PolicySlice, photo: dict[str, Any]) -> dict[str, Any]:
    """What a customer says at the beginning; mostly something that fits how the order is."""
    bought, state = shop.order, shop.parcels[0].status if shop.parcels else None
    named = rng.choice((None, None, *bought.lines))
    issue = rng.choice(ISSUES[state]) if rng.random() < 0.85 else rng.choice([*Issue, None])
    return {
        "kind": rng.choice((Kind.AFTER_SALES,) * 6 + (Kind.COMPLAINT, Kind.COMPLAINT, Kind.INQUIRY)),
        "order_id": rng.choice((bought.order_id,) * 28 + ("O-nobodys", None)),
        "issue": issue,
        "description": rng.choice(WORDS),
        "lines": (LineQuantity(line_id=named.line_id, quantity=rng.randrange(1, named.quantity + 1)),) if named else (),
        "locale": rng.choice(list(Locale)),
        "wanted": _wanted(rng, bought, policy.issues[issue].remedies if issue else tuple(RemedyKind)),
        "evidence": (photo,) if rng.random() < 0.7 else (),
    }


def _wanted(rng: Random, bought: Order, usual: tuple[RemedyKind, ...]) -> Wanted | None:
    remedy = rng.choice((None, *usual, usual[0]))
    if remedy is None:
        return None
    amount = Money(minor=rng.randrange(1, bought.total.minor)) if REMEDIES[remedy].refunds and rng.random() < 0.2 else None
    change = changed(rng, bought) if remedy is RemedyKind.ORDER_CHANGED else None
    return Wanted.model_validate({"remedy": remedy, "amount": amount, "change": change})


def changed(rng: Random, bought: Order) -> dict[str, Any]:
    """A change of the order: fewer or more pieces, or another article."""
    line = rng.choice(bought.lines)
    if rng.random() < 0.7:
        return {"quantities": [{"line_id": line.line_id, "quantity": max(line.quantity + rng.choice((-1, 1, 2)), 1)}]}
    return {"items": [{"line_id": line.line_id, "sku": f"{line.sku}-B", "quantity": line.quantity}]}
