"""What may be given (RES-3…5, RES-10): limits of an offer, approval, and what is due without a person."""

import pytest

from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import OrderLine, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from rules.common.amounts import cost_of
from rules.facts.establish import facts_of
from rules.remedies.limits import unfit
from tests.support.builders.cases import NOW, classified
from tests.support.builders.orders import order, parcel, payment, refund
from tests.support.builders.remedies import offer

LOST = parcel(status=ShipmentStatus.LOST)


@pytest.mark.parametrize(
    ("offers", "complaint"),
    [
        ((offer(minor=12_900),), None),
        ((offer(minor=12_901),), "left to refund"),
        ((offer(minor=6_000), offer(minor=7_000)), "left to refund"),
        ((offer(minor=100, currency="EUR"),), "the order is in CNY"),
        ((RemedyOffer(kind=RemedyKind.REPAIR),), "is no remedy for"),
        ((RemedyOffer(kind=RemedyKind.RESHIP),), None),
        ((), None),
    ],
)
def test_an_offer_keeps_to_the_order_and_to_what_can_be_done(
    policy_slice: PolicySlice, offers: tuple[RemedyOffer, ...], complaint: str | None
) -> None:
    said = unfit(classified(Issue.LOST, shipments=(LOST,)), policy_slice, offers)
    assert (said is None) if complaint is None else (said is not None and complaint in said.en and said.zh != said.en)


def test_what_was_refunded_already_is_not_offered_again(policy_slice: PolicySlice) -> None:
    back = refund(12_000)
    state = classified(Issue.LOST, shipments=(LOST,), payments=(payment("O-1", 1, back),))
    assert unfit(state, policy_slice, (offer(minor=900),)) is None
    assert unfit(state, policy_slice, (offer(minor=901),)) is not None


@pytest.mark.parametrize(("quantity", "minor"), [(1, 3_333), (2, 6_666), (3, 10_000), (9, 10_000)])
def test_lines_cost_what_was_paid_for_their_share(quantity: int, minor: int) -> None:
    line = OrderLine(
        line_id="L1", sku="S", title="T", category="c", quantity=3, unit_price=Money(minor=4_000), paid=Money(minor=10_000)
    )
    three = order().model_copy(update={"lines": (line,)})
    assert cost_of(three, (LineQuantity(line_id="L1", quantity=quantity),)).minor == minor


def test_facts_name_what_is_proved_and_nothing_else() -> None:
    named = {
        fact.name: fact.value
        for fact in facts_of(
            order=order(), shipments=(parcel(),), payments=(payment(),), lines=(), requests=(), sayings=(), evidence=2, now=NOW
        )
    }
    assert named["evidence.count"] == 2
    assert named["delivery.delivered"] is False
    assert named["payment.captured_count"] == 1
    assert "delivery.days_since" not in named
    assert "shipment.signed_by_other" not in named
    assert "carrier.silent" not in named
