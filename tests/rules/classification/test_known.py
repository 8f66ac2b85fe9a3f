"""What is known beside the words counts (CLS-2): the wish, how far the order is, and its payments."""

import pytest

from models.case.known import Known, Progress
from models.case.receipt import Wanted
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind
from rules.case.known import known_of, progress_of
from rules.classification.classify import classify
from rules.classification.known import weights
from tests.support.builders.cases import classified
from tests.support.builders.orders import order, parcel, payment

DELIVERED, NOT_SHIPPED, UNDER_WAY = (
    Known(progress=Progress.DELIVERED),
    Known(progress=Progress.NOT_SHIPPED),
    Known(progress=Progress.UNDER_WAY),
)


@pytest.mark.parametrize("known", [DELIVERED, UNDER_WAY, NOT_SHIPPED])
@pytest.mark.parametrize("text", ["please change the plug", "帮我换一个", "change it"])
def test_delivered_goods_are_no_change_of_the_order(text: str, known: Known) -> None:
    if known is DELIVERED:
        assert classify(text, known).issue not in {Issue.CHANGE, Issue.CANCEL}
    else:
        assert classify(text, known).issue not in {Issue.DAMAGED, Issue.SOILED}


@pytest.mark.parametrize(
    ("wanted", "text", "issue"),
    [
        (RemedyKind.ORDER_CHANGED, "我想改一下", Issue.CHANGE),
        (RemedyKind.ORDER_CANCELLED, "不要了", Issue.CANCEL),
    ],
)
def test_a_wish_makes_its_issue_likelier(wanted: RemedyKind, text: str, issue: Issue) -> None:
    read = classify(text, Known(wanted=wanted))
    assert issue in {read.issue, *read.alternatives}


def test_nothing_known_changes_nothing() -> None:
    assert weights(Known()) == {}
    assert classify("杯子碎了", Known()) == classify("杯子碎了")


def test_weights_of_several_facts_multiply() -> None:
    told = weights(Known(wanted=RemedyKind.ORDER_CANCELLED, progress=Progress.DELIVERED))
    assert told[Issue.CANCEL] < 1 < weights(Known(refund_pending=True))[Issue.REFUND_NOT_ARRIVED]


def test_a_case_tells_what_is_known() -> None:
    twice = (payment(minor=12_900), payment(number=2, minor=12_900))
    case = classified(Issue.DELAY, order=order(), shipments=(parcel(),), payments=twice)
    assert known_of(case).charged_twice
    assert known_of(case.model_copy(update={"payments": ()})).charged_twice is False
    asked = case.receipt.model_copy(update={"wanted": Wanted(remedy=RemedyKind.REPAIR)})
    assert known_of(case.model_copy(update={"receipt": asked})).wanted is RemedyKind.REPAIR
    assert known_of(case.model_copy(update={"order": None, "shipments": ()})).progress is None


@pytest.mark.parametrize(
    ("status", "parcels", "progress"),
    [
        (OrderStatus.PAID, (), Progress.NOT_SHIPPED),
        (OrderStatus.SHIPPED, (), Progress.UNDER_WAY),
        (OrderStatus.DELIVERED, (), Progress.DELIVERED),
        (OrderStatus.CANCELLED, (), None),
        (OrderStatus.SHIPPED, (ShipmentStatus.DELIVERED, ShipmentStatus.IN_TRANSIT), Progress.UNDER_WAY),
        (OrderStatus.SHIPPED, (ShipmentStatus.DELIVERED,), Progress.DELIVERED),
        (OrderStatus.SHIPPED, (ShipmentStatus.PICKUP_POINT,), Progress.DELIVERED),
    ],
)
def test_the_parcels_say_how_far_an_order_is(
    status: OrderStatus, parcels: tuple[ShipmentStatus, ...], progress: Progress | None
) -> None:
    sent = tuple(parcel().model_copy(update={"status": each}) for each in parcels)
    assert progress_of(order(status=status), sent) is progress
