"""Cases as the workflow would hand them over to be saved."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.case.receipt import Receipt
from models.case.state import CaseState, Classification, TimelineEntry
from models.common.actors import SYSTEM, Actor
from models.common.base import Bilingual
from models.common.events import Event
from models.common.vocabulary import Channel, Issue, Kind, Locale, Party
from models.investigation.findings import Finding
from models.tables.case import CaseRow
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.orders import order, payment

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def receipt(case_id: str = "RD-1", **change: object) -> Receipt:
    fields: dict[str, object] = {
        "case_id": case_id,
        "kind": Kind.AFTER_SALES,
        "channel": Channel.APP,
        "customer_id": "C-1",
        "locale": Locale.EN,
        "zone": "Europe/Berlin",
        "order_id": "O-1",
        "lines": (),
        "issue": None,
        "description": "The parcel came torn open.",
        "happened_at": None,
        "wanted": None,
        "evidence": (),
        "opened_by": CUSTOMER,
        "request_id": "r1",
        "received_at": NOW,
    }
    return Receipt.model_validate({**fields, **change})


def entry(version: int, event: Event, by: Actor = SYSTEM, **data: object) -> TimelineEntry:
    return TimelineEntry.model_validate(
        {"version": version, "at": NOW + timedelta(minutes=version), "event": event, "by": by, "data": data}
    )


OPENED = entry(1, Event.OPENED, CUSTOMER, kind="after_sales", channel="app", order_id="O-1")


def case(*entries: TimelineEntry, **change: object) -> CaseState:
    """A case whose version is its last entry's."""
    taken = receipt()
    state = CaseState(receipt=taken, policy_version="1", kind=taken.kind, order_id=taken.order_id, entries=entries)
    return state.model_copy(update={"version": entries[-1].version if entries else 1, **change})


def stored_state() -> dict[str, Any]:
    """A case's state as a row holds it, so that a page can show whatever row it meets."""
    return case(OPENED).model_dump(mode="json")


def case_row(case_id: str, **own: Any) -> CaseRow:
    """A case as the table holds it, opened at `NOW`, of whom and what the caller says."""
    usual: dict[str, Any] = {
        "version": 1,
        "kind": "after_sales",
        "stage": "resolution",
        "channel": "app",
        "customer_id": "C-1",
        "tier": "merchant",
        "waiting_on": "nobody",
        "sla_state": "on_time",
        "currency": "CNY",
        "locale": "zh",
        "policy_version": "1",
        "opened_at": NOW,
        "updated_at": NOW,
        "state": stored_state(),
    }
    return CaseRow(case_id=case_id, **{**usual, **own})


def classified(issue: Issue, **change: object) -> CaseState:
    """A case of that issue about an order that is known and paid."""
    known: dict[str, object] = {"order": order(), "payments": (payment(),), **change}
    return case(classification=Classification(issue=issue, confidence=1, by="customer"), **known)


def finding(party: Party = Party.CARRIER, confidence: float = 1, **change: object) -> Finding:
    """That party was found responsible at `NOW`."""
    base = Finding(party=party, confidence=confidence, basis=Bilingual(zh="依据", en="basis"), at=NOW)
    return base.model_copy(update=change)
