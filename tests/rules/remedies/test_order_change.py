"""What may be changed of an order before it is shipped, until when, and what it costs (RES-1)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.case.receipt import Wanted
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderStatus, ShipmentStatus
from models.common.vocabulary import RemedyKind
from models.remedies.order_change import ChangeAnswer, ChangeStatus, OrderChange
from rules.policy.load import load_policy, slice_policy
from rules.remedies.order_change import change_fault, difference, less_to_pay, paid_for, whole_order, wished
from settings import ROOT
from tests.support.builders.orders import order, parcel

NOW = datetime.now(UTC)
POLICY = slice_policy(load_policy(ROOT / "policies" / "default.yaml"), NOW)
ADDRESS = OrderChange(address_id="AD-1")


def paid(*marks: str, hours: float = 1, quantity: int = 1, **change: object) -> Order:
    """An order of so many pieces, paid so many hours ago."""
    placed = {"status": OrderStatus.PAID, "placed_at": NOW - timedelta(hours=hours), "promised_at": NOW + timedelta(days=3)}
    found = order().model_copy(update={**placed, **change})
    line = found.lines[0].model_copy(update={"marks": frozenset(marks), "quantity": quantity})
    return found.model_copy(update={"lines": (line,)})


def quantities(number: int) -> OrderChange:
    return OrderChange(quantities=(LineQuantity(line_id="L1", quantity=number),))


def items(sku: str | None = "SKU-2", line: str = "L1", number: int = 1) -> OrderChange:
    return OrderChange.model_validate({"items": [{"line_id": line, "sku": sku, "quantity": number}]})


@pytest.mark.parametrize(
    ("found", "change"),
    [
        (paid(), None),
        (paid("promotional"), None),
        (paid("custom", hours=1), None),
        (paid(), ADDRESS),
        (paid(), items()),
        (paid("promotional", quantity=3), quantities(2)),
        (paid(), quantities(5)),
        (paid(status=OrderStatus.UNPAID), OrderChange(payment_method="wechat_pay")),
        (paid(payment_methods=("wechat_pay", "card")), OrderChange(payment_method="card")),
        (paid("custom", hours=200, promised_at=NOW - timedelta(days=1)), None),
    ],
    ids=[
        "cancel",
        "cancel at a promotion",
        "cancel what is made to order, at once",
        "address",
        "another item",
        "fewer at a promotion",
        "more",
        "method before paying",
        "method of a paid order whose merchant allows it",
        "the merchant is late himself",
    ],
)
def test_before_shipping_an_order_may_be_changed(found: Order, change: OrderChange | None) -> None:
    assert change_fault(POLICY, found, (), change, NOW) is None


@pytest.mark.parametrize(
    ("found", "change", "words"),
    [
        (paid(status=OrderStatus.SHIPPED), None, "before shipping"),
        (paid(status=OrderStatus.CANCELLED), None, "cancelled already"),
        (paid("custom", hours=3), None, "within 2 hours"),
        (paid("custom"), items(), "marked custom"),
        (paid("custom", promised_at=NOW - timedelta(days=1)), items(), "marked custom"),
        (paid(hours=200), items(), "within 168 hours"),
        (paid("promotional"), quantities(2), "cannot be more"),
        (paid(), quantities(100), "at most 99"),
        (paid(), quantities(1), "already"),
        (paid(), items("SKU-1"), "already"),
        (paid(), items(None), "instead"),
        (paid(), items(line="L9"), "no line L9"),
        (paid(), items(number=2), "no more pieces"),
        (paid(), OrderChange(payment_method="wechat_pay"), "not paid"),
        (paid(payment_methods=("card",)), OrderChange(payment_method="wechat_pay"), "changed to card"),
        (paid(status=OrderStatus.UNPAID, payment_method="card"), OrderChange(payment_method="card"), "by card already"),
    ],
)
def test_a_refusal_says_why_in_both_languages(found: Order, change: OrderChange | None, words: str) -> None:
    fault = change_fault(POLICY, found, (), change, NOW)
    assert fault is not None
    assert words in fault.en
    assert fault.zh


def test_a_parcel_that_is_only_announced_does_not_end_the_changes() -> None:
    announced = parcel(status=ShipmentStatus.CREATED, shipped_at=None)
    assert change_fault(POLICY, paid(), (announced,), None, NOW) is None
    assert change_fault(POLICY, paid(), (parcel(),), None, NOW) is not None


def test_a_reason_that_the_policy_does_not_know_is_named_with_those_it_knows() -> None:
    fault = change_fault(POLICY, paid(), (), None, NOW, reason="the_moon")
    assert fault is not None
    assert "changed_mind" in fault.en
    assert change_fault(POLICY, paid(), (), None, NOW, reason="changed_mind") is None


def test_more_pieces_than_were_bought_cannot_be_cancelled() -> None:
    fault = change_fault(POLICY, paid(), (), None, NOW, lines=(LineQuantity(line_id="L1", quantity=2),))
    assert fault is not None


def test_the_whole_order_gives_back_its_freight_too_and_a_part_of_it_does_not() -> None:
    found = paid(quantity=2, total=Money(minor=13_700), freight=Money(minor=800))
    one = (LineQuantity(line_id="L1", quantity=1),)
    both = (LineQuantity(line_id="L1", quantity=2),)
    assert paid_for(found, ()) == paid_for(found, both) == Money(minor=13_700)
    assert paid_for(found, one) == Money(minor=6_450)
    assert whole_order(found, both)
    assert not whole_order(found, one)
    assert paid_for(found.model_copy(update={"status": OrderStatus.UNPAID}), ()) == Money(minor=0)


@pytest.mark.parametrize(("after", "to_pay", "to_refund"), [(15_000, 2_100, None), (10_000, None, 2_900), (12_900, None, None)])
def test_the_difference_follows_from_the_merchants_totals(after: int, to_pay: int | None, to_refund: int | None) -> None:
    told: dict[str, Any] = {"total_before": Money(minor=12_900), "order": paid(total=Money(minor=after))}
    answer = ChangeAnswer(key="k", order_id="O-1", status=ChangeStatus.CONFIRMED, **told)
    expected = tuple(Money(minor=minor) if minor else None for minor in (to_pay, to_refund))
    assert difference(answer) == expected


def test_an_order_that_is_not_paid_yet_leaves_nothing_to_settle() -> None:
    after = paid(status=OrderStatus.UNPAID, total=Money(minor=15_000))
    answer = ChangeAnswer(key="k", order_id="O-1", status=ChangeStatus.CONFIRMED, total_before=Money(minor=12_900), order=after)
    assert difference(answer) == (None, None)


def test_fewer_pieces_give_back_what_was_paid_for_them() -> None:
    assert less_to_pay(paid(quantity=3), quantities(1)) == Money(minor=8_600)
    assert less_to_pay(paid(quantity=3), quantities(4)) == Money(minor=0)
    assert less_to_pay(paid(), ADDRESS) == Money(minor=0)


def test_the_wish_to_cancel_is_offered_with_what_was_paid() -> None:
    offer = wished(paid(), Wanted(remedy=RemedyKind.REFUND_ONLY), ())
    assert offer is not None
    assert (offer.kind, offer.amount) == (RemedyKind.ORDER_CANCELLED, Money(minor=12_900))
    changed = wished(paid(), Wanted(remedy=RemedyKind.ORDER_CHANGED, change=quantities(2)), ())
    assert changed is not None
    assert changed.change == quantities(2)
    assert wished(paid(), Wanted(remedy=RemedyKind.ORDER_CHANGED), ()) is None
