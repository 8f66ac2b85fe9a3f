"""Freight of an order that comes back in parts (RES-1): with the last of them, when the customer kept nothing."""

import pytest

from models.case.history import LineGiven, OrderHistory
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.vocabulary import Issue
from models.policy.policy import PolicySlice
from rules.case.automatic import weigh
from rules.money.worth import freight_due
from rules.remedies.eligibility import most
from tests.support.builders.cases import classified, finding, receipt
from tests.support.builders.eligibility import DAY, RETURN, ask, delivered, order
from tests.support.builders.orders import line, payment

ORDER = order(line("L1", quantity=2, minor=8_000), line("L2", minor=5_000), total=Money(minor=13_600), freight=Money(minor=600))
FIRST, LAST = (LineQuantity(line_id="L1", quantity=2),), (LineQuantity(line_id="L2"),)


def before(pieces: int, given: int) -> OrderHistory:
    taken = (LineQuantity(line_id="L1", quantity=pieces),) if pieces else ()
    return OrderHistory(taken=taken, given=(LineGiven(line_id="L1", minor=given),), refunded_minor=given)


@pytest.mark.parametrize(
    ("situation", "lines", "history", "minor"),
    [
        ("all at once", (), OrderHistory(), 13_600),
        ("all at once, line by line", (*FIRST, *LAST), OrderHistory(), 13_600),
        ("the first of two parts", FIRST, OrderHistory(), 8_000),
        ("the last of two parts", LAST, before(2, 8_000), 5_600),
        ("the last but one piece, which the customer keeps", LAST, before(1, 4_000), 5_000),
        ("the last, after pieces that were exchanged or taken without money", LAST, before(2, 0), 5_000),
    ],
)
def test_whoever_keeps_nothing_gets_the_freight_back_with_the_last_part(
    policy_slice: PolicySlice, situation: str, lines: tuple[LineQuantity, ...], history: OrderHistory, minor: int
) -> None:
    paid = (payment(minor=13_600),)
    asked = ask(policy_slice, order=ORDER, payments=paid, history=history, issue=Issue.NO_REASON_RETURN)
    assert most(asked, RETURN, lines) == minor, situation
    case = classified(
        Issue.NO_REASON_RETURN,
        receipt=receipt(issue=Issue.NO_REASON_RETURN, lines=lines),
        order=ORDER,
        shipments=(delivered(DAY),),
        payments=paid,
        history=history,
        facts=asked.facts,
        finding=finding(row="returned-in-time", confidence=0.9),
    )
    offer, checks = weigh(case, policy_slice)
    assert offer is not None, checks[-1]
    assert offer.amount == Money(minor=minor), situation


def test_a_part_at_a_reduced_worth_is_settled_and_the_last_part_has_the_freight() -> None:
    """RES-13: what was kept of a part's price (worth, fee, freight of the return) is nobody's reason to keep the order's freight, too."""
    bought = order(line("L1", minor=8_000), line("L2", minor=5_000), total=Money(minor=13_600), freight=Money(minor=600))
    first = (LineQuantity(line_id="L1", quantity=1),)
    for given, kept, due in ((8_000, 0, 600), (6_000, 2_000, 600), (0, 8_000, 600), (6_000, 1_999, 0)):
        history = OrderHistory(
            taken=first,
            given=(LineGiven(line_id="L1", minor=given),),
            withheld=(LineGiven(line_id="L1", minor=kept),),
        )
        assert freight_due(bought, history, {"L2": 1}) == due
