"""What earlier remedies counted of a line's worth (RES-1): returned, exchanged, or kept by the merchant and paid for."""

from datetime import timedelta
from itertools import permutations

import pytest

from models.case.history import OrderHistory
from models.case.recalled import Moved, Recalled
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import Issue, RefundStatus, RemedyKind, Stage, WaitFor, WaitingOn
from models.common.waits import Wait
from models.money.ledger import EntryKind
from models.policy.policy import PolicySlice
from models.remedies.remedy import RefundPart, Remedy
from rules.common.amounts import cost_of
from rules.money.goods import counted_before, history_of
from rules.remedies.eligibility import most
from tests.support.builders.cases import NOW, case
from tests.support.builders.eligibility import MERCHANT_LIABLE, REFUND, RETURN, ask, told
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
    history = history_of(
        Recalled(taken=taken, moved=(), of_order=cases, cases_of_customer=0, found_against_customer=0, given=()), "CNY", NOW
    )
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


PART = RefundPart(key="RD-0.m1.1.1", payment_id="P-1", amount=Money(minor=10_000), refund_status=RefundStatus.ARRIVED)
REFUNDED = Remedy(
    id="m1",
    kind=RemedyKind.RETURN_AND_REFUND,
    amount=Money(minor=10_000),
    parts=(PART,),
    refund_status=RefundStatus.ARRIVED,
    done_at=NOW,
)
CLOSED = Wait(on=WaitingOn.NOBODY, for_=WaitFor.REOPENING, until=NOW + timedelta(days=15), since=NOW)


def after_it_came_back(days: int, *, by_hand: bool = False) -> OrderHistory:
    """All three pieces were returned and refunded; so many days after the case was closed, the refund is back."""
    closed = case(case_id="RD-0", order=THREE, stage=Stage.CLOSED, wait=CLOSED, remedies=(REFUNDED,))
    kinds = (EntryKind.ARRIVED, EntryKind.REVERSED, *((EntryKind.PAID_OTHERWISE,) if by_hand else ()))
    moved = tuple(Moved(kind, "customer", 0, PART.key) for kind in kinds)
    taken = (LineQuantity(line_id="L1", quantity=3),)
    recalled = Recalled(taken=taken, moved=moved, of_order=(closed,), cases_of_customer=0, found_against_customer=0, given=())
    return history_of(recalled, "CNY", NOW + timedelta(days=days))


@pytest.mark.parametrize(
    ("situation", "days", "by_hand", "refund"),
    [
        ("the case is over for good", 16, False, 10_000),
        ("the case may be reopened, and gives it again itself", 14, False, 0),
        ("it was paid by hand meanwhile", 16, True, 0),
    ],
)
def test_a_refund_that_came_back_when_its_case_was_over_may_be_given_again_for_goods_that_stay_away(
    policy_slice: PolicySlice, situation: str, days: int, by_hand: bool, refund: int
) -> None:
    history = after_it_came_back(days, by_hand=by_hand)
    asked = ask(policy_slice, order=THREE, history=history, issue=Issue.QUALITY_DEFECT, finding=MERCHANT_LIABLE)
    assert most(asked, REFUND, ()) == refund, situation
    assert told(asked, RETURN).rule == "pieces-left", "the goods are with the merchant"
    assert sum(line.minor for line in history.given) == 10_000 - refund
