"""What is booked in the ledger of an order's money, and what it says then (RES-5). In whatever order things happen: test_ledger_in_any_order.py."""

import pytest

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


def test_a_second_refund_that_the_provider_made_under_the_same_key_is_gone_too() -> None:
    books, whose = Books(10_000), Whose(ORDER, "RD-1", "m1")
    books.set_aside(whose, 3_000)
    books.ask("RD-1.m1.0", ProviderRefundStatus.ARRIVED)
    first = refund("RD-1.m1.0", 3_000)
    for both in ((first, second := first.model_copy(update={"refund_id": "S-2"})), (second, first)):
        books.look((payment(10_000, *both),))
        assert ledger.left_on(books.entries, "CNY") == {"P-1": 4_000}


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


@pytest.mark.parametrize("listed_first", [False, True])
@pytest.mark.parametrize("known", [RefundStatus.REQUESTED, RefundStatus.FAILED])
def test_a_refund_that_was_paid_by_hand_and_then_arrived_is_with_the_customer_twice(
    known: RefundStatus, listed_first: bool
) -> None:
    """Whichever is booked first; once, however often the list tells it; the second time it is the platform's own money."""
    books, whose = Books(10_000), Whose(ORDER, "RD-1", "m1")
    books.set_aside(whose, 3_000)
    books.post(*ledger.moved(whose, books.parts["RD-1.m1.0"], known))
    part = books.parts["RD-1.m1.0"].model_copy(update={"refund_status": known})
    told = (payment(10_000, refund("RD-1.m1.0", 3_000)),)
    if listed_first and known is RefundStatus.FAILED:
        books.look(told)
        part = part.model_copy(update={"refund_status": RefundStatus.ARRIVED})
    books.post(*ledger.moved(whose, part, RefundStatus.ARRIVED, otherwise=True))
    books.look(told)
    books.look(told)
    summary = ledger.summary(books.entries, "CNY")
    assert (summary.refunded.minor, summary.under_way.minor, summary.left.minor) == (6_000, 0, 7_000)
    assert ledger.balances(books.entries)[ledger.PLATFORM, "CNY"] == -3_000
    assert {entry.case_id for entry in books.entries if entry.kind is EntryKind.ARRIVED} == {"RD-1"}


@pytest.mark.parametrize("told_by", ["list", "case", "both"])
def test_a_refund_that_came_back_after_it_had_arrived_is_free_to_be_given_again(told_by: str) -> None:
    books, whose, key = Books(10_000), Whose(ORDER, "RD-1", "m1"), "RD-1.m1.0"
    books.set_aside(whose, 3_000)
    books.ask(key, ProviderRefundStatus.ARRIVED)
    books.hear(whose, key)
    old_list = books.payments()
    books.refunds[key] = books.refunds[key].model_copy(update={"status": ProviderRefundStatus.REFUSED})
    if told_by != "case":
        books.look(books.payments())
    if told_by != "list":
        books.hear(whose, key)
    books.look(old_list)
    summary = ledger.summary(books.entries, "CNY")
    assert (summary.refunded.minor, summary.under_way.minor, summary.left.minor) == (0, 0, 10_000)
    assert [entry.kind for entry in books.entries].count(EntryKind.REVERSED) == 1


def test_an_old_list_that_says_refused_takes_nothing_back_from_a_refund_that_arrived_after_all() -> None:
    books, whose, key = Books(10_000), Whose(ORDER, "RD-1", "m1"), "RD-1.m1.0"
    books.set_aside(whose, 3_000)
    for status in (ProviderRefundStatus.REFUSED, ProviderRefundStatus.ARRIVED):
        books.hear(whose, key, refund(key, 3_000, status))
    books.look((payment(10_000, refund(key, 3_000, ProviderRefundStatus.REFUSED)),))
    assert ledger.summary(books.entries, "CNY").refunded.minor == 3_000


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
