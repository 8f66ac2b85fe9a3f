"""What is booked in the ledger of an order's money, and what it says then (RES-5). In whatever order things happen: test_ledger_in_any_order.py."""

from models.common.base import Money
from models.common.partners import PaymentStatus, ProviderRefundStatus
from models.common.vocabulary import RefundStatus
from models.money.ledger import EntryKind
from rules.money import ledger
from rules.money.ledger import Whose
from tests.support.fakes.ledger import ORDER, Books, payment, refund


def test_what_went_back_elsewhere_counts_and_what_was_refused_does_not() -> None:
    books = Books()
    books.look((payment(10_000, refund("outside", 3_000), refund("refused", 4_000, ProviderRefundStatus.REFUSED)),))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 7_000}
    assert ledger.summary(books.entries, "CNY").refunded.minor == 3_000


def test_a_refund_made_outside_that_was_refused_after_all_is_free_again() -> None:
    books = Books()
    for status in (ProviderRefundStatus.ACCEPTED, ProviderRefundStatus.REFUSED, ProviderRefundStatus.ACCEPTED):
        books.look((payment(10_000, refund("outside", 3_000, status)),))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 10_000}


def test_our_own_refund_counts_once_though_the_provider_lists_it_too() -> None:
    books = Books(10_000)
    books.set_aside(Whose(ORDER, "RD-1", "m1"), 3_000)
    books.ask("RD-1.m1.0", ProviderRefundStatus.ARRIVED)
    books.look(books.payments())
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 7_000}


def test_a_refund_that_we_took_for_failed_counts_when_the_provider_paid_it() -> None:
    books, whose = Books(10_000), Whose(ORDER, "RD-1", "m1")
    books.set_aside(whose, 3_000)
    failed = books.parts["RD-1.m1.0"].model_copy(update={"refund_status": RefundStatus.FAILED})
    books.post(*ledger.moved(whose, books.parts["RD-1.m1.0"], RefundStatus.FAILED))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 10_000}
    books.look((payment(10_000, refund("RD-1.m1.0", 3_000)),))
    books.post(*ledger.moved(whose, failed, RefundStatus.ARRIVED))  # the case hears of it, too
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 7_000}


def test_a_failed_refund_that_a_person_paid_another_way_counts_once_though_the_provider_lists_it_as_paid() -> None:
    books, whose = Books(10_000), Whose(ORDER, "RD-1", "m1")
    books.set_aside(whose, 3_000)
    failed = books.parts["RD-1.m1.0"].model_copy(update={"refund_status": RefundStatus.FAILED})
    books.post(*ledger.moved(whose, books.parts["RD-1.m1.0"], RefundStatus.FAILED))
    books.post(*ledger.moved(whose, failed, RefundStatus.ARRIVED, otherwise=True))
    books.look((payment(10_000, refund("RD-1.m1.0", 3_000)),))
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 7_000}


def test_only_captured_payments_in_the_refunds_currency_can_be_refunded() -> None:
    books = Books()
    books.look(
        (
            payment(1_000, status=PaymentStatus.PENDING, payment_id="P-2"),
            payment(1_000, amount=Money(minor=1_000, currency="EUR"), payment_id="P-3"),
            payment(1_000, payment_id="P-4"),
        )
    )
    assert ledger.left_on(books.entries, "CNY") == {"P-4": 1_000}
    assert ledger.left_on(books.entries, "EUR") == {"P-3": 1_000}


def test_the_payment_that_was_made_first_is_refunded_first() -> None:
    books = Books(500, 300)
    books.look(books.payments())
    assert list(ledger.left_on(books.entries, "CNY", ["P-2", "P-1"])) == ["P-2", "P-1"]


def test_a_price_difference_is_a_payment_whether_we_or_the_provider_told_of_it_first() -> None:
    whose = Whose(ORDER, "RD-1", "m1")
    for told_first in (True, False):
        books = Books(1_000)
        if told_first:
            books.post(ledger.charged(whose, "P-9", Money(minor=200)))
        books.look((*books.payments(), payment(200, payment_id="P-9")))
        books.post(ledger.charged(whose, "P-9", Money(minor=200)))
        assert ledger.summary(books.entries, "CNY").paid.minor == 1_200


def test_what_a_person_paid_another_way_comes_from_the_payments_and_then_from_the_platform() -> None:
    books, whose = Books(1_000), Whose(ORDER, "RD-1", "m1")
    books.look(books.payments())
    entry = ledger.paid_otherwise(whose, Money(minor=1_500), ledger.left_on(books.entries, "CNY"))
    books.post(entry, entry)
    assert ledger.left_on(books.entries, "CNY") == {"P-1": 0}
    assert ledger.balances(books.entries)[ledger.PLATFORM, "CNY"] == -500


def test_coupons_and_recoveries_leave_what_may_be_refunded_alone() -> None:
    books, whose = Books(1_000), Whose(ORDER, "RD-1", "m1")
    books.look(books.payments())
    coupon, shares = Money(minor=300), {"merchant:M-1": 500, ledger.PLATFORM: 300}
    books.post(ledger.coupon_issued(whose, coupon), ledger.recovered(whose, "CL-1", "carrier:K-1", shares, "CNY"))
    books.post(ledger.coupon_revoked(whose, coupon), ledger.coupon_revoked(whose, coupon))
    assert ledger.summary(books.entries, "CNY").left.minor == 1_000
    held = ledger.balances(books.entries)
    assert (held["carrier:K-1", "CNY"], held["merchant:M-1", "CNY"], held[ledger.PLATFORM, "CNY"]) == (-800, 500, 300)
    assert held[ledger.COUPONS, "CNY"] == 0


def test_every_kind_of_entry_has_its_words_in_both_languages() -> None:
    assert set(ledger.WORDS) == set(EntryKind)
