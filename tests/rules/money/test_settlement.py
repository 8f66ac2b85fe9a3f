"""What is kept of a return (RES-8, RES-13): what was paid, what goes back and what is kept always sum, to the minor unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.base import Money
from models.common.currencies import payable
from models.common.vocabulary import Party
from models.returns.partner import Label
from models.returns.state import InspectedLine, Inspection, ReturnResult, ReturnState, Way
from rules.money import ledger
from rules.money.settlement import settle, share
from tests.rules.returns.test_worth import NOW, a_return, accepted_at, pieces, reduced_returns
from tests.support.builders.actors import MERCHANT


def with_fee(state: ReturnState, fee: int, **change: object) -> ReturnState:
    return state.model_copy(update={"restocking": Money(minor=fee, currency=state.agreed.currency), **change})


def sent_by_label(state: ReturnState, price: int, most: int | None = None) -> ReturnState:
    label = Label(key="K.label", tracking="T-1", carrier_id="K-9", price=Money(minor=price, currency=state.agreed.currency))
    told = None if most is None else Money(minor=most, currency=state.agreed.currency)
    return state.model_copy(update={"way": Way.LABEL, "label": label, "payer": Party.CUSTOMER, "freight_most": told})


@given(drawn=reduced_returns(), part=st.floats(0, 1), price=st.integers(0, 5_000), most=st.none() | st.integers(0, 5_000))
def test_what_goes_back_and_what_is_kept_are_what_the_goods_brought(
    drawn: tuple[ReturnState, tuple[object, ...]], part: float, price: int, most: int | None
) -> None:
    state, worse = drawn
    step = payable(state.agreed.currency)
    fee = int(state.agreed.minor * part) // step * step
    taken = sent_by_label(with_fee(accepted_at(state, *worse), fee), price, most)  # type: ignore[arg-type]
    came_to = settle(taken)
    assert came_to.refund + came_to.reduced.minor + came_to.restocking.minor + came_to.deducted.minor == came_to.goods.minor
    assert came_to.refund >= 0
    assert came_to.restocking.minor <= fee
    assert came_to.restocking.minor % step == 0
    assert came_to.deducted.minor <= (price if most is None else min(price, most))
    if not worse and came_to.goods.minor >= fee:
        assert came_to.restocking.minor == fee
    if came_to.withheld:
        entry = ledger.kept(ledger.Whose("O-1", "RD-1", "m1"), came_to)
        assert entry.amount.minor == came_to.withheld
        assert entry.credited == 0


def test_the_fee_goes_with_what_is_paid_for_the_goods() -> None:
    state = with_fee(a_return(("L1", 2, 10_000), agreed=10_000), 1_000)
    assert settle(accepted_at(state)).restocking.minor == 1_000
    assert settle(accepted_at(state, pieces("L1", 1, "0.5"))).restocking.minor == 750
    one = Inspection(at=NOW, by=MERCHANT, lines=(InspectedLine(line_id="L1", accepted=1, rejected=1, reason="worn"),))
    half = state.model_copy(update={"inspection": one, "result": ReturnResult.PARTLY})
    assert (share(half), settle(half).restocking.minor, settle(half).refund) == (Fraction(1, 2), 500, 4_500)
    lost = state.model_copy(update={"result": ReturnResult.LOST})
    assert (settle(lost).restocking.minor, settle(lost).refund) == (0, 10_000)


@pytest.mark.parametrize(("most", "deducted"), [(None, 1_200), (2_000, 1_200), (800, 800), (0, 0)])
def test_no_more_is_deducted_for_a_label_than_the_customer_was_told(most: int | None, deducted: int) -> None:
    state = sent_by_label(accepted_at(a_return(("L1", 1, 10_000), agreed=10_000)), 1_200, most)
    assert (settle(state).deducted.minor, settle(state).refund) == (deducted, 10_000 - deducted)


def test_the_ledger_says_how_much_the_customer_left() -> None:
    came_to = settle(sent_by_label(with_fee(accepted_at(a_return(("L1", 1, 10_000), agreed=10_000)), 1_000), 800))
    entry = ledger.kept(ledger.Whose("O-1", "RD-1", "m1"), came_to)
    assert {posting.account: posting.minor for posting in entry.postings} == {
        "withheld": -1_800,
        "kept:restocking": 1_000,
        "kept:return_freight": 800,
    }
    assert ledger.summary([entry], "CNY").kept == Money(minor=1_800)
