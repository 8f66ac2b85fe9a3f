"""The parts of a whole add up to it, to the last fen (RES-1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.base import Money
from models.common.currencies import payable
from models.common.lines import LineQuantity
from rules.common.amounts import apportioned, cost_of, most_of, part_of
from tests.support.builders.orders import line, order

CURRENCIES = st.sampled_from(["CNY", "JPY", "KWD", "MGA"])


@st.composite
def pieces_taken(draw: st.DrawFn) -> tuple[int, ...]:
    """Quantities that people take one after another until nothing is left."""
    return tuple(draw(st.lists(st.integers(1, 7), min_size=1, max_size=12)))


@given(st.integers(0, 10**9), CURRENCIES, pieces_taken())
def test_the_parts_of_a_whole_add_up_to_it_in_any_order_and_for_any_quantity(
    minor: int, currency: str, quantities: tuple[int, ...]
) -> None:
    whole, pieces, before = Money(minor=minor, currency=currency), sum(quantities), 0
    parts: list[int] = []
    for quantity in quantities:
        parts.append(part_of(whole, quantity, pieces, before))
        before += quantity
    step = payable(currency)
    assert sum(parts) == minor
    assert all(part % step == 0 for part in parts[:-1])
    for part, quantity in zip(parts, quantities, strict=True):
        assert abs(part - minor * quantity / pieces) < step + 0.001
        assert part <= most_of(whole, quantity, pieces) <= minor + step


@pytest.mark.parametrize(
    ("minor", "currency", "parts"),
    [
        (10_000, "CNY", [3_333, 3_333, 3_334]),
        (100, "JPY", [33, 33, 34]),
        (10_000, "KWD", [3_330, 3_330, 3_340]),
        (2, "CNY", [0, 1, 1]),
        (0, "CNY", [0, 0, 0]),
    ],
)
def test_three_pieces_returned_one_at_a_time_give_the_whole(minor: int, currency: str, parts: list[int]) -> None:
    three = line(quantity=3, paid=Money(minor=minor, currency=currency))
    one = (LineQuantity(line_id="L1"),)
    bought = order("O-1", three, total=three.paid)
    assert [cost_of(bought, one, {"L1": before}).minor for before in range(3)] == parts


@given(st.integers(0, 10**9), CURRENCIES, st.integers(1, 7), st.integers(0, 30))
def test_pieces_that_came_in_exchange_and_come_back_too_add_up_to_the_whole_again(
    minor: int, currency: str, quantity: int, before: int
) -> None:
    whole = Money(minor=minor, currency=currency)
    assert sum(part_of(whole, 1, quantity, before + number) for number in range(quantity)) == minor
    assert part_of(whole, quantity, quantity, before) == part_of(whole, quantity + 1, quantity, before) == minor


def test_a_line_named_twice_costs_its_pieces_together() -> None:
    bought = order("O-1", line(quantity=3, minor=10_000))
    one, two = LineQuantity(line_id="L1"), LineQuantity(line_id="L1", quantity=2)
    assert cost_of(bought, (one, two)).minor == 10_000
    assert cost_of(bought, (one, one)).minor == cost_of(bought, (two,)).minor


@given(st.integers(0, 10**9), st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 10**6), max_size=6))
def test_what_is_shared_out_by_weight_is_shared_out_wholly(minor: int, weights: dict[str, int]) -> None:
    shares = apportioned(minor, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == (minor if whole else 0)
    assert all(abs(shares[name] * whole - minor * weight) < whole for name, weight in weights.items() if whole)
