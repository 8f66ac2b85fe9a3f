"""Which remedy is open to whom, until when, up to what, and who pays the freight: each yes and no with its rule (RES-1, RES-8)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cases import NOW, case, receipt
from fakes import order as an_order
from fakes import parcel, payment
from hypothesis import given
from hypothesis import strategies as st

from models.base import Bilingual, Money
from models.case import CaseState, Classification
from models.changes import ChangeKind
from models.eligibility import Entitlement
from models.findings import Finding
from models.history import LineGiven, OrderHistory
from models.lines import LineQuantity
from models.offers import RemedyOffer
from models.partners import Order, OrderLine, OrderStatus, Payment, Refund, RefundStatus, Shipment, ShipmentStatus
from models.policy import PolicySlice
from models.remedies import RefundPart, Remedy
from models.vocabulary import Issue, Party, Reimbursement, RemedyKind, Role
from rules.eligibility import Ask, eligible, most
from rules.facts import facts_of
from rules.remedies import unfit

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
ALL_KINDS, ALL_ISSUES = list(RemedyKind), list(Issue)


def line(line_id: str = "L1", *, quantity: int = 1, minor: int = 12_900, **change: object) -> OrderLine:
    base = OrderLine(
        line_id=line_id,
        sku=f"SKU-{line_id}",
        title="衬衫 Shirt",
        category="apparel",
        quantity=quantity,
        unit_price=Money(minor=minor // quantity),
        paid=Money(minor=minor),
    )
    return base.model_copy(update=change)


def order(*lines: OrderLine, **change: object) -> Order:
    bought = lines or (line(),)
    total = Money(minor=sum(one.paid.minor for one in bought))
    fields: dict[str, Any] = {"lines": bought, "total": total, "placed_at": NOW - 30 * DAY, **change}
    return an_order().model_copy(update=fields)


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
MERCHANT_LIABLE = Finding(party=Party.MERCHANT, confidence=1, basis=Bilingual(zh="缺陷", en="a defect"), at=NOW)


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


ONE_WEEK = delivered(7 * DAY - HOUR)
OVER_A_WEEK = delivered(7 * DAY)

TABLE: list[tuple[RemedyKind, Issue, dict[str, Any], str, bool]] = [
    # a return without a reason
    (RETURN, Issue.NO_REASON_RETURN, {"shipments": (ONE_WEEK,)}, "no-reason-7-days", True),
    (RETURN, Issue.NO_REASON_RETURN, {"shipments": (OVER_A_WEEK,)}, "no-reason-7-days", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("custom")}, "no-reason-custom", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("perishable")}, "no-reason-perishable", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("digital_opened")}, "no-reason-digital", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("hygiene")}, "no-reason-hygiene", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("no_return")}, "no-reason-marked", False),
    (RETURN, Issue.NO_REASON_RETURN, {"order": marked("promotional")}, "no-reason-7-days", True),
    # a return for a reason
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (ONE_WEEK,)}, "quality-return-7-days", True),
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (OVER_A_WEEK,)}, "quality-return-7-days", False),
    (RETURN, Issue.QUALITY_DEFECT, {"order": marked("custom")}, "quality-return-7-days", True),
    (RETURN, Issue.QUALITY_DEFECT, {"order": marked("perishable")}, "fresh-return-48-hours", True),
    (
        RETURN,
        Issue.QUALITY_DEFECT,
        {"order": marked("perishable"), "shipments": (delivered(3 * DAY),)},
        "fresh-return-48-hours",
        False,
    ),
    (RETURN, Issue.COUNTERFEIT_SUSPECTED, {"shipments": (delivered(90 * DAY),)}, "counterfeit-return", True),
    (RETURN, Issue.COUNTERFEIT_SUSPECTED, {"shipments": (delivered(366 * DAY),)}, "counterfeit-return", False),
    (RETURN, Issue.DAMAGED, {"shipments": (parcel(),)}, "quality-return-7-days", True),
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (), "order": order(status=OrderStatus.PAID)}, "not-shipped-yet", False),
    (RETURN, Issue.QUALITY_DEFECT, {"shipments": (LOST,)}, "nothing-arrived", False),
    (RETURN, Issue.QUALITY_DEFECT, {"order": order(status=OrderStatus.CANCELLED)}, "order-is-cancelled", False),
    # exchange
    (EXCHANGE, Issue.QUALITY_DEFECT, {"shipments": (delivered(15 * DAY - HOUR),)}, "exchange-15-days", True),
    (EXCHANGE, Issue.QUALITY_DEFECT, {"shipments": (delivered(15 * DAY),)}, "exchange-15-days", False),
    (EXCHANGE, Issue.SIZE_MISMATCH, {"order": marked("custom")}, "exchange-custom-size", False),
    (EXCHANGE, Issue.SIZE_MISMATCH, {"order": marked("custom"), "finding": MERCHANT_LIABLE}, "exchange-15-days", True),
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
    (REFUND, Issue.CHARGED_TWICE, {}, "money-left", False),
    # the rest
    (ADJUST, Issue.PRICE_DISPUTE, {}, "adjust-price", True),
    (ADJUST, Issue.PRICE_DISPUTE, {"order": marked("promotional")}, "adjust-promotional", True),
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
    assert late.until == NOW - DAY
    assert "are over" in late.reason.en
    on_its_way = told(ask(policy_slice, issue=Issue.NO_REASON_RETURN, shipments=(parcel(),)), RETURN)
    assert (on_its_way.allowed, on_its_way.until) == (True, None)
    half_there = ask(policy_slice, issue=Issue.NO_REASON_RETURN, shipments=(delivered(20 * DAY), parcel()))
    assert told(half_there, RETURN).allowed


def test_waiting_for_a_decision_costs_the_customer_no_right(policy_slice: PolicySlice) -> None:
    came = delivered(20 * DAY)
    assert told(ask(policy_slice, issue=Issue.QUALITY_DEFECT, shipments=(came,), asked_at=NOW - 15 * DAY), RETURN).allowed


@pytest.mark.parametrize(
    ("kind", "issue", "change", "minor"),
    [
        (RETURN, Issue.QUALITY_DEFECT, {}, 12_900),
        (REFUND, Issue.QUALITY_DEFECT, {}, 6_450),
        (REFUND, Issue.QUALITY_DEFECT, {"order": order(line(minor=4_999))}, 4_999),
        (REFUND, Issue.QUALITY_DEFECT, {"finding": MERCHANT_LIABLE}, 12_900),
        (REFUND, Issue.CHARGED_TWICE, {"payments": (payment(), payment(number=2))}, 12_900),
        (ADJUST, Issue.DELAY, {}, 6_450),
        (ADJUST, Issue.DELAY, {"order": marked("promotional")}, 2_580),
        (COUPON, Issue.DELAY, {}, 5_000),
        (EXCHANGE, Issue.QUALITY_DEFECT, {}, None),
        (RETURN, Issue.QUALITY_DEFECT, {"payments": (payment(minor=900),)}, 900),
        (RETURN, Issue.QUALITY_DEFECT, {"history": OrderHistory(refunded_minor=12_000)}, 900),
    ],
)
def test_amounts_end_at_the_rule_and_at_what_is_left(
    policy_slice: PolicySlice, kind: RemedyKind, issue: Issue, change: dict[str, Any], minor: int | None
) -> None:
    one = told(ask(policy_slice, issue=issue, **change), kind)
    assert (one.max_amount.minor if one.max_amount else None) == minor


def test_what_earlier_cases_took_is_not_open_again(policy_slice: PolicySlice) -> None:
    three = order(line(quantity=3, minor=9_000))
    two_gone = OrderHistory(
        taken=(LineQuantity(line_id="L1", quantity=2),), given=(LineGiven(line_id="L1", minor=6_000),), refunded_minor=6_000
    )
    one = told(ask(policy_slice, issue=Issue.QUALITY_DEFECT, order=three, history=two_gone), RETURN)
    assert (one.max_quantity, one.max_amount) == (1, Money(minor=3_000))
    all_gone = OrderHistory(taken=(LineQuantity(line_id="L1", quantity=3),))
    for kind in (RETURN, REFUND, EXCHANGE):
        gone = told(ask(policy_slice, issue=Issue.QUALITY_DEFECT, order=three, history=all_gone), kind)
        assert (gone.rule, gone.allowed, gone.firm) == ("pieces-left", False, True)
    assert told(ask(policy_slice, issue=Issue.QUALITY_DEFECT, order=three, history=all_gone), COUPON).allowed


def test_money_given_for_a_line_before_counts_against_its_limit(policy_slice: PolicySlice) -> None:
    before = OrderHistory(given=(LineGiven(line_id="L1", minor=4_000),), refunded_minor=4_000)
    two_lines = order(line(), line("L2"))
    asked = ask(policy_slice, issue=Issue.DELAY, order=two_lines, history=before)
    first, second = eligible(asked).lines
    amounts = [
        next(remedy.max_amount for remedy in one.remedies if remedy.kind is ADJUST and remedy.max_amount)
        for one in (first, second)
    ]
    assert amounts == [Money(minor=2_450), Money(minor=6_450)]


@pytest.mark.parametrize(
    ("issue", "finding", "payer", "rule"),
    [
        (Issue.NO_REASON_RETURN, None, Party.CUSTOMER, "freight-no-reason"),
        (Issue.NO_REASON_RETURN, Party.MERCHANT, Party.CUSTOMER, "freight-no-reason"),
        (Issue.QUALITY_DEFECT, Party.MERCHANT, Party.MERCHANT, "freight-liable"),
        (Issue.DAMAGED, Party.CARRIER, Party.CARRIER, "freight-liable"),
        (Issue.QUALITY_DEFECT, Party.CUSTOMER, Party.CUSTOMER, "freight-liable"),
        (Issue.DAMAGED, Party.SHARED, Party.MERCHANT, "freight-shared"),
        (Issue.SIZE_MISMATCH, Party.NONE, Party.CUSTOMER, "freight-size"),
        (Issue.SIZE_MISMATCH, None, Party.MERCHANT, "freight-not-known"),
        (Issue.QUALITY_DEFECT, None, Party.MERCHANT, "freight-not-known"),
        (Issue.QUALITY_DEFECT, Party.NONE, Party.MERCHANT, "freight-not-known"),
    ],
)
def test_whoever_is_liable_pays_the_freight(
    policy_slice: PolicySlice, issue: Issue, finding: Party | None, payer: Party, rule: str
) -> None:
    found = MERCHANT_LIABLE.model_copy(update={"party": finding}) if finding else None
    one = told(ask(policy_slice, issue=issue, finding=found), RETURN)
    assert (one.freight, one.freight_rule) == (payer, rule)
    assert one.freight_why is not None


def test_a_suggestion_that_does_not_decide_makes_nobody_liable(policy_slice: PolicySlice) -> None:
    unsure = MERCHANT_LIABLE.model_copy(update={"row": "weight-kept", "confidence": 0.75})
    asked = ask(policy_slice, issue=Issue.WRONG_ITEM, finding=unsure)
    assert (told(asked, REFUND).rule, told(asked, RETURN).freight_rule) == ("refund-in-part", "freight-not-known")


def test_goods_that_do_not_travel_have_no_freight(policy_slice: PolicySlice) -> None:
    assert told(ask(policy_slice, issue=Issue.QUALITY_DEFECT), REFUND).freight is None


def test_without_an_issue_each_rule_is_told_once_with_its_issues(policy_slice: PolicySlice) -> None:
    (shirt,) = eligible(ask(policy_slice)).lines
    returns = {one.rule: one for one in shirt.remedies if one.kind is RETURN}
    assert returns["no-reason-7-days"].issues == (Issue.NO_REASON_RETURN,)
    assert Issue.QUALITY_DEFECT in returns["quality-return-7-days"].issues
    assert len(shirt.remedies) < len(RemedyKind) * 4


def test_each_line_is_judged_by_its_own_marks(policy_slice: PolicySlice) -> None:
    mixed = order(line(), line("L2", marks=frozenset({"custom"})))
    first, second = eligible(ask(policy_slice, order=mixed, issue=Issue.NO_REASON_RETURN)).lines
    assert [next(one.allowed for one in told.remedies if one.kind is RETURN) for told in (first, second)] == [True, False]
    only = ask(policy_slice, order=mixed, issue=Issue.NO_REASON_RETURN, lines=(LineQuantity(line_id="L2"),))
    assert [told.line_id for told in eligible(only).lines] == ["L2"]


def test_the_whole_order_is_worth_its_total_with_freight(policy_slice: PolicySlice) -> None:
    bought = order(line(), line("L2"), total=Money(minor=26_600))
    asked = ask(policy_slice, order=bought, issue=Issue.QUALITY_DEFECT, finding=MERCHANT_LIABLE)
    assert most(asked, REFUND, ()) == 26_600
    assert most(asked, REFUND, (LineQuantity(line_id="L2"),)) == 12_900


@given(
    quantity=st.integers(1, 9),
    minor=st.integers(0, 50_000),
    taken=st.integers(0, 12),
    given_before=st.integers(0, 60_000),
    kind=st.sampled_from(ALL_KINDS),
    issue=st.sampled_from(ALL_ISSUES),
    liable=st.booleans(),
    days=st.integers(0, 30),
)
def test_nothing_is_ever_open_beyond_what_is_left(
    policy_slice: PolicySlice,
    *,
    quantity: int,
    minor: int,
    taken: int,
    given_before: int,
    kind: RemedyKind,
    issue: Issue,
    liable: bool,
    days: int,
) -> None:
    bought = order(line(quantity=quantity, minor=minor))
    history = OrderHistory(
        taken=(LineQuantity(line_id="L1", quantity=taken),) if taken else (),
        given=(LineGiven(line_id="L1", minor=given_before),),
        refunded_minor=given_before,
    )
    found = MERCHANT_LIABLE if liable else None
    asked = ask(policy_slice, order=bought, history=history, issue=issue, finding=found, shipments=(delivered(days * DAY),))
    for one in eligible(asked).lines[0].remedies:
        assert one.max_quantity <= max(quantity - taken, 0)
        if one.max_amount is not None and one.kind is not COUPON:
            assert 0 < one.max_amount.minor <= max(minor - given_before, 0)
        assert one.allowed or (one.max_quantity == 0 and one.max_amount is None)
    assert kind is COUPON or most(asked, kind, ()) <= minor


# ── what an offer meets ──────────────────────────────────────────────────────────────────────────────────────────────────


def state(issue: Issue, **change: Any) -> CaseState:
    bought: Order = change.pop("order", order())
    taken = receipt(lines=change.pop("lines", ()))
    fields: dict[str, Any] = {
        "order": bought,
        "payments": (payment(minor=bought.total.minor),),
        "shipments": (delivered(DAY),),
        "classification": Classification(issue=issue, confidence=1, by="customer"),
        **change,
    }
    seen = {name: fields[name] for name in ("order", "shipments", "payments")}
    fields.setdefault("facts", facts_of(**seen, lines=(), requests=(), sayings=(), evidence=0, now=NOW))
    return case(**fields).model_copy(update={"receipt": taken})


def offer(kind: RemedyKind, minor: int | None = None, *lines: LineQuantity) -> RemedyOffer:
    return RemedyOffer(kind=kind, amount=None if minor is None else Money(minor=minor), lines=lines)


def test_an_agent_keeps_to_the_rule_and_reads_it_in_the_refusal(policy_slice: PolicySlice) -> None:
    case_ = state(Issue.QUALITY_DEFECT)
    said = unfit(case_, policy_slice, (offer(REFUND, 6_451),), Role.AGENT)
    assert said is not None
    assert "6450" in said.en
    assert "(rule refund-in-part)" in said.en
    assert "（规则 refund-in-part）" in said.zh
    assert unfit(case_, policy_slice, (offer(REFUND, 6_450),), Role.AGENT) is None


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.SUPERVISOR])
def test_a_merchant_and_a_supervisor_may_give_more_but_never_what_is_not_there(policy_slice: PolicySlice, role: Role) -> None:
    case_ = state(Issue.QUALITY_DEFECT)
    assert unfit(case_, policy_slice, (offer(REFUND, 12_900),), role) is None
    too_much = unfit(case_, policy_slice, (offer(REFUND, 12_901),), role)
    assert too_much is not None
    assert "money-left" in too_much.en


def test_a_supervisor_may_allow_what_is_too_late_and_an_agent_may_not(policy_slice: PolicySlice) -> None:
    late = state(Issue.PRICE_DISPUTE, order=marked("promotional"))
    generous = (offer(ADJUST, 5_000),)
    assert unfit(late, policy_slice, generous, Role.SUPERVISOR) is None
    said = unfit(late, policy_slice, generous, Role.AGENT)
    assert said is not None
    assert "adjust-promotional" in said.en


def test_no_remedy_is_offered_for_lines_that_were_not_bought(policy_slice: PolicySlice) -> None:
    said = unfit(state(Issue.LOST), policy_slice, (offer(REFUND, 100, LineQuantity(line_id="L9")),), Role.SUPERVISOR)
    assert said is not None
    assert "no line L9; it has L1" in said.en


def test_words_are_free_also_when_the_case_names_a_line_that_was_not_bought(policy_slice: PolicySlice) -> None:
    sorry = RemedyOffer(kind=RemedyKind.APOLOGY, words="Sorry.")
    assert unfit(state(Issue.LOST, lines=(LineQuantity(line_id="L9"),)), policy_slice, (sorry,)) is None


def part(minor: int, reimbursement: Reimbursement) -> RefundPart:
    return RefundPart(key="RD-1.m1.1.1", payment_id="P-O-1-1", amount=Money(minor=minor), reimbursement=reimbursement)


@pytest.mark.parametrize(
    ("reimbursement", "left"), [(Reimbursement.ARRIVED, 2_900), (Reimbursement.REQUESTED, 2_900), (Reimbursement.FAILED, 12_900)]
)
def test_a_case_that_is_open_again_counts_what_it_gave_itself(
    policy_slice: PolicySlice, reimbursement: Reimbursement, left: int
) -> None:
    before = Remedy(id="m1", kind=REFUND, amount=Money(minor=10_000), parts=(part(10_000, reimbursement),))
    case_ = state(Issue.LOST, remedies=(before,))
    assert eligible(Ask.of(case_, policy_slice)).left.minor == left


def test_a_refund_that_the_payments_show_already_counts_once(policy_slice: PolicySlice) -> None:
    before = Remedy(id="m1", kind=REFUND, amount=Money(minor=10_000), parts=(part(10_000, Reimbursement.ARRIVED),))
    shown = Refund(
        refund_id="R-1",
        key="RD-1.m1.1.1",
        payment_id="P-O-1-1",
        order_id="O-1",
        amount=Money(minor=10_000),
        status=RefundStatus.ARRIVED,
        reference="RD-1",
    )
    charged: Payment = payment().model_copy(update={"refunds": (shown,)})
    case_ = state(Issue.LOST, remedies=(before,), payments=(charged,))
    assert eligible(Ask.of(case_, policy_slice)).left.minor == 2_900
