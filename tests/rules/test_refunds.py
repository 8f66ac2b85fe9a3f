"""Refunds over the original payments: exact to the minor unit, never more than is left."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from models.base import Money
from models.partners import Payment, PaymentStatus, Refund, RefundStatus
from models.remedies import RefundPart
from models.vocabulary import Reimbursement
from rules.refunds import left_on, split

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def refund(key: str, minor: int, status: RefundStatus = RefundStatus.ARRIVED) -> Refund:
    return Refund(
        refund_id=f"R-{key}",
        key=key,
        payment_id="P-1",
        order_id="O-1",
        amount=Money(minor=minor),
        status=status,
        reference="RD-1",
    )


def payment(minor: int, *refunds: Refund, payment_id: str = "P-1", **change: object) -> Payment:
    paid = Payment(
        payment_id=payment_id,
        order_id="O-1",
        method="alipay",
        status=PaymentStatus.CAPTURED,
        amount=Money(minor=minor),
        captured_at=NOW,
        refunds=refunds,
    )
    return paid.model_copy(update=change)


def part(key: str, minor: int, state: Reimbursement = Reimbursement.REQUESTED) -> RefundPart:
    return RefundPart(key=key, payment_id="P-1", amount=Money(minor=minor), reimbursement=state)


@given(st.integers(1, 10**9), st.lists(st.integers(0, 10**8), max_size=6))
def test_a_split_is_exact_or_refused(minor: int, held: list[int]) -> None:
    left = {f"P-{number}": holds for number, holds in enumerate(held)}
    shares = split(minor, left)
    if minor > sum(held):
        assert shares is None
        return
    assert shares is not None
    assert sum(shares.values()) == minor
    assert all(0 < share <= left[payment_id] for payment_id, share in shares.items())
    touched = list(shares)[:-1]
    assert all(shares[payment_id] == left[payment_id] for payment_id in touched)  # a later payment only when the first is empty


def test_what_went_back_elsewhere_counts_and_what_was_refused_does_not() -> None:
    paid = payment(10_000, refund("outside", 3_000), refund("refused", 4_000, RefundStatus.REFUSED))
    assert left_on((paid,), "CNY", ()) == {"P-1": 7_000}


def test_our_own_refund_counts_once_though_the_provider_lists_it_too() -> None:
    paid = payment(10_000, refund("RD-1.m1.1.1", 3_000))
    assert left_on((paid,), "CNY", (part("RD-1.m1.1.1", 3_000),)) == {"P-1": 7_000}


def test_a_refund_that_we_took_for_failed_counts_when_the_provider_paid_it() -> None:
    ours = (part("RD-1.m1.1.1", 3_000, Reimbursement.FAILED),)
    assert left_on((payment(10_000),), "CNY", ours) == {"P-1": 10_000}
    assert left_on((payment(10_000, refund("RD-1.m1.1.1", 3_000)),), "CNY", ours) == {"P-1": 7_000}


def test_only_captured_payments_in_the_refunds_currency_can_be_refunded() -> None:
    payments = (
        payment(1_000, status=PaymentStatus.PENDING, payment_id="P-2"),
        payment(1_000, amount=Money(minor=1_000, currency="EUR"), payment_id="P-3"),
        payment(1_000, payment_id="P-4"),
    )
    assert left_on(payments, "CNY", ()) == {"P-4": 1_000}
