"""Whose money a claim's payment is in the ledger (RES-9): whoever's it was claimed for, whatever comes, goes back, or is not due any more."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.claims.state import Claim, ClaimKind, ClaimPayment
from models.common.base import Money
from models.common.vocabulary import Party
from models.money.ledger import Entry
from rules.claims.receivables import booking
from rules.money import ledger
from tests.support.builders.cases import NOW
from tests.support.builders.claims import claim

CARRIER, MERCHANT, PLATFORM = "carrier:K-1", "merchant:M-1", "platform"
REFUND, COUPON = (Party.MERCHANT, 10_000), (Party.PLATFORM, 3_000)


def paid(minor: int, number: int = 1, *, back: bool = False) -> ClaimPayment:
    return ClaimPayment(key=f"BANK-{number}", amount=Money(minor=minor), proof="bank", back=back, at=NOW)


def held(entries: Sequence[Entry]) -> dict[str, int]:
    return {account: minor for (account, _), minor in ledger.balances(entries).items() if minor}


@pytest.mark.parametrize(
    ("of", "payments", "expected"),
    [
        (claim(REFUND), [13_000], {CARRIER: -13_000, MERCHANT: 10_000, PLATFORM: 3_000}),
        (claim(REFUND, COUPON), [9_000], {CARRIER: -9_000, MERCHANT: 9_000}),
        (claim(REFUND, COUPON), [9_000, 4_000], {CARRIER: -13_000, MERCHANT: 10_000, PLATFORM: 3_000}),
        (claim(COUPON, REFUND), [9_000], {CARRIER: -9_000, PLATFORM: 3_000, MERCHANT: 6_000}),
        (claim(), [500], {CARRIER: -500, PLATFORM: 500}),
        (claim(COUPON, kind=ClaimKind.RECOVERY, who="M-1"), [3_000], {MERCHANT: -3_000, PLATFORM: 3_000}),
    ],
)
def test_whoever_gave_the_remedy_gets_what_the_party_pays_in_the_order_of_the_items(
    of: Claim, payments: list[int], expected: dict[str, int]
) -> None:
    entries: list[Entry] = []
    for number, minor in enumerate(payments, start=1):
        entries.append(booking(of, paid(minor, number), entries))
    assert held(entries) == expected


def test_a_credit_goes_from_the_platform_to_the_merchant() -> None:
    entry = booking(claim(REFUND, kind=ClaimKind.CREDIT, who="M-1"), paid(10_000, back=True), [])
    assert held([entry]) == {PLATFORM: -10_000, MERCHANT: 10_000}


def test_what_is_not_due_any_more_goes_back_from_whoever_has_it() -> None:
    first = booking(claim(REFUND, COUPON), paid(13_000), [])
    after = [first, booking(claim((Party.MERCHANT, 5_000), COUPON), paid(5_000, 2, back=True), [first])]
    assert held(after) == {CARRIER: -8_000, MERCHANT: 5_000, PLATFORM: 3_000}


def test_where_no_merchant_is_named_the_platform_keeps_it() -> None:
    assert held([booking(claim(REFUND, merchant_id=None), paid(10_000), [])]) == {CARRIER: -10_000, PLATFORM: 10_000}


@given(
    items=st.lists(st.tuples(st.sampled_from([Party.MERCHANT, Party.PLATFORM]), st.integers(1, 900)), max_size=4),
    moves=st.lists(st.tuples(st.integers(1, 500), st.integers(0, 4)), min_size=1, max_size=8),
)
def test_nobody_gets_more_than_is_claimed_for_them_and_what_goes_back_leaves_what_is_due(
    items: list[tuple[Party, int]], moves: list[tuple[int, int]]
) -> None:
    """Payments, and reductions after which the party gets back what it paid too much."""
    entries: list[Entry] = []
    for number, (minor, kept) in enumerate(moves):
        entries.append(booking(claim(*items), paid(minor, 2 * number), entries))
        assert 0 <= held(entries).get(MERCHANT, 0) <= due(items, Party.MERCHANT)
        items = items[:kept]
        too_much = -held(entries)[CARRIER] - sum(minor for _, minor in items)
        if too_much > 0:
            entries.append(booking(claim(*items), paid(too_much, 2 * number + 1, back=True), entries))
            assert held(entries).get(MERCHANT, 0) == due(items, Party.MERCHANT)
            assert held(entries).get(PLATFORM, 0) == due(items, Party.PLATFORM)


def due(items: Sequence[tuple[Party, int]], to: Party) -> int:
    return sum(minor for party, minor in items if party is to)
