"""What pieces are worth once dearer or cheaper articles came in their place (RES-7), in later exchanges, returns and refunds."""

import pytest

from models.case.history import OrderHistory
from models.case.recalled import Recalled
from models.case.state import CaseState
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Payment, PaymentStatus
from models.common.vocabulary import Issue, RefundStatus, RemedyKind
from models.money.charge import Charge, ChargeStatus
from models.policy.policy import PolicySlice
from models.remedies.remedy import RefundPart, Remedy
from models.replacements.state import ReplacementStage, ReplacementState
from rules.money.goods import history_of
from rules.money.worth import not_given_back, worth_of
from rules.remedies.eligibility import most
from rules.replacements.permissions import difference
from tests.support.builders.cases import NOW, case
from tests.support.builders.eligibility import MERCHANT_LIABLE, RETURN, ask
from tests.support.builders.orders import line, order, payment
from tests.support.builders.remedies import remedy

ONE = (LineQuantity(line_id="L1"),)
BOUGHT = order("O-1", line("L1", minor=10_000), line("L2", minor=50_000))
PAIR = order("O-1", line("L1", quantity=2, minor=20_000), line("L2", minor=50_000))


def exchanged(more: int, **change: object) -> Remedy:
    """L1 for an article that cost so much more, which was paid, or less, which came back."""
    paid = Payment(
        payment_id="P-2", order_id="O-1", method="card", status=PaymentStatus.CAPTURED, amount=Money(minor=max(more, 0))
    )
    charge = Charge(
        key="c",
        order_id="O-1",
        amount=paid.amount,
        status=ChargeStatus.PAID,
        reference="r",
        payment_id="P-2",
        method="card",
        paid_at=NOW,
    )
    state = ReplacementState(
        workflow_id="w", kind=RemedyKind.EXCHANGE, stage=ReplacementStage.DELIVERED, items=(), charge=charge if more > 0 else None
    )
    back = Money(minor=-more) if more < 0 else None
    return Remedy(id="m1", kind=RemedyKind.EXCHANGE, lines=ONE, amount=back, replacement=state, done_at=NOW).model_copy(
        update=change
    )


def refunded(minor: int, kind: RemedyKind = RemedyKind.PRICE_ADJUSTMENT) -> Remedy:
    part = RefundPart(key="RD-0.m1.1.1", payment_id="P-1", amount=Money(minor=minor), refund_status=RefundStatus.ARRIVED)
    return remedy(kind, minor, lines=ONE, parts=(part,), refund_status=RefundStatus.ARRIVED)


def after(*given: Remedy, bought: object = BOUGHT, taken: int = 0) -> CaseState:
    """A case of the order in which earlier cases gave these."""
    earlier = tuple(case(case_id=f"RD-{number}", order=bought, remedies=(one,)) for number, one in enumerate(given))
    pieces = (LineQuantity(line_id="L1", quantity=taken),) if taken else ()
    history = history_of(
        Recalled(taken=pieces, moved=(), of_order=earlier, cases_of_customer=0, found_against_customer=0, given=()), "CNY", NOW
    )
    return case(order=bought, history=history)


def returnable(policy: PolicySlice, state: CaseState, lines: tuple[LineQuantity, ...] = ONE) -> int:
    bought, history = state.order, state.history or OrderHistory()
    assert bought is not None
    paid = (payment(minor=90_000),)
    asked = ask(policy, order=bought, payments=paid, history=history, issue=Issue.QUALITY_DEFECT, finding=MERCHANT_LIABLE)
    return most(asked, RETURN, lines)


@pytest.mark.parametrize(
    ("situation", "given", "worth"),
    [
        ("nothing came in exchange", (), 10_000),
        ("for a cheaper article, 20.00 came back", (exchanged(-2_000),), 8_000),
        ("for a dearer article, 20.00 were paid", (exchanged(2_000),), 12_000),
        ("for a dearer one, then for a cheaper one", (exchanged(2_000), exchanged(-5_000)), 7_000),
        ("the exchange came to nothing", (exchanged(2_000, undone="stock_gone"),), 10_000),
    ],
)
def test_an_article_that_came_in_exchange_is_worth_what_the_customer_paid_for_it_in_the_end(
    policy_slice: PolicySlice, situation: str, given: tuple[Remedy, ...], worth: int
) -> None:
    state = after(*given)
    assert worth_of(state, ONE).minor == worth, situation
    assert returnable(policy_slice, state) == worth, situation
    assert worth_of(case(order=BOUGHT, remedies=given), ONE).minor == worth, "and in the same case, opened again"
    assert returnable(policy_slice, state, ()) == 50_000 + worth, "with all of the order"


@pytest.mark.parametrize("more", [-2_000, 2_000])
def test_two_pieces_of_which_one_was_exchanged_give_back_what_was_paid_for_them_in_all(
    policy_slice: PolicySlice, more: int
) -> None:
    first = returnable(policy_slice, after(exchanged(more), bought=PAIR))
    last = returnable(policy_slice, after(exchanged(more), refunded(first, RETURN), bought=PAIR, taken=1))
    assert first + last == 20_000 + more


def test_the_next_exchange_counts_from_what_was_paid_for_the_dearer_article() -> None:
    paid = worth_of(after(exchanged(2_000)), ONE)
    assert difference(paid, Money(minor=15_000), same=False) == (Money(minor=3_000), None)


@pytest.mark.parametrize(("price", "back"), [(8_000, None), (7_500, 500), (10_000, None), (9_000, None)])
def test_a_price_that_was_adjusted_before_is_not_given_back_again_for_a_cheaper_article(price: int, back: int | None) -> None:
    state = after(refunded(2_000))
    told = difference(worth_of(state, ONE), Money(minor=price), same=False, most_back=not_given_back(state, ONE))
    assert told == (None, Money(minor=back) if back else None), "nor is anybody asked to pay it again"


def test_a_gift_that_was_exchanged_for_something_dearer_is_worth_what_was_paid_for_that(policy_slice: PolicySlice) -> None:
    gift = order("O-1", line("L1", minor=0), line("L2", minor=50_000))
    state = after(exchanged(2_000), bought=gift)
    assert worth_of(state, ONE).minor == returnable(policy_slice, state) == 2_000
