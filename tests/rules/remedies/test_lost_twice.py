"""Goods that did not come are made good once, over all cases of the order (RES-1)."""

from typing import Any

import pytest

from models.case.history import LineGiven, OrderHistory
from models.case.recalled import Recalled
from models.case.state import CaseState
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import Issue, RemedyKind, Role
from models.policy.policy import PolicySlice
from rules.money.goods import history_of
from rules.remedies.ask import Ask
from rules.remedies.eligibility import most
from rules.remedies.limits import unfit
from tests.support.builders.cases import NOW, classified
from tests.support.builders.eligibility import DAY, LOST, REFUND, RESHIP, RETURN, ask, delivered, order, told
from tests.support.builders.orders import line, payment
from tests.support.builders.remedies import offer, remedy

ONE, TWO = (LineQuantity(line_id="L1", quantity=1),), (LineQuantity(line_id="L1", quantity=2),)
THREE = order(line(quantity=3, minor=9_000))
ONE_LOST = (LOST.model_copy(update={"lines": ONE}), delivered(DAY, tracking="T-2").model_copy(update={"lines": TWO}))


def after(*cases: CaseState) -> OrderHistory:
    return history_of(
        Recalled(taken=(), moved=(), of_order=cases, cases_of_customer=0, found_against_customer=0, given=()), "CNY", NOW
    )


def lost(kind: RemedyKind, minor: int | None = None, *lines: LineQuantity, issue: Issue = Issue.LOST, **change: Any) -> CaseState:
    """A case about goods that did not come, and what it gave."""
    return classified(issue, order=THREE, remedies=(remedy(kind, minor, lines=lines, **change),))


def second(policy: PolicySlice, *earlier: CaseState, issue: Issue = Issue.LOST) -> Ask:
    return ask(policy, issue=issue, order=THREE, shipments=ONE_LOST, history=after(*earlier))


def test_the_first_case_about_one_lost_piece_of_three_gets_that_piece(policy_slice: PolicySlice) -> None:
    asked = second(policy_slice)
    assert (told(asked, REFUND).max_amount, told(asked, RESHIP).max_quantity) == (Money(minor=3_000), 1)


@pytest.mark.parametrize("issue", [Issue.LOST, Issue.SIGNED_BY_OTHER, Issue.TRACKING_STALLED])
def test_a_lost_piece_that_was_refunded_is_refunded_once_though_the_others_are_left(
    policy_slice: PolicySlice, issue: Issue
) -> None:
    asked = second(policy_slice, lost(REFUND, 3_000, *ONE, issue=issue))
    assert (told(asked, REFUND).allowed, most(asked, REFUND, ONE)) == (False, 0)


@pytest.mark.parametrize("change", [{}, {"done_at": None}])
@pytest.mark.parametrize("kind", [REFUND, RESHIP])
def test_a_lost_piece_that_was_sent_again_is_neither_refunded_nor_sent_once_more(
    policy_slice: PolicySlice, kind: RemedyKind, change: dict[str, Any]
) -> None:
    one = told(second(policy_slice, lost(RESHIP, None, *ONE, **change)), kind)
    assert (one.allowed, one.firm) == (False, False)
    assert "sent again" in one.reason.en


def test_a_whole_order_that_was_sent_again_is_not_refunded_for_the_first_parcel(policy_slice: PolicySlice) -> None:
    bought = order()
    earlier = classified(Issue.LOST, order=bought, remedies=(remedy(RESHIP, None),))
    asked = ask(policy_slice, issue=Issue.LOST, order=bought, shipments=(LOST,), history=after(earlier))
    assert not told(asked, REFUND).allowed


def test_sending_again_that_came_to_nothing_is_in_the_way_of_no_refund(policy_slice: PolicySlice) -> None:
    asked = second(policy_slice, lost(RESHIP, None, *ONE, done_at=None, undone="stock_gone"))
    assert told(asked, REFUND).max_amount == Money(minor=3_000)


def test_goods_that_came_the_second_time_may_be_sent_back_for_a_defect(policy_slice: PolicySlice) -> None:
    asked = second(policy_slice, lost(RESHIP, None, *ONE), issue=Issue.QUALITY_DEFECT)
    assert told(asked, RETURN).max_quantity == 3


def test_money_for_another_piece_takes_nothing_from_the_lost_one(policy_slice: PolicySlice) -> None:
    asked = second(policy_slice, lost(REFUND, 3_000, *ONE, issue=Issue.QUALITY_DEFECT))
    assert told(asked, REFUND).max_amount == Money(minor=3_000)


def test_the_same_case_opened_again_gives_what_it_gave_no_second_time_but_by_a_supervisor(policy_slice: PolicySlice) -> None:
    case = lost(RESHIP, None, *ONE).model_copy(update={"shipments": ONE_LOST, "payments": (payment(minor=9_000),)})
    again = (offer(REFUND, 3_000, *ONE),)
    assert unfit(case, policy_slice, again, Role.AGENT) is not None
    assert unfit(case, policy_slice, again, Role.SUPERVISOR) is None


def test_a_history_of_before_counts_nothing_sent_again() -> None:
    assert OrderHistory.model_validate({"given": [LineGiven(line_id="L1", minor=1)]}).sent_again == ()
