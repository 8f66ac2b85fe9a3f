"""Which remedy is open to whom, until when, up to what, and who pays the freight: each yes and no with its rule (RES-1, RES-8)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.common.base import Money
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.order_change import ChangeKind
from tests.support.builders.cases import NOW
from tests.support.builders.eligibility import (
    ADJUST,
    CANCEL,
    COUPON,
    DAY,
    EXCHANGE,
    HOUR,
    LOST,
    MERCHANT_LIABLE,
    REFUND,
    REPAIR,
    RESHIP,
    RETURN,
    ask,
    delivered,
    marked,
    order,
    told,
)
from tests.support.builders.orders import line, parcel, payment

ONE_WEEK = delivered(7 * DAY + 16 * HOUR)
"""Asked in the afternoon of the seventh day, which lasts until 24:00: in time, though more than 168 hours have passed."""
OVER_A_WEEK = delivered(7 * DAY + 18 * HOUR)
"""Delivered late on the day before."""

FREIGHT = RemedyKind.FREIGHT_REFUND
WITH_FREIGHT = order(total=Money(minor=13_700), freight=Money(minor=800))

TABLE: list[tuple[RemedyKind, Issue, dict[str, Any], str, bool]] = [
    # a return without a reason
    (RETURN, Issue.NO_REASON_RETURN, {"shipments": (ONE_WEEK,)}, "no-reason-return", True),
    (RETURN, Issue.NO_REASON_RETURN, {"shipments": (OVER_A_WEEK,)}, "no-reason-return", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("custom")}, "no-reason-custom", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("perishable")}, "no-reason-perishable", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("digital_opened")}, "no-reason-digital", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("hygiene")}, "no-reason-hygiene", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("no_return")}, "no-reason-marked", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("promotional")}, "no-reason-return", True),
    (RETURN, Issue.NO_REASON_RETURN, {"shipments": (parcel(),)}, "not-arrived-yet", False),
    # a return for a reason
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (ONE_WEEK,)}, "quality-return", True),
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (OVER_A_WEEK,)}, "quality-return", False),
    (RETURN, Issue.QUALITY_DEFECT, {"order": marked("custom")}, "quality-return", True),
    (RETURN, Issue.QUALITY_DEFECT, {"order": marked("perishable")}, "fresh-return", True),
    (
        RETURN,
        Issue.QUALITY_DEFECT,
        {"order": marked("perishable"), "shipments": (delivered(3 * DAY),)},
        "fresh-return",
        False,
    ),
    (RETURN, Issue.COUNTERFEIT_SUSPECTED, {"shipments": (delivered(90 * DAY),)}, "counterfeit-return", True),
    (RETURN, Issue.COUNTERFEIT_SUSPECTED, {"shipments": (delivered(366 * DAY),)}, "counterfeit-return", False),
    (RETURN, Issue.DAMAGED, {"shipments": (parcel(),)}, "quality-return", True),
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (), "order": order(status=OrderStatus.PAID)}, "not-shipped-yet", False),
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (LOST,)}, "nothing-arrived", False),
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (parcel(status=ShipmentStatus.RETURNED),)}, "went-back", False),
    (RETURN, Issue.QUALITY_DEFECT, {"order": order(status=OrderStatus.CANCELLED)}, "order-is-cancelled", False),
    # exchange
    (EXCHANGE, Issue.QUALITY_DEFECT, {"shipments": (delivered(15 * DAY + 16 * HOUR),)}, "exchange", True),
    (EXCHANGE, Issue.QUALITY_DEFECT, {"shipments": (delivered(15 * DAY + 18 * HOUR),)}, "exchange", False),
    (EXCHANGE, Issue.SIZE_MISMATCH, {"order": marked("custom")}, "exchange-custom-size", False),
    (EXCHANGE, Issue.SIZE_MISMATCH, {"order": marked("custom"), "finding": MERCHANT_LIABLE}, "exchange", True),
    # another size or colour of goods without a fault
    (EXCHANGE, Issue.NO_REASON_RETURN, {"shipments": (ONE_WEEK,)}, "no-reason-exchange", True),
    (EXCHANGE, Issue.NO_REASON_RETURN, {"shipments": (OVER_A_WEEK,)}, "no-reason-exchange", False),
    (EXCHANGE, Issue.NO_REASON_RETURN, {"order": marked("custom")}, "no-reason-custom", False),
    (EXCHANGE, Issue.NO_REASON_RETURN, {"order": marked("hygiene")}, "no-reason-hygiene", False),
    (EXCHANGE, Issue.NO_REASON_RETURN, {"shipments": (parcel(),)}, "not-arrived-yet", False),
    # repair
    (REPAIR, Issue.WARRANTY_REPAIR, {"order": marked(warranty_months=6)}, "repair-in-warranty", True),
    (
        REPAIR,
        Issue.WARRANTY_REPAIR,
        {"order": marked(category="electronics"), "shipments": (delivered(300 * DAY),)},
        "repair-in-warranty",
        True,
    ),
    (
        REPAIR,
        Issue.WARRANTY_REPAIR,
        {"order": marked(warranty_months=3, category="electronics"), "shipments": (delivered(100 * DAY),)},
        "repair-after-warranty",
        True,
    ),
    (REPAIR, Issue.QUALITY_DEFECT, {}, "repair-no-warranty", False),
    (REPAIR, Issue.QUALITY_DEFECT, {"order": marked(category="home"), "shipments": (parcel(),)}, "repair-before-arrival", True),
    # sent again
    (RESHIP, Issue.LOST, {"shipments": (LOST,)}, "reship-lost", True),
    (RESHIP, Issue.LOST, {}, "reship-arrived", False),
    (RESHIP, Issue.LOST, {"shipments": (), "order": order(status=OrderStatus.PAID)}, "not-shipped-yet", False),
    (RESHIP, Issue.MISSING_ITEM, {}, "reship-short-or-wrong", True),
    (RESHIP, Issue.WRONG_ITEM, {"shipments": (OVER_A_WEEK,)}, "reship-short-or-wrong", False),
    (RESHIP, Issue.SIGNED_BY_OTHER, {"finding": MERCHANT_LIABLE}, "reship-liable", True),
    (RESHIP, Issue.SIGNED_BY_OTHER, {"finding": MERCHANT_LIABLE, "shipments": (delivered(16 * DAY),)}, "reship-liable", False),
    (RESHIP, Issue.DELAY, {"shipments": (parcel(status=ShipmentStatus.RETURNED),)}, "reship-returned", True),
    # before shipping
    (CANCEL, Issue.CANCEL, {"shipments": (), "order": order(status=OrderStatus.PAID)}, "before-shipping", True),
    (CANCEL, Issue.CANCEL, {}, "shipped-already", False),
    (CANCEL, Issue.DELAY, {"shipments": (parcel(),)}, "shipped-already", False),
    (RemedyKind.ORDER_CHANGED, Issue.CHANGE, {"shipments": (), "order": order(status=OrderStatus.PAID)}, "before-shipping", True),
    (RemedyKind.ORDER_CHANGED, Issue.CHANGE, {}, "shipped-already", False),
    (
        CANCEL,
        Issue.CANCEL,
        {"shipments": (), "order": marked("custom", status=OrderStatus.PAID, promised_at=NOW + DAY)},
        "changes",
        False,
    ),
    # money back without the goods
    (REFUND, Issue.LOST, {"shipments": (LOST,)}, "refund-lost", True),
    (REFUND, Issue.QUALITY_DEFECT, {"finding": MERCHANT_LIABLE}, "refund-liable", True),
    (REFUND, Issue.QUALITY_DEFECT, {}, "refund-in-part", True),
    (REFUND, Issue.CANCEL, {"shipments": (), "order": order(status=OrderStatus.PAID)}, "refund-not-shipped", True),
    (REFUND, Issue.CHARGED_TWICE, {"payments": (payment(), payment(number=2))}, "charged-twice", True),
    (REFUND, Issue.CHARGED_TWICE, {}, "charged-twice", False),
    # the rest
    (ADJUST, Issue.PRICE_DISPUTE, {}, "adjust-price", True),
    (ADJUST, Issue.PRICE_DISPUTE, {"order": marked("promotional")}, "adjust-promotional", True),
    (FREIGHT, Issue.DELAY, {"order": WITH_FREIGHT, "finding": MERCHANT_LIABLE}, "freight-alone", True),
    (FREIGHT, Issue.DELAY, {"order": WITH_FREIGHT}, "freight-not-found", False),
    (COUPON, Issue.DELAY, {}, "coupon-goodwill", True),
    (RemedyKind.APOLOGY, Issue.CHARGED_TWICE, {}, "words-always", True),
    (RemedyKind.EXPLANATION, Issue.PLATFORM_RULE, {}, "words-always", True),
    (RemedyKind.SERVICE_IMPROVEMENT, Issue.MERCHANT_ATTITUDE, {}, "words-always", True),
    # what no row can give
    (REPAIR, Issue.LOST, {}, "remedy-of-issue", False),
    (REFUND, Issue.LOST, {"shipments": (LOST,), "payments": ()}, "money-left", False),
]


@pytest.mark.parametrize(("kind", "issue", "change", "rule", "allowed"), TABLE)
def test_every_yes_and_no_names_its_rule(
    policy_slice: PolicySlice, *, kind: RemedyKind, issue: Issue, change: dict[str, Any], rule: str, allowed: bool
) -> None:
    one = told(ask(policy_slice, issue=issue, **change), kind)
    assert (one.rule, one.allowed) == (rule, allowed), one.reason.en
    assert one.reason.zh
    assert one.reason.en
    assert (one.max_quantity > 0) is allowed


def test_the_table_of_tests_knows_every_rule_of_the_policy(policy_slice: PolicySlice) -> None:
    elsewhere = {"reship-stalled"}  # below
    assert {row.id for row in policy_slice.eligibility.rules} - {rule for *_, rule, _ in TABLE} == elsewhere


def test_which_changes_are_open_depends_on_the_goods(policy_slice: PolicySlice) -> None:
    fresh = {"status": OrderStatus.PAID, "promised_at": NOW + DAY, "placed_at": NOW - HOUR}
    plain = ask(policy_slice, issue=Issue.CHANGE, shipments=(), order=order(**fresh))
    custom = ask(policy_slice, issue=Issue.CHANGE, shipments=(), order=order(line(marks=frozenset({"custom"})), **fresh))
    assert set(told(plain, RemedyKind.ORDER_CHANGED).changes) == set(ChangeKind) - {ChangeKind.CANCEL}
    assert set(told(custom, RemedyKind.ORDER_CHANGED).changes) == set(ChangeKind) - {ChangeKind.CANCEL, ChangeKind.ITEMS}


def test_a_parcel_without_a_scan_for_days_may_be_sent_again(policy_slice: PolicySlice) -> None:
    stalled = parcel(scans=tuple(scan.model_copy(update={"at": NOW - 6 * DAY}) for scan in parcel().scans))
    assert told(ask(policy_slice, issue=Issue.TRACKING_STALLED, shipments=(stalled,)), RESHIP).rule == "reship-stalled"


def test_a_time_limit_names_its_end_and_begins_with_delivery(policy_slice: PolicySlice) -> None:
    late = told(ask(policy_slice, issue=Issue.NO_REASON_RETURN, shipments=(delivered(8 * DAY),)), RETURN)
    assert (late.until, late.last_day) == (datetime(2026, 3, 1, 16, tzinfo=UTC), date(2026, 3, 1))  # 24:00 in Shanghai
    assert "are over" in late.reason.en
    on_its_way = told(ask(policy_slice, issue=Issue.DAMAGED, shipments=(parcel(),)), RETURN)
    assert (on_its_way.allowed, on_its_way.until) == (True, None)
    half_there = ask(policy_slice, issue=Issue.NO_REASON_RETURN, shipments=(delivered(20 * DAY), parcel()))
    assert told(half_there, RETURN).allowed


def test_waiting_for_a_decision_costs_the_customer_no_right(policy_slice: PolicySlice) -> None:
    came = delivered(20 * DAY)
    assert told(ask(policy_slice, issue=Issue.QUALITY_DEFECT, shipments=(came,), asked_at=NOW - 15 * DAY), RETURN).allowed
