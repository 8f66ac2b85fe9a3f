"""What counts as a difference between our books and the payment provider's about charges (RES-1, RES-7)."""

from datetime import UTC, datetime, timedelta

import pytest

from models.common.base import Money
from models.money.charge import Charge, ChargeStatus
from models.reconciliation.difference import DifferenceKind, Finding
from rules.reconciliation.charges import Bill, in_charges
from rules.reconciliation.money import Limits

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LIMITS = Limits(NOW, grace=timedelta(hours=1), overdue=timedelta(days=15))
PENDING, FAILED, PAID = ChargeStatus.PENDING, ChargeStatus.FAILED, ChargeStatus.PAID
EXPIRED, CANCELLED, REFUSED = ChargeStatus.EXPIRED, ChargeStatus.CANCELLED, ChargeStatus.REFUSED
KINDS = DifferenceKind


def charge(status: ChargeStatus, minor: int = 500, *, asked: bool = True) -> Charge:
    return Charge(
        key="RD-1.m1.charge",
        order_id="O-1",
        amount=Money(minor=minor),
        status=status,
        reference="whatever the provider says",
        pay_url="https://pay.example/1" if asked else None,
        payment_id="P-9" if status is PAID else None,
    )


def found(ours: Charge, theirs: Charge | None, since: datetime = NOW - timedelta(days=1)) -> list[Finding]:
    return list(in_charges("O-1", Bill("RD-1.m1.replacement", "RD-1", ours, since), theirs, LIMITS))


AGREE = [
    (PENDING, PENDING),
    (FAILED, PENDING),
    (FAILED, FAILED),
    (PAID, PAID),
    *((ours, theirs) for ours in (EXPIRED, CANCELLED, REFUSED) for theirs in (None, EXPIRED, CANCELLED, REFUSED)),
]
DIFFER = {
    (PENDING, None): KINDS.CHARGE_UNKNOWN,
    (PENDING, FAILED): KINDS.CHARGE_AHEAD,
    (PENDING, PAID): KINDS.CHARGE_AHEAD,
    (PENDING, EXPIRED): KINDS.CHARGE_AHEAD,
    (PENDING, CANCELLED): KINDS.CHARGE_AHEAD,
    (PENDING, REFUSED): KINDS.CHARGE_AHEAD,
    (FAILED, None): KINDS.CHARGE_UNKNOWN,
    (FAILED, PAID): KINDS.CHARGE_AHEAD,
    (FAILED, EXPIRED): KINDS.CHARGE_AHEAD,
    (FAILED, CANCELLED): KINDS.CHARGE_AHEAD,
    (FAILED, REFUSED): KINDS.CHARGE_AHEAD,
    (PAID, None): KINDS.CHARGE_UNKNOWN,
    (PAID, PENDING): KINDS.CHARGE_BEHIND,
    (PAID, FAILED): KINDS.CHARGE_BEHIND,
    (PAID, EXPIRED): KINDS.CHARGE_BEHIND,
    (PAID, CANCELLED): KINDS.CHARGE_BEHIND,
    (PAID, REFUSED): KINDS.CHARGE_BEHIND,
    (EXPIRED, PENDING): KINDS.CHARGE_OPEN,
    (EXPIRED, FAILED): KINDS.CHARGE_OPEN,
    (EXPIRED, PAID): KINDS.CHARGE_LATE,
    (CANCELLED, PENDING): KINDS.CHARGE_OPEN,
    (CANCELLED, FAILED): KINDS.CHARGE_OPEN,
    (CANCELLED, PAID): KINDS.CHARGE_LATE,
    (REFUSED, PENDING): KINDS.CHARGE_OPEN,
    (REFUSED, FAILED): KINDS.CHARGE_OPEN,
    (REFUSED, PAID): KINDS.CHARGE_LATE,
}


def test_every_pair_of_states_is_judged() -> None:
    assert {*AGREE, *DIFFER} == {(ours, theirs) for ours in ChargeStatus for theirs in (None, *ChargeStatus)}


@pytest.mark.parametrize(("ours", "theirs"), AGREE)
def test_books_that_agree_have_no_difference(ours: ChargeStatus, theirs: ChargeStatus | None) -> None:
    assert found(charge(ours), charge(theirs) if theirs else None) == []


@pytest.mark.parametrize(("pair", "expected"), DIFFER.items())
def test_what_the_provider_is_further_with_is_told_to_whom_our_books_say_waits_for_it(
    pair: tuple[ChargeStatus, ChargeStatus | None], expected: DifferenceKind
) -> None:
    ours, theirs = pair
    (finding,) = found(charge(ours), charge(theirs) if theirs else None)
    assert (finding.kind, finding.case_id, finding.subject) == (expected, "RD-1", "RD-1.m1.charge")
    told = finding.word.workflow_id if finding.word else None
    assert told == ("RD-1.m1.replacement" if expected is KINDS.CHARGE_AHEAD else None)


def test_what_changed_just_now_is_no_difference_yet() -> None:
    assert found(charge(PENDING), charge(PAID), since=NOW - timedelta(minutes=1)) == []


def test_a_charge_that_is_still_being_asked_for_need_not_be_known() -> None:
    assert found(charge(PENDING, asked=False), None) == []


def test_another_amount_is_a_difference_beside_any_other() -> None:
    kinds = [finding.kind for finding in found(charge(PENDING), charge(PAID, 499))]
    assert kinds == [KINDS.CHARGE_AHEAD, KINDS.CHARGE_AMOUNT]
