"""Facts, given by name and value or established from an order, its parcels and payments as they are at `NOW`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from models.common.actors import EvidenceRef
from models.common.calendars import CalendarSlice
from models.common.lines import LineQuantity
from models.common.partners import Order, Payment, ProviderRefundStatus, Refund, Scan, Shipment, ShipmentStatus
from models.investigation.clocks import Miss
from models.investigation.findings import Fact, InformationRequest, Saying
from rules.facts.establish import facts_of
from rules.facts.registry import FACTS
from tests.support.builders import orders
from tests.support.builders.pictures import UPLOADED

NOW = datetime(2026, 6, 8, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY_DAY = CalendarSlice(zone="Asia/Shanghai", always=True, first=NOW.date(), last=NOW.date())
PHOTO = EvidenceRef.model_validate(UPLOADED)


def facts(known: dict[str, JsonValue]) -> tuple[Fact, ...]:
    """Facts as a case holds them, from their names and values."""
    return tuple(Fact(name=name, value=value, source=FACTS[name].source, at=NOW) for name, value in known.items())


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
    counting: CalendarSlice | None = None,
    given_for_goods: int = 0,
) -> dict[str, Fact]:
    """What is established by what partners and people said, by the facts' names."""
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
        counting=counting,
        given_for_goods=given_for_goods,
    )
    named = {fact.name: fact for fact in facts}
    assert len(named) == len(facts)
    return named


def values(facts: dict[str, Fact]) -> dict[str, JsonValue]:
    return {name: fact.value for name, fact in facts.items()}


def bought(**change: object) -> Order:
    """An order that was promised for four days ago."""
    return orders.order(now=NOW).model_copy(update=change)


def sent(tracking: str = "T-1", **change: object) -> Shipment:
    """A parcel on its way that nobody scanned for 50 hours."""
    scans = (Scan(at=NOW - 50 * HOUR, place="杭州", status="in_transit"),)
    return orders.parcel(now=NOW).model_copy(update={"tracking": tracking, "scans": scans, **change})


def delivered(days_ago: float = 2, tracking: str = "T-1", **change: object) -> Shipment:
    """A parcel that the customer signed for."""
    fields = {"signed_by": "王女士", "signed_relation": "self", **change}
    return sent(tracking, status=ShipmentStatus.DELIVERED, delivered_at=NOW - days_ago * DAY, **fields)


def refund(minor: int, status: ProviderRefundStatus = ProviderRefundStatus.ACCEPTED, **change: object) -> Refund:
    """A refund that was asked for 30 hours ago."""
    made = orders.refund(minor, status).model_copy(update={"requested_at": NOW - 30 * HOUR, **change})
    return made.model_copy(update={"refund_id": f"R-{made.key}"})


def charged(number: int = 1, *refunds: Refund, minor: int = 12_900, method: str = "alipay") -> Payment:
    return orders.payment("O-1", number, *refunds, minor=minor, now=NOW, method=method)
