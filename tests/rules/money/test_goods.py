"""What earlier remedies counted of a line's worth (RES-1): returned, exchanged, or kept by the merchant and paid for."""

from itertools import permutations

import pytest

from models.case.recalled import Recalled
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import RemedyKind
from models.remedies.remedy import Remedy
from rules.common.amounts import cost_of
from rules.money.goods import counted_before, history_of
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import line, order

THREE = order("O-1", line("L1", quantity=3, minor=10_000))
ONE = (LineQuantity(line_id="L1"),)
BACK = Remedy(id="m1", kind=RemedyKind.RETURN_AND_REFUND, lines=ONE, done_at=NOW)
EXCHANGED = Remedy(id="m1", kind=RemedyKind.EXCHANGE, lines=ONE, done_at=NOW)
KEPT = Remedy(id="m1-goods", kind=RemedyKind.REFUND_ONLY, lines=ONE, amount=Money(minor=3_333), pays_for="m1", done_at=NOW)


def worth_after(*earlier: Remedy) -> int:
    """What a piece counts for beside another article's price, when each of these was given in a case of its own."""
    cases = tuple(case(case_id=f"RD-{number}", order=THREE, remedies=(one,)) for number, one in enumerate(earlier))
    taken = tuple(piece for one in earlier if one.kind is RemedyKind.RETURN_AND_REFUND for piece in one.lines)
    history = history_of(Recalled(taken=taken, moved=(), of_order=cases, of_customer=(), given=()), "CNY")
    return cost_of(THREE, ONE, counted_before(case(order=THREE, history=history))).minor


@pytest.mark.parametrize("settled", [*permutations((BACK, EXCHANGED, KEPT))])
def test_three_pieces_settled_one_at_a_time_count_for_the_whole(settled: tuple[Remedy, ...]) -> None:
    assert sum(worth_after(*settled[:number]) for number in range(3)) == 10_000


def test_three_pieces_exchanged_one_at_a_time_in_one_case_count_for_the_whole() -> None:
    cases = [case(order=THREE, remedies=(EXCHANGED,) * number) for number in range(3)]
    assert [cost_of(THREE, ONE, counted_before(one)).minor for one in cases] == [3_333, 3_333, 3_334]


def test_an_exchange_that_came_to_nothing_counts_for_nothing() -> None:
    assert worth_after(EXCHANGED.model_copy(update={"undone": "stock_gone"})) == 3_333
    failed = case(order=THREE, remedies=(EXCHANGED.model_copy(update={"undone": "stock_gone", "done_at": None}),))
    assert counted_before(failed)["L1"] == 0
