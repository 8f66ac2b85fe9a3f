"""Facts under test: what some order, parcels and payments prove."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from models.common.actors import Actor, EvidenceRef
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderLine, Payment, ProviderRefundStatus, Refund, Scan, Shipment, ShipmentStatus
from models.common.vocabulary import Role
from models.investigation.clocks import Miss
from models.investigation.findings import Fact, InformationRequest, Saying
from rules.facts.establish import facts_of
from tests.support.fakes.partners import order, parcel, payment

NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHOTO = EvidenceRef(sha256="0" * 64, media_type="image/png", size=10, name="photo.png")
MERCHANT = Actor(role=Role.MERCHANT, id="M-1")


def known(
    bought: Order | None = None,
    *parcels: Shipment,
    payments: tuple[Payment, ...] = (),
    lines: tuple[LineQuantity, ...] = (),
    requests: tuple[InformationRequest, ...] = (),
    sayings: tuple[Saying, ...] = (),
    evidence: int = 0,
    misses: tuple[Miss, ...] = (),
    warranties: Mapping[str, int] | None = None,
) -> dict[str, Fact]:
    facts = facts_of(
        order=bought,
        shipments=parcels,
        payments=payments,
        lines=lines,
        requests=requests,
        sayings=sayings,
        evidence=evidence,
        now=NOW,
        looked_up_at=NOW - HOUR,
        misses=misses,
        warranties=warranties or {},
    )
    named = {fact.name: fact for fact in facts}
    assert len(named) == len(facts)
    return named


def values(facts: dict[str, Fact]) -> dict[str, JsonValue]:
    return {name: fact.value for name, fact in facts.items()}


def bought(**change: object) -> Order:
    return order().model_copy(update={"placed_at": NOW - 9 * DAY, "promised_at": NOW - 4 * DAY, **change})


def sent(tracking: str = "T-1", **change: object) -> Shipment:
    scans = (Scan(at=NOW - 50 * HOUR, place="杭州", status="in_transit"),)
    return parcel().model_copy(update={"tracking": tracking, "shipped_at": NOW - 8 * DAY, "scans": scans, **change})


def delivered(days_ago: float = 2, tracking: str = "T-1", **change: object) -> Shipment:
    fields = {"signed_by": "王女士", "signed_relation": "self", **change}
    return sent(tracking, status=ShipmentStatus.DELIVERED, delivered_at=NOW - days_ago * DAY, **fields)


def line(number: int = 1, **change: object) -> OrderLine:
    return order().lines[0].model_copy(update={"line_id": f"L{number}", **change})


def refund(minor: int, status: ProviderRefundStatus = ProviderRefundStatus.ACCEPTED, **change: object) -> Refund:
    base = Refund(
        refund_id="R-1",
        key="elsewhere",
        payment_id="P-O-1-1",
        order_id="O-1",
        amount=Money(minor=minor),
        status=status,
        reference="",
        requested_at=NOW - 30 * HOUR,
    )
    return base.model_copy(update=change)


def charged(number: int = 1, *refunds: Refund, minor: int = 12_900, method: str = "alipay") -> Payment:
    base = payment(number=number, minor=minor, method=method)
    return base.model_copy(update={"captured_at": NOW - 9 * DAY, "refunds": refunds})
