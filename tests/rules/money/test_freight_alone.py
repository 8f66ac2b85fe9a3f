"""An order's freight refunded alone (RES-13): never more than was paid for it, and never of what the goods may still bring."""

from hypothesis import given
from hypothesis import strategies as st

from models.case.activities import BooksSeen
from models.case.history import LineGiven, OrderHistory
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.vocabulary import Issue, RemedyKind, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from rules.money.worth import freight_due, freight_left, given_since
from rules.remedies.eligibility import most
from rules.remedies.limits import unfit
from tests.support.builders.cases import classified, finding
from tests.support.builders.eligibility import DAY, MERCHANT_LIABLE, REFUND, RETURN, ask, delivered, order, told
from tests.support.builders.orders import line, payment

FREIGHT = RemedyKind.FREIGHT_REFUND
ORDER = order(line("L1", quantity=2, minor=8_000), line("L2", minor=5_000), total=Money(minor=13_600), freight=Money(minor=600))


def gave_freight(minor: int) -> OrderHistory:
    return OrderHistory(freight_minor=minor, refunded_minor=minor)


def test_the_goods_bring_afterwards_what_they_brought_before(policy_slice: PolicySlice) -> None:
    late = {"order": ORDER, "issue": Issue.DELAY, "finding": MERCHANT_LIABLE}
    asked = ask(policy_slice, **late)
    assert most(asked, FREIGHT, ()) == 600
    after = ask(policy_slice, **late, history=gave_freight(600))
    assert (told(after, FREIGHT).rule, most(after, FREIGHT, ())) == ("freight-left", 0)
    assert most(after, REFUND, ()) == most(asked, REFUND, ()) - 600 == 13_000
    returned = ask(policy_slice, order=ORDER, issue=Issue.NO_REASON_RETURN, history=gave_freight(200))
    assert most(returned, RETURN, ()) == 13_400


def test_nobody_may_give_more_of_it_than_was_paid_for_it(policy_slice: PolicySlice) -> None:
    case = classified(
        Issue.DELAY, order=ORDER, shipments=(delivered(DAY),), payments=(payment(minor=13_600),), finding=finding(confidence=0.9)
    )
    for by in (Role.AGENT, Role.MERCHANT, Role.SUPERVISOR):
        twice = tuple(RemedyOffer(kind=FREIGHT, amount=Money(minor=minor)) for minor in (400, 201))
        fault = unfit(case, policy_slice, twice, by)
        assert fault is not None
        assert "freight" in fault.en
    assert unfit(case, policy_slice, (RemedyOffer(kind=FREIGHT, amount=Money(minor=600)),), Role.SUPERVISOR) is None


def test_what_another_case_gave_of_it_meanwhile_is_not_given_on_top() -> None:
    seen = BooksSeen(freight_minor=600)
    assert [given_since(seen, gave_freight(200), minor) for minor in (400, 401)] == [False, True]


@given(
    prices=st.lists(st.integers(0, 50_000), min_size=1, max_size=4),
    freight=st.integers(0, 5_000),
    shares=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    freight_given=st.floats(0, 1),
    returned=st.integers(0, 4),
)
def test_freight_and_goods_in_any_order_come_to_what_was_paid_at_most(
    prices: list[int], freight: int, shares: list[float], freight_given: float, returned: int
) -> None:
    lines = [line(f"L{number}", minor=minor) for number, minor in enumerate(prices)]
    paid = sum(prices) + freight
    bought: Order = order(*lines, total=Money(minor=paid), freight=Money(minor=freight))
    goods = [int(minor * share) for minor, share in zip(prices, shares, strict=False)]
    alone = int(freight * freight_given)
    history = OrderHistory(
        given=tuple(LineGiven(line_id=f"L{number}", minor=minor) for number, minor in enumerate(goods) if minor),
        taken=tuple(LineQuantity(line_id=one.line_id, quantity=one.quantity) for one in lines[:returned]),
        freight_minor=alone,
        refunded_minor=sum(goods) + alone,
    )
    left = paid - history.refunded_minor
    more = freight_left(bought, history, left)
    still = sum(minor - gone for minor, gone in list(zip(prices, goods, strict=True))[returned:])
    assert alone + more <= freight
    assert more + still <= left
    if prices[returned:]:
        pieces = {one.line_id: one.quantity for one in lines[returned:]}
        assert freight_due(bought, history, pieces) in {0, freight - alone}
    assert more == freight - alone
