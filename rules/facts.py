"""What the order, its parcels and its payments prove (INV-1), as named facts with their source.

Names and units are those of the policy's liability rows: hours and days are numbers, money is minor units. A fact that nothing
proves is absent, never guessed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pydantic import JsonValue

from models.findings import Fact, InformationRequest, Saying
from models.lines import LineQuantity
from models.partners import Order, Payment, PaymentStatus, RefundStatus, Shipment, ShipmentStatus
from models.vocabulary import WaitingOn
from rules.money import refunded

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ONE_SELF = frozenset({"self", "family"})

Named = Iterator[tuple[str, JsonValue, str]]


def facts_of(
    *,
    order: Order | None,
    shipments: tuple[Shipment, ...],
    payments: tuple[Payment, ...],
    lines: tuple[LineQuantity, ...],
    requests: tuple[InformationRequest, ...],
    sayings: tuple[Saying, ...],
    evidence: int,
    now: datetime,
) -> tuple[Fact, ...]:
    """Every fact that is known now, each once. `evidence`: how many pieces came with the opening."""
    named: list[tuple[str, JsonValue, str]] = []
    if order is not None:
        named += _order(order, lines)
        named += _delivery(order, shipments, now)
        named += _payments(payments, now)
    for shipment in shipments[-1:]:
        named += _parcel(shipment, now)
    named += _answers(requests)
    named.append(("evidence.count", evidence + sum(len(saying.evidence) for saying in sayings), "customer"))
    return tuple(Fact(name=name, value=value, source=source, at=now) for name, value, source in named)


def value_of(facts: Iterable[Fact], name: str) -> JsonValue:
    """A fact's value, or None when it is not known."""
    return next((fact.value for fact in facts if fact.name == name), None)


def _order(order: Order, lines: tuple[LineQuantity, ...]) -> Named:
    yield "order.status", order.status.value, "order"
    if order.promised_at is not None:
        yield "order.promised_at", order.promised_at.isoformat(), "order"
    concerned = [line for line in order.lines if not lines or line.line_id in {wanted.line_id for wanted in lines}]
    marks = frozenset[str]().union(*(line.marks for line in concerned))
    for mark in ("custom", "perishable", "no_return"):
        yield f"line.{mark}", mark in marks, "order"


def _delivery(order: Order, shipments: tuple[Shipment, ...], now: datetime) -> Named:
    delivered = [shipment.delivered_at for shipment in shipments if shipment.delivered_at is not None]
    complete = bool(shipments) and len(delivered) == len(shipments)
    yield "shipment.exists", bool(shipments), "shipment"
    yield "delivery.delivered", complete, "shipment"
    arrived = max(delivered) if complete else now
    if complete:
        yield "delivery.days_since", _in(DAY, now - arrived), "shipment"
        warranty = min((line.warranty_months for line in order.lines), default=0)
        if warranty:
            yield "line.warranty_left_days", _in(DAY, arrived + timedelta(days=30 * warranty) - now), "order"
    if order.promised_at is not None:
        yield "delivery.late_hours", _in(HOUR, arrived - order.promised_at), "shipment"
        sent = [shipment.shipped_at for shipment in shipments if shipment.shipped_at is not None]
        if sent:
            yield "shipment.shipped_late_hours", _in(HOUR, max(sent) - order.promised_at + DAY), "shipment"


def _parcel(shipment: Shipment, now: datetime) -> Named:
    yield "shipment.status", shipment.status.value, "shipment"
    if shipment.scans and shipment.delivered_at is None:
        last = max(shipment.scans, key=lambda scan: scan.at)
        yield "shipment.hours_without_scan", _in(HOUR, now - last.at), "shipment"
        yield "shipment.last_place", last.place, "shipment"
    if shipment.signed_relation is not None:
        yield "shipment.signed_relation", shipment.signed_relation, "shipment"
        yield "shipment.signed_by_other", shipment.signed_relation not in ONE_SELF, "shipment"
    if shipment.consent_to_pickup_point is not None:
        left = shipment.status in {ShipmentStatus.PICKUP_POINT, ShipmentStatus.DELIVERED}
        yield "shipment.pickup_point_without_consent", left and not shipment.consent_to_pickup_point, "shipment"
    if shipment.weight_sent is not None and shipment.weight_arrived is not None:
        yield "shipment.weight_loss_grams", shipment.weight_sent - shipment.weight_arrived, "shipment"


def _payments(payments: tuple[Payment, ...], now: datetime) -> Named:
    captured = [payment for payment in payments if payment.status is PaymentStatus.CAPTURED]
    yield "payment.captured_count", len(captured), "payment"
    yield "payment.refunded_minor", sum(refunded(payment) for payment in captured), "payment"
    seen: set[tuple[str, int]] = set()
    duplicate = 0
    for payment in captured:
        charge = (payment.method, payment.amount.minor)
        if charge in seen and refunded(payment) == 0:
            duplicate += payment.amount.minor
        seen.add(charge)
    yield "payment.duplicate_minor", duplicate, "payment"
    pending = [refund for payment in captured for refund in payment.refunds if refund.status is RefundStatus.ACCEPTED]
    yield "payment.refund_pending", bool(pending), "payment"
    since = [refund.requested_at for refund in pending if refund.requested_at is not None]
    if since:
        yield "payment.refund_pending_hours", _in(HOUR, now - min(since)), "payment"


def _answers(requests: tuple[InformationRequest, ...]) -> Named:
    for party in (WaitingOn.MERCHANT, WaitingOn.CARRIER):
        asked = [request for request in requests if request.of is party]
        admissions = [request.admits for request in asked if request.admits is not None]
        if admissions:
            yield f"{party}.admits", admissions[-1], party.value
        if asked:
            yield f"{party}.silent", all(request.silent for request in asked), party.value


def _in(unit: timedelta, span: timedelta) -> float:
    return round(span / unit, 2)
