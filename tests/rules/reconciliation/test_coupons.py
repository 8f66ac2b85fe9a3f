"""What counts as a difference between our books and the promotion system's about coupons (RES-3)."""

from datetime import UTC, datetime, timedelta

import pytest

from models.common.base import Money
from models.money.coupon import Coupon, CouponForm, CouponStatus
from models.money.ledger import Entry
from models.reconciliation.difference import DifferenceKind, Finding
from rules.money import ledger
from rules.reconciliation.coupons import Issued, coupons_of, in_coupons
from rules.reconciliation.money import Limits

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LIMITS = Limits(NOW, grace=timedelta(hours=1), overdue=timedelta(days=15))
ISSUED, REFUSED, USED = CouponStatus.ISSUED, CouponStatus.REFUSED, CouponStatus.USED
REVOKED, EXPIRED = CouponStatus.REVOKED, CouponStatus.EXPIRED
KINDS = DifferenceKind
KEY = "RD-1.m1.coupon"
WHOSE = ledger.Whose("O-1", "RD-1", "m1")


def coupon(status: CouponStatus, minor: int = 500) -> Coupon:
    amount = Money(minor=minor)
    return Coupon(key=KEY, coupon_id="CP-1", code="SECRET", amount=amount, status=status, valid_until=NOW + timedelta(days=90))


def found(
    ours: CouponStatus | None, theirs: CouponStatus | None, since: datetime = NOW - timedelta(days=1), minor: int = 500
) -> list[Finding]:
    known = Issued(KEY, "RD-1", ours, Money(minor=500), since)
    return list(in_coupons("O-1", known, coupon(theirs, minor) if theirs else None, LIMITS))


AGREE = [
    (None, None),
    (None, REFUSED),
    (None, REVOKED),
    (ISSUED, ISSUED),
    (ISSUED, USED),
    (ISSUED, EXPIRED),
    (REVOKED, None),
    (REVOKED, REFUSED),
    (REVOKED, REVOKED),
    (REVOKED, EXPIRED),
]
DIFFER = {
    (None, ISSUED): KINDS.COUPON_AHEAD,
    (None, USED): KINDS.COUPON_AHEAD,
    (None, EXPIRED): KINDS.COUPON_AHEAD,
    (ISSUED, None): KINDS.COUPON_UNKNOWN,
    (ISSUED, REFUSED): KINDS.COUPON_VOID,
    (ISSUED, REVOKED): KINDS.COUPON_VOID,
    (REVOKED, ISSUED): KINDS.COUPON_STANDING,
    (REVOKED, USED): KINDS.COUPON_STANDING,
}


def test_every_pair_of_states_is_judged() -> None:
    assert {*AGREE, *DIFFER} == {(ours, theirs) for ours in (None, ISSUED, REVOKED) for theirs in (None, *CouponStatus)}


@pytest.mark.parametrize(("ours", "theirs"), AGREE)
def test_books_that_agree_have_no_difference(ours: CouponStatus | None, theirs: CouponStatus | None) -> None:
    assert found(ours, theirs) == []


@pytest.mark.parametrize(("pair", "expected"), DIFFER.items())
def test_books_that_differ_are_a_persons_and_keep_the_code_to_themselves(
    pair: tuple[CouponStatus | None, CouponStatus | None], expected: DifferenceKind
) -> None:
    (finding,) = found(*pair)
    assert (finding.kind, finding.case_id, finding.subject, finding.word) == (expected, "RD-1", KEY, None)
    assert "SECRET" not in finding.model_dump_json()


@pytest.mark.parametrize("pair", DIFFER)
def test_what_was_booked_just_now_is_no_difference_yet(pair: tuple[CouponStatus | None, CouponStatus | None]) -> None:
    assert found(*pair, since=NOW - timedelta(minutes=1)) == []


def test_another_amount_is_a_difference() -> None:
    assert [finding.kind for finding in found(ISSUED, USED, minor=499)] == [KINDS.COUPON_AMOUNT]


@pytest.mark.parametrize("form", CouponForm)
def test_the_ledger_says_whether_a_coupon_or_bonus_was_issued_or_taken_back(form: CouponForm) -> None:
    amount, later = Money(minor=500), NOW + timedelta(days=1)
    issued: list[tuple[datetime, Entry]] = [(NOW, ledger.coupon_issued(WHOSE, amount, form))]
    both = [*issued, (later, ledger.coupon_revoked(WHOSE, amount, form))]
    assert list(coupons_of(issued, [])) == [Issued(KEY, "RD-1", ISSUED, amount, NOW)]
    assert list(coupons_of(both, [])) == [Issued(KEY, "RD-1", REVOKED, amount, later)]
