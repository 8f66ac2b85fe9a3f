"""What resolves without a person (RES-10), what waits for another one (RES-4): every limit from both sides."""

from datetime import timedelta

import pytest

from models.case.history import OrderHistory
from models.case.receipt import Wanted
from models.chargebacks.state import ChargebackRef, ChargebackState
from models.common.actors import Actor
from models.common.base import Money
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, Kind, Party, RemedyKind, Role
from models.policy.policy import PolicySlice
from models.remedies.remedy import Remedy
from rules.case.automatic import drawn_by_id, due_without_a_person, weigh
from rules.money.approvals import needs_approval
from tests.support.builders.cases import classified, finding, receipt
from tests.support.builders.orders import NOW, order, parcel, payment
from tests.support.builders.remedies import offer
from tests.support.fakes.chargebacks import chargeback


def told_to_the_case() -> ChargebackRef:
    """The customer's bank has taken a payment of the order back."""
    state = ChargebackState.first_heard("payment", "DP-1", NOW).model_copy(update={"told": chargeback()})
    assert state.ref is not None
    return state.ref


CAME = parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2))


@pytest.mark.parametrize(
    ("role", "minor", "waits"),
    [
        (Role.SYSTEM, 20_000, False),
        (Role.SYSTEM, 20_001, True),
        (Role.AGENT, 200_000, False),
        (Role.AGENT, 200_001, True),
        (Role.SUPERVISOR, 200_001, True),
        (Role.MERCHANT, 10_000_000, False),
    ],
)
def test_money_above_the_limit_waits_for_another_person(policy_slice: PolicySlice, role: Role, minor: int, waits: bool) -> None:
    assert needs_approval(classified(Issue.LOST), policy_slice, Actor(role=role, id="x"), Money(minor=minor)) is waits


def test_a_lost_small_parcel_is_refunded_without_a_person(policy_slice: PolicySlice) -> None:
    due = due_without_a_person(classified(Issue.LOST, finding=finding(row="lost", confidence=0.98)), policy_slice)
    assert due == offer(minor=12_900)


@pytest.mark.parametrize(
    "change",
    [
        {"finding": None},
        {"finding": finding(row="lost", confidence=0.5)},
        {"finding": finding(row="late-on-the-way", confidence=0.98)},
        {"kind": Kind.INQUIRY},
        {"reopened": 1},
        {"disputed": True},
        {"automatic_denied": "automatic_cap_day"},
        {"chargebacks": (told_to_the_case(),)},
        {"history": OrderHistory(refunds_of_customer=6)},
        {"history": OrderHistory(found_against_customer=1)},
        {"history": OrderHistory(given_minor=7_101)},
        {"order": order(minor=20_001), "payments": (payment(minor=20_001),)},
        {"receipt": receipt(wanted=Wanted(remedy=RemedyKind.EXCHANGE))},
        {"receipt": receipt(wanted=Wanted(remedy=RemedyKind.REFUND_ONLY, amount=Money(minor=12_901)))},
    ],
)
def test_what_is_not_clear_and_small_needs_a_person(policy_slice: PolicySlice, change: dict[str, object]) -> None:
    assert (
        due_without_a_person(classified(Issue.LOST, **{"finding": finding(row="lost", confidence=0.98), **change}), policy_slice)
        is None
    )


IN_TIME = finding(Party.CUSTOMER, row="returned-in-time", confidence=0.9)


@pytest.mark.parametrize("wanted", [None, Wanted(remedy=RemedyKind.RETURN_AND_REFUND)])
@pytest.mark.parametrize("minor", [12_900, 3_000_000])
def test_a_return_that_is_due_needs_nobodys_proposal_whatever_it_costs(
    policy_slice: PolicySlice, wanted: Wanted | None, minor: int
) -> None:
    """Nothing is paid before the goods are back and inspected."""
    bought, paid = order(minor=minor), payment(minor=minor)
    case = classified(
        Issue.NO_REASON_RETURN, finding=IN_TIME, receipt=receipt(wanted=wanted), order=bought, payments=(paid,), shipments=(CAME,)
    )
    assert due_without_a_person(case, policy_slice) == offer(RemedyKind.RETURN_AND_REFUND, minor=minor)


@pytest.mark.parametrize(
    "change",
    [
        {"receipt": receipt(wanted=Wanted(remedy=RemedyKind.REFUND_ONLY))},
        {"receipt": receipt(wanted=Wanted(remedy=RemedyKind.STORE_CREDIT, amount=Money(minor=100)))},
        {"receipt": receipt(wanted=Wanted(remedy=RemedyKind.EXCHANGE))},
        {"finding": finding(Party.CUSTOMER, row="returned-too-late", confidence=0.95)},
        {"history": OrderHistory(refunds_of_customer=6)},
        {"reopened": 1},
    ],
)
def test_money_for_goods_that_stay_is_not_due_with_a_return(policy_slice: PolicySlice, change: dict[str, object]) -> None:
    case = classified(Issue.NO_REASON_RETURN, **{"finding": IN_TIME, "shipments": (CAME,), **change})
    assert due_without_a_person(case, policy_slice) is None


def test_a_change_that_nobody_named_is_left_to_a_person(policy_slice: PolicySlice) -> None:
    """Money is no answer to who wants another address."""
    unnamed = classified(Issue.CHANGE, finding=finding(row="changed-before-shipping", confidence=0.95))
    assert due_without_a_person(unnamed, policy_slice) is None


def test_money_given_on_the_order_before_counts_towards_the_limit(policy_slice: PolicySlice) -> None:
    agent = Actor(role=Role.AGENT, id="x")
    earlier = classified(Issue.LOST, history=OrderHistory(given_minor=150_000))
    assert not needs_approval(earlier, policy_slice, agent, Money(minor=50_000))
    assert needs_approval(earlier, policy_slice, agent, Money(minor=50_001))
    same_case = classified(Issue.LOST, remedies=(Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, amount=Money(minor=150_000)),))
    assert needs_approval(same_case, policy_slice, agent, Money(minor=50_001))


def test_words_alone_wait_for_nobody_whatever_was_given_before(policy_slice: PolicySlice) -> None:
    earlier = classified(Issue.LOST, history=OrderHistory(given_minor=900_000))
    assert not needs_approval(earlier, policy_slice, Actor(role=Role.AGENT, id="x"), Money(minor=0))


def test_what_was_weighed_ends_with_the_check_that_did_not_pass(policy_slice: PolicySlice) -> None:
    due, checks = weigh(
        classified(Issue.LOST, finding=finding(row="lost", confidence=0.98), history=OrderHistory(refunds_of_customer=6)),
        policy_slice,
    )
    assert due is None
    assert [check.name for check in checks if not check.passed] == ["refunds"]
    assert (checks[-1].figure, checks[-1].limit) == (6, policy_slice.automatic.max_refunds_in_90_days)
    due, checks = weigh(
        classified(Issue.LOST, finding=finding(row="lost", confidence=0.98), history=OrderHistory()), policy_slice
    )
    assert due == offer(minor=12_900)
    assert all(check.passed and check.title.zh and check.title.en for check in checks)


def test_older_cases_draw_about_the_agreed_share_and_always_the_same() -> None:
    cases = [f"RD-{number:012d}" for number in range(4_000)]
    drawn = [case_id for case_id in cases if drawn_by_id(case_id, 0.05)]
    assert 120 < len(drawn) < 280
    assert drawn == [case_id for case_id in cases if drawn_by_id(case_id, 0.05)]
    assert not any(drawn_by_id(case_id, 0) for case_id in cases)
    assert all(drawn_by_id(case_id, 1) for case_id in cases)
