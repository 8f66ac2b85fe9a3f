"""What nobody can do is known when it is asked for, with the rule and what is open instead (RES-1)."""

from typing import Any

import pytest

from models.case.history import OrderHistory
from models.case.receipt import Wanted
from models.common.lines import LineQuantity, NewItem
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.order_change import OrderChange
from rules.remedies.impossible import impossible
from tests.support.builders.eligibility import ask, order
from tests.support.builders.orders import line, parcel

PAID: dict[str, Any] = {"order": order(status=OrderStatus.PAID), "shipments": ()}
CANCELLED: dict[str, Any] = {"order": order(status=OrderStatus.CANCELLED), "shipments": (), "payments": ()}
TAKEN: dict[str, Any] = {"history": OrderHistory(taken=(LineQuantity(line_id="L1", quantity=1),))}
ON_ITS_WAY: dict[str, Any] = {"shipments": (parcel(),)}
WENT_BACK: dict[str, Any] = {"shipments": (parcel(status=ShipmentStatus.RETURNED),)}


def changed(**change: Any) -> Wanted:
    return Wanted(remedy=RemedyKind.ORDER_CHANGED, change=OrderChange(**change))


SAME_QUANTITY = changed(quantities=(LineQuantity(line_id="L1", quantity=1),))
SAME_ITEM = changed(items=(NewItem(line_id="L1", sku="SKU-1"),))


@pytest.mark.parametrize(
    ("issue", "wanted", "situation", "rule", "instead"),
    [
        (Issue.CANCEL, None, {}, "shipped-already", RemedyKind.RETURN_AND_REFUND),
        (Issue.CHANGE, None, {}, "shipped-already", RemedyKind.EXCHANGE),
        (Issue.CANCEL, None, CANCELLED, "order-is-cancelled", None),
        (Issue.CHANGE, None, CANCELLED, "order-is-cancelled", None),
        (Issue.NO_REASON_RETURN, None, PAID, "not-shipped-yet", RemedyKind.ORDER_CANCELLED),
        (Issue.NO_REASON_RETURN, None, ON_ITS_WAY, "not-arrived-yet", None),
        (Issue.NO_REASON_RETURN, None, WENT_BACK, "went-back", RemedyKind.RESHIP),
        (Issue.NO_REASON_RETURN, None, TAKEN, "pieces-left", None),
        (Issue.QUALITY_DEFECT, Wanted(remedy=RemedyKind.EXCHANGE), TAKEN, "pieces-left", None),
        (Issue.QUALITY_DEFECT, Wanted(remedy=RemedyKind.REPAIR), PAID, "not-shipped-yet", RemedyKind.ORDER_CANCELLED),
        (Issue.CANCEL, Wanted(remedy=RemedyKind.REFUND_ONLY), CANCELLED, "cancelled-already", None),
        (Issue.CHANGE, SAME_QUANTITY, PAID, "changes", RemedyKind.ORDER_CHANGED),
        (Issue.CHANGE, SAME_ITEM, PAID, "changes", RemedyKind.ORDER_CANCELLED),
    ],
)
def test_a_firm_rule_is_the_answer_with_what_is_possible_instead(  # noqa: PLR0917 # a row of the table
    policy_slice: PolicySlice,
    issue: Issue,
    wanted: Wanted | None,
    situation: dict[str, Any],
    rule: str,
    instead: RemedyKind | None,
) -> None:
    found = impossible(ask(policy_slice, issue=issue, **situation), wanted)
    assert found is not None
    assert found.rule == rule
    assert instead is None or instead in found.instead
    assert found.reason.zh
    assert found.reason.en


@pytest.mark.parametrize(
    ("issue", "wanted", "situation"),
    [
        (Issue.CANCEL, None, PAID),
        (Issue.NO_REASON_RETURN, None, {}),
        (Issue.CHANGE, changed(quantities=(LineQuantity(line_id="L1", quantity=2),)), PAID),
        (Issue.QUALITY_DEFECT, None, TAKEN),  # what went wrong is heard, whatever may be given
        (Issue.LOST, Wanted(remedy=RemedyKind.REFUND_ONLY), {"payments": ()}),  # another remedy may be right
        (Issue.QUALITY_DEFECT, Wanted(remedy=RemedyKind.ORDER_CANCELLED), {}),  # no remedy of this issue: a person asks back
        (None, Wanted(remedy=RemedyKind.RETURN_AND_REFUND), PAID),
    ],
)
def test_what_somebody_may_say_yes_to_is_opened(
    policy_slice: PolicySlice, issue: Issue | None, wanted: Wanted | None, situation: dict[str, Any]
) -> None:
    assert impossible(ask(policy_slice, issue=issue, **situation), wanted) is None


def test_one_line_that_can_be_returned_is_enough(policy_slice: PolicySlice) -> None:
    two = order(line("L1"), line("L2"))
    both = ask(policy_slice, issue=Issue.NO_REASON_RETURN, order=two, **TAKEN)
    assert impossible(both, None) is None
    only = ask(policy_slice, issue=Issue.NO_REASON_RETURN, order=two, lines=(LineQuantity(line_id="L1", quantity=1),), **TAKEN)
    assert impossible(only, None) is not None
