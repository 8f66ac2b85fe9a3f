"""Amounts, pieces and freight: by the rules, and never beyond what is left (RES-1, RES-8)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case.history import LineGiven, OrderHistory
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import Issue, Party, RemedyKind
from models.policy.policy import PolicySlice
from rules.remedies.eligibility import eligible, most
from tests.support.builders.eligibility import (
    ADJUST,
    COUPON,
    DAY,
    EXCHANGE,
    MERCHANT_LIABLE,
    REFUND,
    RETURN,
    ask,
    delivered,
    marked,
    order,
    told,
)
from tests.support.builders.orders import line, payment

ALL_KINDS, ALL_ISSUES = list(RemedyKind), list(Issue)


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
        (RETURN, Issue.QUALITY_DEFECT, {"payments": (payment(minor=900), payment(number=2, currency="USD"))}, 900),
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
    ("situation", "minor", "given_before", "ones"),
    [
        ("nothing given before", 10_000, 0, [3_333, 3_333, 3_334]),
        ("one piece refunded, which stays", 10_000, 3_333, [3_333, 3_333, 1]),
        ("a tenth off all three", 10_000, 1_000, [3_333, 3_333, 2_334]),
        ("all of it refunded", 10_000, 10_000, [0, 0, 0]),
    ],
)
def test_what_was_given_for_some_pieces_is_in_the_way_of_no_other_and_all_together_get_the_whole_once(
    policy_slice: PolicySlice, situation: str, minor: int, given_before: int, ones: list[int]
) -> None:
    bought = order(line(quantity=3, minor=minor))
    back: list[int] = []
    for taken in range(3):
        given_now = given_before + sum(back)
        history = OrderHistory(
            taken=(LineQuantity(line_id="L1", quantity=taken),) if taken else (),
            given=(LineGiven(line_id="L1", minor=given_now),) if given_now else (),
        )
        asked = ask(policy_slice, issue=Issue.QUALITY_DEFECT, order=bought, history=history, finding=MERCHANT_LIABLE)
        back.append(most(asked, RETURN, (LineQuantity(line_id="L1"),)))
    assert back == ones, situation
    assert sum(back) + given_before == minor


def test_a_piece_that_came_in_exchange_counts_like_any_other(policy_slice: PolicySlice) -> None:
    bought, back = order(line(quantity=3, minor=10_000)), list[int]()
    for taken in range(3):
        history = OrderHistory(
            taken=(LineQuantity(line_id="L1", quantity=taken),) if taken else (),
            given=(LineGiven(line_id="L1", minor=sum(back)),) if back else (),
            exchanged=(LineQuantity(line_id="L1"),),
        )
        asked = ask(policy_slice, issue=Issue.QUALITY_DEFECT, order=bought, history=history, finding=MERCHANT_LIABLE)
        back.append(most(asked, RETURN, (LineQuantity(line_id="L1"),)))
    assert back == [3_333, 3_334, 3_333]


@given(st.integers(1, 10**7), st.permutations(range(5)), st.integers(1, 5), st.sampled_from([RETURN, ADJUST]))
def test_pieces_asked_about_one_after_another_get_what_all_of_them_would(
    policy_slice: PolicySlice, minor: int, sizes: list[int], lines: int, kind: RemedyKind
) -> None:
    """Three shirts of 100.00 together, sent back one at a time: 33.33, 33.33 and 33.34."""
    quantities = [size + 1 for size in sizes[:lines]]
    bought = order(line(quantity=sum(quantities), minor=minor))
    together = most(ask(policy_slice, issue=Issue.DELAY, order=bought, finding=MERCHANT_LIABLE), kind, ())
    taken = given = 0
    for quantity in quantities:
        history = OrderHistory(
            taken=(LineQuantity(line_id="L1", quantity=taken),) if taken else (),
            given=(LineGiven(line_id="L1", minor=given),) if kind is RETURN else (),
            refunded_minor=given,
        )
        asked = ask(policy_slice, issue=Issue.DELAY, order=bought, history=history, finding=MERCHANT_LIABLE)
        given += most(asked, kind, (LineQuantity(line_id="L1", quantity=quantity),))
        taken += quantity
    assert given == together


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
    assert returns["no-reason-return"].issues == (Issue.NO_REASON_RETURN,)
    assert Issue.QUALITY_DEFECT in returns["quality-return"].issues
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
            assert min(minor, 1) <= one.max_amount.minor <= max(minor - given_before, 0)
        assert one.allowed or (one.max_quantity == 0 and one.max_amount is None)
    assert kind is COUPON or most(asked, kind, ()) <= minor
