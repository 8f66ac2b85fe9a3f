"""INV-4: whom the shipped rows find responsible, by which facts, and how surely."""

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from models.findings import Fact
from models.policy import PolicySlice
from models.vocabulary import Issue, Party
from rules.liability import decisive, find

NOW = datetime(2026, 6, 8, tzinfo=UTC)
CARRIER, MERCHANT, PLATFORM, NOBODY, CUSTOMER = Party.CARRIER, Party.MERCHANT, Party.PLATFORM, Party.NONE, Party.CUSTOMER


def facts(known: dict[str, JsonValue]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, value=value, source="order", at=NOW) for name, value in known.items())


@pytest.mark.parametrize(
    ("issue", "known", "party"),
    [
        (Issue.CHARGED_TWICE, {"payment.captured_count": 2, "payment.duplicate_minor": 12900}, PLATFORM),
        (Issue.CHARGED_TWICE, {"payment.captured_count": 1, "payment.duplicate_minor": 0}, NOBODY),
        (Issue.REFUND_NOT_ARRIVED, {"payment.refund_pending_hours": 200.0}, PLATFORM),
        (Issue.REFUND_NOT_ARRIVED, {"payment.refund_pending_hours": 20.0}, NOBODY),
        (Issue.LOST, {"shipment.exists": True, "shipment.status": "lost"}, CARRIER),
        (Issue.DELAY, {"delivery.late_hours": 30.0, "shipment.shipped_late_hours": -50.0}, CARRIER),
        (Issue.DELAY, {"delivery.late_hours": 30.0, "shipment.shipped_late_hours": 5.0}, MERCHANT),
        (Issue.DELAY, {"delivery.late_hours": 3.0, "shipment.exists": False}, MERCHANT),
        (Issue.DELAY, {"delivery.late_hours": 1.0, "carrier.silent": True, "delivery.delivered": False}, CARRIER),
        (Issue.SIGNED_BY_OTHER, {"shipment.signed_by_other": True}, CARRIER),
        (Issue.PICKUP_POINT, {"shipment.pickup_point_without_consent": True}, CARRIER),
        (Issue.TRACKING_STALLED, {"shipment.hours_without_scan": 130.0}, CARRIER),
        (Issue.QUALITY_DEFECT, {"merchant.admits": True}, MERCHANT),
        (Issue.DAMAGED, {"carrier.admits": True, "merchant.admits": False}, CARRIER),
        (Issue.CANCEL, {"order.status": "paid", "shipment.exists": False, "line.custom": False}, NOBODY),
        (
            Issue.NO_REASON_RETURN,
            {"delivery.days_since": 3.0, "line.custom": False, "line.perishable": False, "line.no_return": False},
            CUSTOMER,
        ),
    ],
)
def test_decisive_facts_stand_alone(policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue], party: Party) -> None:
    finding = find(policy_slice, issue, facts(known), NOW)
    assert finding is not None
    assert finding.party is party
    assert decisive(policy_slice, finding)


@pytest.mark.parametrize(
    ("issue", "known", "party"),
    [
        (Issue.DELAY, {"delivery.late_hours": 3.0, "shipment.exists": True}, CARRIER),
        (Issue.TRACKING_STALLED, {"shipment.hours_without_scan": 60.0}, CARRIER),
        (Issue.MISSING_ITEM, {"shipment.weight_loss_grams": 300, "evidence.count": 1}, CARRIER),
        (Issue.MISSING_ITEM, {"shipment.weight_loss_grams": 0, "evidence.count": 1}, MERCHANT),
        (Issue.QUALITY_DEFECT, {"merchant.silent": True, "evidence.count": 2}, MERCHANT),
        (Issue.WARRANTY_REPAIR, {"line.warranty_left_days": 40.0}, MERCHANT),
        (Issue.WARRANTY_REPAIR, {"line.warranty_left_days": -4.0}, CUSTOMER),
    ],
)
def test_other_facts_are_a_suggestion_to_an_agent(
    policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue], party: Party
) -> None:
    finding = find(policy_slice, issue, facts(known), NOW)
    assert finding is not None
    assert finding.party is party
    assert not decisive(policy_slice, finding)


@pytest.mark.parametrize(
    ("issue", "known"),
    [
        (Issue.QUALITY_DEFECT, {"evidence.count": 3}),
        (Issue.CHARGED_TWICE, {}),
        (Issue.SIGNED_BY_OTHER, {"delivery.delivered": True, "carrier.silent": True}),
        (
            Issue.NO_REASON_RETURN,
            {"delivery.days_since": 3.0, "line.custom": True, "line.perishable": False, "line.no_return": False},
        ),
    ],
)
def test_nobody_is_found_responsible_without_a_proof(
    policy_slice: PolicySlice, issue: Issue, known: dict[str, JsonValue]
) -> None:
    assert find(policy_slice, issue, facts(known), NOW) is None
