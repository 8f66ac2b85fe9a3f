"""What chargebacks do to an order's ledger (RES-12): whatever comes in whatever order, the books say what the provider says; a loss counts once."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.chargebacks.partner import Chargeback, ChargebackPhase, ChargebackStatus
from models.common.base import Money
from models.common.partners import ProviderRefundStatus
from models.money.ledger import Entry, EntryKind
from rules.chargebacks.bookings import bookings, given_twice, settled, stands
from rules.money import ledger
from rules.money.ledger import CHARGEBACK, CHARGED_BACK, FEES, PAYMENT, Whose
from tests.support.fakes.chargebacks import chargeback
from tests.support.fakes.ledger import Books

PAYMENT_ID, OWN = "P-1", "CB-1"
INQUIRY = ChargebackPhase.INQUIRY
FEE = Money(minor=1_500)


def told(minor: int = 6_000, status: str = "needs_response", **change: Any) -> Chargeback:
    return chargeback(minor, payment_id=PAYMENT_ID, status=status, **change)


def after(*news: Chargeback, paid: int = 6_000) -> list[Entry]:
    """The ledger of an order that was paid by one payment, when the provider told these, one after the other."""
    books = Books(paid)
    books.look(books.payments())
    for one in news:
        books.post(*bookings(OWN, "O-1", one, books.entries))
    return books.entries


def sums(entries: Sequence[Entry]) -> dict[str, int]:
    found = ledger.summary(entries, "CNY")
    return {name: getattr(found, name).minor for name in ("refunded", "in_chargebacks", "twice", "left")}


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        pytest.param([{"status": "needs_response"}], {"in_chargebacks": 6_000}, id="open: the provider holds the money"),
        pytest.param([{"phase": INQUIRY}], {"left": 6_000}, id="an inquiry takes nothing"),
        pytest.param([{"phase": INQUIRY}, {}], {"in_chargebacks": 6_000}, id="an inquiry that becomes a chargeback"),
        pytest.param([{}, {"status": "won"}], {"left": 6_000}, id="won: the money is back"),
        pytest.param([{}, {"status": "withdrawn"}], {"left": 6_000}, id="withdrawn"),
        pytest.param([{}, {"status": "lost"}], {"refunded": 6_000}, id="lost: the customer keeps it"),
        pytest.param([{}, {"status": "accepted"}], {"refunded": 6_000}, id="given in to"),
        pytest.param(
            [{"phase": INQUIRY}, {"phase": INQUIRY, "status": "accepted"}], {"left": 6_000}, id="an inquiry that was given in to"
        ),
        pytest.param([{"status": "lost"}], {"refunded": 6_000}, id="first heard of when it was lost"),
        pytest.param([{"status": "won"}], {"left": 6_000}, id="first heard of when it was won"),
        pytest.param(
            [{}, {"status": "partly_lost", "lost": Money(minor=2_000)}], {"refunded": 2_000, "left": 4_000}, id="lost in part"
        ),
        pytest.param([{}, {"status": "lost"}, {"status": "won"}], {"left": 6_000}, id="lost, and won after all"),
        pytest.param([{"minor": 2_500}], {"in_chargebacks": 2_500, "left": 3_500}, id="a part of the payment"),
    ],
)
def test_the_books_say_where_the_money_is(news: list[dict[str, Any]], expected: dict[str, int]) -> None:
    usual = dict.fromkeys(("refunded", "in_chargebacks", "twice", "left"), 0)
    assert sums(after(*(told(**one) for one in news))) == usual | expected


def test_the_fee_is_the_platforms_and_comes_back_when_the_provider_gives_it_back() -> None:
    charged = after(told(fee=FEE), told(fee=FEE))
    held = ledger.balances(charged)
    assert (held[FEES, "CNY"], held[ledger.PLATFORM, "CNY"]) == (1_500, -1_500)
    returned = ledger.balances(after(told(fee=FEE), told(status="won", fee=FEE, fee_returned=True)))
    assert (returned[FEES, "CNY"], returned[ledger.PLATFORM, "CNY"]) == (0, 0)


def test_a_refund_before_the_chargeback_that_is_lost_is_given_twice() -> None:
    books = Books(6_000)
    whose = Whose("O-1", "RD-1", "m1")
    books.set_aside(whose, 6_000)
    (key,) = books.parts
    lost = told(status="lost")
    assert given_twice(lost, [*books.entries, *bookings(OWN, "O-1", lost, books.entries)], unsent_minor=6_000) == 0
    books.ask(key, ProviderRefundStatus.ARRIVED)
    books.hear(whose, key)
    entries = [*books.entries, *bookings(OWN, "O-1", lost, books.entries)]
    assert given_twice(lost, entries, unsent_minor=0) == 6_000
    assert sums(entries) == {"refunded": 12_000, "in_chargebacks": 0, "twice": 6_000, "left": 0}


def test_what_was_lost_settles_each_refund_once_and_no_more_than_was_lost() -> None:
    entries = after(told(minor=5_000, status="lost"))
    first, news = settled(Whose("O-1", "RD-1", "m1"), Money(minor=3_000), entries, 0)
    entries += news
    again, nothing = settled(Whose("O-1", "RD-1", "m1"), Money(minor=3_000), entries, 0)
    second, news = settled(Whose("O-1", "RD-2", "m1"), Money(minor=3_000), entries, 0)
    entries += news
    assert (first.minor, again, nothing, second.minor) == (3_000, first, (), 2_000)
    assert sums(entries)["refunded"] == 5_000
    third, _ = settled(Whose("O-1", "RD-3", "m1"), Money(minor=3_000), entries, 0)
    assert third.minor == 0


MOVES = st.sampled_from(ChargebackStatus)


@settings(max_examples=60, deadline=None)
@given(
    moves=st.lists(st.tuples(MOVES, st.booleans(), st.integers(0, 6_000)), min_size=1, max_size=6),
    refunds=st.lists(st.integers(1, 6_000), max_size=3),
    seed=st.integers(0, 2**16),
)
def test_whatever_the_provider_and_the_cases_do_the_sums_hold(
    moves: list[tuple[ChargebackStatus, bool, int]], refunds: list[int], seed: int
) -> None:
    """Entries sum to zero; paid + twice = refunded + under way + in chargebacks + left; nothing that is told again is booked again."""
    books, draw = Books(6_000), random.Random(seed)  # noqa: S311
    books.look(books.payments())
    for status, inquiry, lost in moves:
        change: dict[str, Any] = {"lost": Money(minor=lost)} if status is ChargebackStatus.PARTLY_LOST else {}
        change |= {"phase": INQUIRY} if inquiry else {}
        one = told(status=status.value, fee=FEE, fee_returned=draw.random() < 0.5, **change)
        books.post(*bookings(OWN, "O-1", one, books.entries))
        assert list(bookings(OWN, "O-1", one, books.entries)) == []
        held, now = ledger.balances(books.entries), stands(one)
        of_settled = sum(entry.amount.minor for entry in books.entries if entry.kind is EntryKind.CHARGEBACK_SETTLED)
        assert held[f"{CHARGEBACK}{OWN}", "CNY"] == now.held
        assert held[CHARGED_BACK, "CNY"] == now.lost - of_settled
        for number, minor in enumerate(refunds):
            whose = Whose("O-1", "RD-1", f"m{number}")
            if one.open or draw.random() < 0.5:
                continue
            if now.lost and draw.random() < 0.5:
                _, news = settled(whose, Money(minor=minor), books.entries, 0)
                books.post(*news)
            else:
                books.set_aside(whose, minor)
        found = ledger.summary(books.entries, "CNY")
        assert sum(ledger.balances(books.entries).values()) == 0
        out = (found.refunded, found.under_way, found.in_chargebacks, found.left)
        assert found.paid.minor + found.twice.minor == sum(amount.minor for amount in out)
    assert ledger.balances(books.entries)[PAYMENT + PAYMENT_ID, "CNY"] <= 6_000
