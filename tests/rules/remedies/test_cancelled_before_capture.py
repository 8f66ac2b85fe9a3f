"""Cancelling an order whose money was only reserved, or taken in part (RES-1): what was not taken is not given back."""

import pytest

from models.common.base import Money
from models.common.partners import OrderStatus, Payment, PaymentStatus
from models.common.vocabulary import Issue, RemedyKind
from models.policy.policy import PolicySlice
from rules.case.automatic import weigh
from rules.remedies.limits import unfit
from tests.support.builders.cases import classified, finding, receipt
from tests.support.builders.orders import order, payment, refund
from tests.support.builders.remedies import offer

PENDING, FAILED = PaymentStatus.PENDING, PaymentStatus.FAILED


@pytest.mark.parametrize(
    ("situation", "payments", "minor"),
    [
        ("all of it was taken", (payment(),), 12_900),
        ("it is reserved, and the merchant lets it go", (payment(status=PENDING),), None),
        ("a part was taken, the rest is reserved", (payment(minor=5_000), payment(number=2, minor=7_900, status=PENDING)), 5_000),
        ("a first try failed, the second is reserved", (payment(status=FAILED), payment(number=2, status=PENDING)), None),
        ("some of it went back outside", (payment("O-1", 1, refund(2_900)),), 10_000),
    ],
)
def test_a_cancellation_gives_back_what_was_taken(
    policy_slice: PolicySlice, situation: str, payments: tuple[Payment, ...], minor: int | None
) -> None:
    case = classified(
        Issue.CANCEL,
        receipt=receipt(issue=Issue.CANCEL),
        order=order(status=OrderStatus.PAID),
        shipments=(),
        payments=payments,
        finding=finding(row="cancelled-before-shipping", confidence=0.95),
    )
    due, checks = weigh(case, policy_slice)
    assert due is not None, checks[-1]
    assert due.amount == (Money(minor=minor) if minor else None), situation
    more = offer(RemedyKind.ORDER_CANCELLED, (minor or 0) + 1)
    assert unfit(case, policy_slice, (more,)) is not None, situation


def test_an_order_that_was_paid_nobody_knows_how_is_not_cancelled_without_its_money(policy_slice: PolicySlice) -> None:
    for payments in ((), (payment(status=FAILED),)):
        case = classified(Issue.CANCEL, order=order(status=OrderStatus.PAID), shipments=(), payments=payments)
        assert unfit(case, policy_slice, (offer(RemedyKind.ORDER_CANCELLED),)) is not None
