"""INV-1, INV-4, RES-1, RES-8: every issue of CLS-1 from its facts to a finding, to what may be offered, and who pays the freight."""

from typing import Any

import pytest
from pydantic import JsonValue

from models.common.partners import OrderStatus
from models.common.vocabulary import Issue, Party, RemedyKind
from models.policy.policy import PolicySlice
from rules.facts.liability import decisive, find
from rules.remedies.eligibility import eligible
from rules.remedies.freight import freight_row
from tests.support.builders.cases import NOW
from tests.support.builders.eligibility import (
    ADJUST,
    CANCEL,
    DAY,
    EXCHANGE,
    HOUR,
    LOST,
    REFUND,
    REPAIR,
    RESHIP,
    RETURN,
    ask,
    delivered,
    order,
)
from tests.support.builders.facts import facts
from tests.support.builders.orders import line, parcel, payment

CHANGE, CREDIT, IMPROVEMENT = RemedyKind.ORDER_CHANGED, RemedyKind.STORE_CREDIT, RemedyKind.SERVICE_IMPROVEMENT
ALWAYS = {RemedyKind.COUPON, RemedyKind.APOLOGY, RemedyKind.EXPLANATION}

DELIVERED: dict[str, Any] = {}
ON_THE_WAY: dict[str, Any] = {"shipments": (parcel(shipped_at=NOW - 9 * DAY),)}
GONE: dict[str, Any] = {"shipments": (LOST,)}
BEFORE_SHIPPING: dict[str, Any] = {"order": order(status=OrderStatus.PAID, placed_at=NOW - HOUR), "shipments": ()}
UNDER_WARRANTY: dict[str, Any] = {"order": order(line(warranty_months=12)), "shipments": (delivered(60 * DAY),)}
PAID_TWICE: dict[str, Any] = {"payments": (payment(minor=12_900), payment(number=2, minor=12_900))}

Row = tuple[Issue, dict[str, Any], dict[str, JsonValue], Party, bool, set[RemedyKind], Party]

TABLE: list[Row] = [
    (
        Issue.QUALITY_DEFECT,
        DELIVERED,
        {"merchant.admits": True},
        Party.MERCHANT,
        True,
        {REFUND, CREDIT, RETURN, EXCHANGE, ADJUST},
        Party.MERCHANT,
    ),
    (
        Issue.NOT_AS_DESCRIBED,
        DELIVERED,
        {"merchant.admits": True},
        Party.MERCHANT,
        True,
        {REFUND, CREDIT, RETURN, EXCHANGE, ADJUST},
        Party.MERCHANT,
    ),
    (
        Issue.SIZE_MISMATCH,
        DELIVERED,
        {"merchant.admits": True},
        Party.MERCHANT,
        True,
        {REFUND, CREDIT, RETURN, EXCHANGE, ADJUST},
        Party.MERCHANT,
    ),
    (
        Issue.COUNTERFEIT_SUSPECTED,
        DELIVERED,
        {"merchant.silent": True},
        Party.MERCHANT,
        True,
        {REFUND, CREDIT, RETURN},
        Party.MERCHANT,
    ),
    (
        Issue.WARRANTY_REPAIR,
        UNDER_WARRANTY,
        {"line.warranted": True, "line.warranty_left_days": 40.0},
        Party.MERCHANT,
        False,
        {REFUND, CREDIT, REPAIR, ADJUST},
        Party.MERCHANT,
    ),
    (
        Issue.NO_REASON_RETURN,
        DELIVERED,
        {
            "delivery.days_counted": 3,
            "line.custom": False,
            "line.perishable": False,
            "line.hygiene": False,
            "line.digital_opened": False,
            "line.no_return": False,
        },
        Party.CUSTOMER,
        True,
        {REFUND, CREDIT, RETURN, EXCHANGE},
        Party.CUSTOMER,
    ),
    (
        Issue.DELAY,
        ON_THE_WAY,
        {"delivery.late_hours": 30.0, "shipment.shipped_late_hours": -50.0},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, RESHIP, ADJUST},
        Party.CARRIER,
    ),
    (
        Issue.DAMAGED,
        DELIVERED,
        {"carrier.admits": True, "merchant.admits": False},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, RETURN, EXCHANGE, RESHIP, ADJUST},
        Party.CARRIER,
    ),
    (
        Issue.SOILED,
        DELIVERED,
        {"carrier.admits": True},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, RETURN, EXCHANGE, ADJUST},
        Party.CARRIER,
    ),
    (
        Issue.LOST,
        GONE,
        {"shipment.exists": True, "shipment.count": 1, "shipment.status": "lost"},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, RESHIP, ADJUST},
        Party.CARRIER,
    ),
    (
        Issue.WRONG_ITEM,
        DELIVERED,
        {"merchant.admits": True, "evidence.count": 1},
        Party.MERCHANT,
        True,
        {REFUND, CREDIT, RETURN, EXCHANGE, RESHIP, ADJUST},
        Party.MERCHANT,
    ),
    (
        Issue.MISSING_ITEM,
        DELIVERED,
        {"shipment.weight_loss_grams": 300, "evidence.count": 1},
        Party.CARRIER,
        False,
        {REFUND, CREDIT, RESHIP, ADJUST},
        Party.MERCHANT,
    ),
    (
        Issue.TRACKING_STALLED,
        ON_THE_WAY,
        {"shipment.hours_without_scan": 130.0},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, RESHIP, ADJUST},
        Party.CARRIER,
    ),
    (
        Issue.TRACKING_WRONG,
        DELIVERED,
        {"carrier.silent": True, "delivery.proved": False},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, RESHIP, ADJUST},
        Party.CARRIER,
    ),
    (
        Issue.PICKUP_POINT,
        DELIVERED,
        {"shipment.pickup_point_without_consent": True},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, ADJUST, IMPROVEMENT},
        Party.CARRIER,
    ),
    (
        Issue.SIGNED_BY_OTHER,
        DELIVERED,
        {"shipment.signed_by_other": True},
        Party.CARRIER,
        True,
        {REFUND, CREDIT, RESHIP, ADJUST},
        Party.CARRIER,
    ),
    (
        Issue.CANCEL,
        BEFORE_SHIPPING,
        {"order.status": "paid", "shipment.exists": False, "line.custom": False},
        Party.NONE,
        True,
        {REFUND, CANCEL},
        Party.MERCHANT,
    ),
    (
        Issue.CHANGE,
        BEFORE_SHIPPING,
        {"order.status": "paid", "shipment.exists": False, "line.custom": False},
        Party.NONE,
        True,
        {REFUND, ADJUST, CANCEL, CHANGE},
        Party.MERCHANT,
    ),
    (
        Issue.CHARGED_TWICE,
        PAID_TWICE,
        {"payment.captured_count": 2, "payment.duplicate_minor": 12900},
        Party.PLATFORM,
        True,
        {REFUND},
        Party.PLATFORM,
    ),
    (
        Issue.REFUND_NOT_ARRIVED,
        DELIVERED,
        {"payment.refund_pending_hours": 200.0},
        Party.PLATFORM,
        True,
        {REFUND},
        Party.PLATFORM,
    ),
    (Issue.PRICE_DISPUTE, DELIVERED, {"payment.overcharged_minor": 300}, Party.PLATFORM, True, {REFUND, ADJUST}, Party.PLATFORM),
    (Issue.MERCHANT_ATTITUDE, DELIVERED, {"merchant.admits": True}, Party.MERCHANT, True, {ADJUST, IMPROVEMENT}, Party.MERCHANT),
    (Issue.PLATFORM_ATTITUDE, DELIVERED, {"evidence.count": 1}, Party.PLATFORM, False, {IMPROVEMENT}, Party.MERCHANT),
    (Issue.CARRIER_ATTITUDE, DELIVERED, {"carrier.admits": True}, Party.CARRIER, True, {ADJUST, IMPROVEMENT}, Party.CARRIER),
    (
        Issue.SLOW_RESPONSE,
        DELIVERED,
        {"service.missed_by_platform": 1, "service.missed_by_merchant": 1},
        Party.PLATFORM,
        False,
        {IMPROVEMENT},
        Party.MERCHANT,
    ),
    (
        Issue.PROMISE_NOT_KEPT,
        DELIVERED,
        {"merchant.admits": True},
        Party.MERCHANT,
        True,
        {REFUND, CREDIT, ADJUST, IMPROVEMENT},
        Party.MERCHANT,
    ),
    (
        Issue.PLATFORM_RULE,
        DELIVERED,
        {"order.status": "delivered", "line.no_return": True},
        Party.CUSTOMER,
        False,
        {IMPROVEMENT},
        Party.MERCHANT,
    ),
]
"""The issue, the order as it is, what decides; who is responsible and whether that stands; what may be offered besides words and a
coupon; who pays the freight."""


@pytest.mark.parametrize("row", TABLE, ids=[row[0].value for row in TABLE])
def test_facts_lead_to_a_finding_and_the_finding_to_options(policy_slice: PolicySlice, row: Row) -> None:
    issue, state, known, party, stands, offered, freight = row
    finding = find(policy_slice, issue, facts(known), NOW)
    assert finding is not None
    assert (finding.party, decisive(policy_slice, finding)) == (party, stands)
    (told,) = eligible(ask(policy_slice, issue=issue, finding=finding, **state)).lines
    assert {remedy.kind for remedy in told.remedies if remedy.allowed} == offered | ALWAYS
    assert all(remedy.rule and remedy.reason.zh and remedy.reason.en for remedy in told.remedies)
    assert freight_row(policy_slice, issue, finding if stands else None)[1] is freight


def test_no_issue_is_left_out() -> None:
    assert {row[0] for row in TABLE} == set(Issue)
