"""Orders, parcels and questions for the tests of eligibility (RES-1)."""

from datetime import datetime, timedelta
from typing import Any

from models.case.history import OrderHistory
from models.common.partners import Order, OrderLine, OrderStatus, Shipment, ShipmentStatus
from models.common.vocabulary import Party, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.eligibility import Entitlement
from rules.facts.establish import facts_of
from rules.remedies.ask import Ask
from rules.remedies.eligibility import eligible
from tests.support.builders import orders
from tests.support.builders.cases import NOW, finding
from tests.support.builders.orders import line, parcel, payment

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RETURN, REFUND, EXCHANGE, REPAIR = (
    RemedyKind.RETURN_AND_REFUND,
    RemedyKind.REFUND_ONLY,
    RemedyKind.EXCHANGE,
    RemedyKind.REPAIR,
)
RESHIP, ADJUST, COUPON, CANCEL = (
    RemedyKind.RESHIP,
    RemedyKind.PRICE_ADJUSTMENT,
    RemedyKind.COUPON,
    RemedyKind.ORDER_CANCELLED,
)


def order(*lines: OrderLine, **change: object) -> Order:
    """An order of these lines, placed thirty days ago."""
    return orders.order("O-1", *lines).model_copy(update={"placed_at": NOW - 30 * DAY, **change})


def delivered(ago: timedelta, **change: Any) -> Shipment:
    return parcel(
        status=ShipmentStatus.DELIVERED,
        shipped_at=NOW - ago - 3 * DAY,
        delivered_at=NOW - ago,
        signed_by="C",
        signed_relation="self",
        **change,
    )


LOST = parcel(status=ShipmentStatus.LOST, shipped_at=NOW - 9 * DAY)
MERCHANT_LIABLE = finding(Party.MERCHANT)


def ask(policy: PolicySlice, **change: Any) -> Ask:
    bought: Order = change.pop("order", order())
    fields: dict[str, Any] = {
        "policy": policy,
        "order": bought,
        "shipments": (delivered(DAY),),
        "payments": (payment(minor=bought.total.minor),),
        "history": OrderHistory(),
        "asked_at": NOW,
        **change,
    }
    if "facts" not in fields:
        seen = {name: fields[name] for name in ("order", "shipments", "payments")}
        fields["facts"] = facts_of(**seen, lines=(), requests=(), sayings=(), evidence=0, now=NOW)
    return Ask(**fields)


def told(asked: Ask, kind: RemedyKind) -> Entitlement:
    """The first line's answer."""
    (one,) = [remedy for remedy in eligible(asked).lines[0].remedies if remedy.kind is kind]
    return one


def marked(*marks: str, status: OrderStatus = OrderStatus.SHIPPED, promised_at: datetime | None = None, **of_line: Any) -> Order:
    return order(line(marks=frozenset(marks), **of_line), status=status, promised_at=promised_at)
