"""What order, parcels, payments and the parties' answers prove (INV-1), as the named facts of `rules/facts/registry.py`.

A fact that nothing proves is absent, never guessed. Of several parcels with the lines in question each fact speaks of the one that it is worst with.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from models.common.calendars import CalendarSlice
from models.common.lines import LineQuantity
from models.common.partners import (
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentStatus,
    ProviderRefundStatus,
    Refund,
    Shipment,
    ShipmentStatus,
)
from models.common.vocabulary import Role, Tier, WaitingOn
from models.investigation.clocks import Miss
from models.investigation.findings import Fact, InformationRequest, Saying
from rules.common.amounts import in_currency, refunded
from rules.common.counting import days_counted, end_of, next_open
from rules.facts.parcels import in_use, parcel_in_question, parcels_with, signed_by_other
from rules.facts.registry import FACTS

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MARKS = ("custom", "perishable", "hygiene", "digital_opened", "no_return", "promotional")
AT_REST = frozenset({ShipmentStatus.LOST, ShipmentStatus.RETURNED, ShipmentStatus.PICKUP_POINT, ShipmentStatus.DELIVERED})
NO_WARRANTIES: Mapping[str, int] = {}

Named = Iterator[tuple[str, JsonValue, datetime | None]]
"""Name, value, and as of when; None: as of when the partners were asked."""


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
    looked_up_at: datetime | None = None,
    misses: tuple[Miss, ...] = (),
    warranties: Mapping[str, int] = NO_WARRANTIES,
    counting: CalendarSlice | None = None,
    asked_at: datetime | None = None,
    given_for_goods: int = 0,
) -> tuple[Fact, ...]:
    """Every fact that is known now, each once.

    `evidence`: how many pieces came with the opening. `warranties`: months by category, for lines that name none of their own.
    `counting`: the calendar that counts whole days. `asked_at`: when the customer asked, unless that is now. `given_for_goods`: minor
    units that our cases refunded for goods, which is nothing that was charged too much.
    """
    named: list[tuple[str, JsonValue, datetime | None]] = []
    if order is not None:
        shipments = in_use(order, shipments)
        theirs = parcels_with(shipments, (line.line_id for line in lines))
        named += _order(order, shipments, now)
        named += _lines(order, lines, warranties)
        named += _delivery(order, theirs, now)
        named += _counted(theirs, counting, asked_at or now)
        months = [_months(line, warranties) for line in concerned(order, lines)]
        named += _warranty(_arrived(theirs), months, now, counting)
        named += _parcels(theirs, now)
        named += _payments(order, payments, now, given_for_goods)
    named += _evidence(evidence, sayings)
    named += _answers(requests)
    named += _clocks(misses)
    looked = looked_up_at or now
    return tuple(
        Fact(name=name, value=value, source=FACTS[name].source, at=now, as_of=as_of or looked) for name, value, as_of in named
    )


def value_of(facts: Iterable[Fact], name: str) -> JsonValue:
    """A fact's value, or None when it is not known."""
    return next((fact.value for fact in facts if fact.name == name), None)


def concerned(order: Order, lines: tuple[LineQuantity, ...]) -> tuple[OrderLine, ...]:
    """The order's lines that the case is about; all of them when it names none."""
    wanted = {line.line_id for line in lines}
    return tuple(line for line in order.lines if not wanted or line.line_id in wanted)


def warranty_end(delivered: datetime, months: int, counting: CalendarSlice | None = None) -> datetime:
    """So many months after delivery, on the same day of the month or on its last one; where days are counted, that day's last second."""
    if counting is not None:
        day = warranty_end(delivered.astimezone(ZoneInfo(counting.zone)), months).date()
        return (end_of(counting, next_open(counting, day)) - SECOND).astimezone(UTC)
    year, month = divmod(delivered.month - 1 + months, 12)
    year, month = delivered.year + year, month + 1
    return delivered.replace(year=year, month=month, day=min(delivered.day, monthrange(year, month)[1]))


def _order(order: Order, shipments: tuple[Shipment, ...], now: datetime) -> Named:
    yield "order.status", order.status.value, None
    yield "order.placed_at", order.placed_at.isoformat(), order.placed_at
    yield "order.hours_since", _in(HOUR, now - order.placed_at), order.placed_at
    if order.promised_at is not None:
        yield "order.promised_at", order.promised_at.isoformat(), order.placed_at
    sent = [shipment.shipped_at for shipment in shipments if shipment.shipped_at is not None]
    shipped = bool(sent) or order.status in {OrderStatus.SHIPPED, OrderStatus.DELIVERED}
    yield "order.shipped", shipped, min(sent, default=None)


def _lines(order: Order, lines: tuple[LineQuantity, ...], warranties: Mapping[str, int]) -> Named:
    of_case = concerned(order, lines)
    if not of_case:
        return
    bought = order.placed_at
    yield "line.category", {line.line_id: line.category for line in of_case}, bought
    yield "line.marks", {line.line_id: list[JsonValue](sorted(line.marks)) for line in of_case}, bought
    marks = frozenset[str]().union(*(line.marks for line in of_case))
    for mark in MARKS:
        yield f"line.{mark}", mark in marks, bought
    if len({line.paid.currency for line in of_case} | {line.unit_price.currency for line in of_case}) == 1:
        listed = sum(line.unit_price.minor * line.quantity for line in of_case)
        yield "line.discount_minor", listed - sum(line.paid.minor for line in of_case), bought
    yield "line.warranted", all(_months(line, warranties) for line in of_case), bought


def _months(line: OrderLine, warranties: Mapping[str, int]) -> int:
    return line.warranty_months or warranties.get(line.category, 0)


def _warranty(arrived: datetime | None, months: list[int], now: datetime, counting: CalendarSlice | None) -> Named:
    """When the first warranty among the concerned goods ends; goods without one leave it open."""
    if arrived is None or not months or not all(months):
        return
    end = warranty_end(arrived, min(months), counting)
    yield "line.warranty_ends_at", end.isoformat(), arrived
    yield "line.warranty_left_days", _in(DAY, end - now), arrived


def _arrived(shipments: tuple[Shipment, ...]) -> datetime | None:
    """When the last parcel came, once all have."""
    came = [shipment.delivered_at for shipment in shipments if shipment.delivered_at is not None]
    return max(came) if came and len(came) == len(shipments) else None


def _counted(shipments: tuple[Shipment, ...], counting: CalendarSlice | None, asked_at: datetime) -> Named:
    """RES-1: as law counts a period (rules/common/counting.py), and at the moment of asking: waiting costs nobody a right."""
    arrived = _arrived(shipments)
    if arrived is not None and counting is not None:
        yield "delivery.days_counted", days_counted(counting, arrived, asked_at), arrived


def _delivery(order: Order, shipments: tuple[Shipment, ...], now: datetime) -> Named:
    arrived = _arrived(shipments)
    signed = all(shipment.signed_by or shipment.signed_relation for shipment in shipments)
    yield "delivery.delivered", arrived is not None, arrived
    yield "delivery.proved", arrived is not None and signed, arrived
    if arrived is not None:
        yield "delivery.delivered_at", arrived.isoformat(), arrived
        yield "delivery.days_since", _in(DAY, now - arrived), arrived
    if order.promised_at is not None:
        ready = [_ready(shipment) for shipment in shipments]
        in_time = max((at for at in ready if at is not None), default=None) if None not in ready else None
        yield "delivery.late_hours", _in(HOUR, (in_time or now) - order.promised_at), in_time
        sent = [shipment.shipped_at for shipment in shipments if shipment.shipped_at is not None]
        if sent:
            yield "shipment.shipped_late_hours", _in(HOUR, max(sent) - order.promised_at + DAY), max(sent)


def _ready(shipment: Shipment) -> datetime | None:
    """Since when the customer has it, or may fetch it where they agreed to."""
    waits = shipment.status is ShipmentStatus.PICKUP_POINT and shipment.consent_to_pickup_point
    return shipment.delivered_at or (max((scan.at for scan in shipment.scans), default=None) if waits else None)


def _parcels(shipments: tuple[Shipment, ...], now: datetime) -> Named:
    yield "shipment.exists", bool(shipments), None
    worst = parcel_in_question(shipments)
    if worst is None:
        return
    yield "shipment.count", len(shipments), None
    yield "shipment.status", worst.status.value, max((scan.at for scan in worst.scans), default=None)
    sent = [shipment.shipped_at for shipment in shipments if shipment.shipped_at is not None]
    yield "shipment.under_way", any(_under_way(shipment) for shipment in shipments), max(sent, default=None)
    if sent:
        yield "shipment.shipped_at", max(sent).isoformat(), max(sent)
    latest = [
        max(shipment.scans, key=lambda scan: scan.at) for shipment in shipments if shipment.scans and not shipment.delivered_at
    ]
    if latest:
        last = min(latest, key=lambda scan: scan.at)
        yield "shipment.last_scan_at", last.at.isoformat(), last.at
        yield "shipment.last_place", last.place, last.at
    moving = [max(scan.at for scan in shipment.scans) for shipment in shipments if shipment.scans and _under_way(shipment)]
    if moving:  # a parcel that waits to be fetched, or whose end is known, is scanned no more
        yield "shipment.hours_without_scan", _in(HOUR, now - min(moving)), min(moving)
    yield from _signature(shipments)
    yield from _weights(shipments)


def _signature(shipments: tuple[Shipment, ...]) -> Named:
    signed = [shipment for shipment in shipments if shipment.signed_relation is not None]
    if signed:
        told = next((shipment for shipment in signed if signed_by_other(shipment)), signed[-1])
        if told.signed_by is not None:
            yield "shipment.signed_by", told.signed_by, told.delivered_at
        yield "shipment.signed_relation", told.signed_relation, told.delivered_at
        yield "shipment.signed_by_other", signed_by_other(told), told.delivered_at
    left = [
        shipment
        for shipment in shipments
        if shipment.consent_to_pickup_point is not None
        and shipment.status in {ShipmentStatus.PICKUP_POINT, ShipmentStatus.DELIVERED}
    ]
    if left:
        against = [shipment for shipment in left if not shipment.consent_to_pickup_point]
        as_of = next((shipment.delivered_at for shipment in against), None)
        yield "shipment.pickup_point_without_consent", bool(against), as_of


def _weights(shipments: tuple[Shipment, ...]) -> Named:
    """Together, of the parcels that were weighed twice."""
    both = [
        (shipment.weight_sent, shipment.weight_arrived)
        for shipment in shipments
        if shipment.weight_sent is not None and shipment.weight_arrived is not None
    ]
    if both:
        sent, arrived = sum(weight for weight, _ in both), sum(weight for _, weight in both)
        yield "shipment.weight_sent_grams", sent, None
        yield "shipment.weight_arrived_grams", arrived, None
        yield "shipment.weight_loss_grams", sent - arrived, None


def _payments(order: Order, payments: tuple[Payment, ...], now: datetime, for_goods: int) -> Named:
    if not payments:
        return
    ours = in_currency(payments, order.total.currency)
    captured = [payment for payment in ours if payment.status is PaymentStatus.CAPTURED]
    paid_at = max((payment.captured_at for payment in captured if payment.captured_at is not None), default=None)
    in_all = sum(payment.amount.minor for payment in captured)
    yield "payment.captured_count", len(captured), paid_at
    yield "payment.captured_minor", in_all, paid_at
    if paid_at is not None:
        yield "payment.hours_since", _in(HOUR, now - paid_at), paid_at
    back = sum(refunded(payment) for payment in captured)
    above = max(in_all - max(back - for_goods, 0) - order.total.minor, 0)
    yield "payment.duplicate_minor", min(_charged_again(captured, for_goods), above), paid_at
    yield "payment.overcharged_minor", above, paid_at
    yield "payment.refunded_minor", back, None
    yield from _refunds_under_way([refund for payment in captured for refund in payment.refunds], now)


def _charged_again(captured: list[Payment], for_goods: int) -> int:
    """What equal charges by one method took more than once, without what of these went back, but for goods."""
    alike: dict[tuple[str, int], list[Payment]] = defaultdict(list)
    for payment in captured:
        alike[payment.method, payment.amount.minor].append(payment)
    again = 0
    for group in alike.values():
        back = sum(map(refunded, group))
        goods = min(back, for_goods) if len(group) > 1 else 0
        for_goods -= goods
        again += max((len(group) - 1) * group[0].amount.minor - (back - goods), 0)
    return again


def _refunds_under_way(refunds: list[Refund], now: datetime) -> Named:
    pending = [refund for refund in refunds if refund.status is ProviderRefundStatus.ACCEPTED]
    since = min((refund.requested_at for refund in pending if refund.requested_at is not None), default=None)
    yield "payment.refund_pending", bool(pending), since
    if pending:
        ours = {refund.key.startswith(f"{refund.reference}.") for refund in pending}
        by = "both" if len(ours) > 1 else "redress" if True in ours else "outside"
        yield "payment.refund_pending_minor", sum(refund.amount.minor for refund in pending), since
        yield "payment.refund_pending_by", by, since
    if since is not None:
        yield "payment.refund_pending_hours", _in(HOUR, now - since), since


def _evidence(opening: int, sayings: tuple[Saying, ...]) -> Named:
    """Each party's own; what came with the opening is the customer's."""
    for role, name in (
        (Role.CUSTOMER, "evidence.count"),
        (Role.MERCHANT, "merchant.evidence"),
        (Role.CARRIER, "carrier.evidence"),
    ):
        given = [saying for saying in sayings if saying.by.role is role and saying.evidence]
        count = sum(len(saying.evidence) for saying in given) + (opening if role is Role.CUSTOMER else 0)
        if count:
            yield name, count, max((saying.at for saying in given), default=None)


def _answers(requests: tuple[InformationRequest, ...]) -> Named:
    """What those who were asked said last, or that they let every deadline pass."""
    for party in (WaitingOn.CUSTOMER, WaitingOn.MERCHANT, WaitingOn.CARRIER):
        asked = [request for request in requests if request.of is party]
        admissions = [(request.answer.at, request.admits) for request in asked if request.answer and request.admits is not None]
        if admissions and party is not WaitingOn.CUSTOMER:
            at, admits = max(admissions)
            yield f"{party}.admits", admits, at
        answered = [request.answer.at for request in asked if request.answer is not None]
        silent = [request.due for request in asked if request.silent]
        if answered or silent:
            yield f"{party}.silent", not answered, max(answered or silent)


def _clocks(misses: tuple[Miss, ...]) -> Named:
    for name, tiers in (("merchant", {Tier.MERCHANT}), ("platform", {Tier.PLATFORM, Tier.SUPERVISOR})):
        missed = [miss.at for miss in misses if miss.held_by in tiers]
        if missed:
            yield f"service.missed_by_{name}", len(missed), max(missed)


def _under_way(shipment: Shipment) -> bool:
    return shipment.shipped_at is not None and shipment.delivered_at is None and shipment.status not in AT_REST


def _in(unit: timedelta, span: timedelta) -> float:
    return round(span / unit, 2)
