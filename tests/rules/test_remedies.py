"""What may be given (RES-3…5, RES-10): limits of an offer, approval, and what is due without a person."""

from typing import Any

import pytest
from cases import NOW, case, receipt
from fakes import order, parcel, payment

from models.base import Bilingual, Money
from models.case import CaseState, Classification
from models.findings import Finding
from models.lines import LineQuantity
from models.offers import RemedyOffer
from models.partners import OrderLine, Refund, RefundStatus
from models.people import Actor
from models.policy import PolicySlice
from models.receipt import Wanted
from models.vocabulary import Issue, Kind, Party, RemedyKind, Role
from rules.facts import facts_of
from rules.money import cost_of
from rules.remedies import due_without_a_person, needs_approval, unfit


def refund(minor: int, currency: str = "CNY") -> RemedyOffer:
    return RemedyOffer(kind=RemedyKind.REFUND_ONLY, amount=Money(minor=minor, currency=currency))


def classified(issue: Issue, **change: object) -> CaseState:
    fields: dict[str, Any] = {"order": order(), "payments": (payment(),), **change}
    return case(classification=Classification(issue=issue, confidence=1, by="customer"), **fields)


def found(row: str, confidence: float = 0.98) -> Finding:
    return Finding(party=Party.CARRIER, confidence=confidence, basis=Bilingual(zh="丢失", en="lost"), row=row, at=NOW)


@pytest.mark.parametrize(
    ("offers", "complaint"),
    [
        ((refund(12_900),), None),
        ((refund(12_901),), "left to refund"),
        ((refund(6_000), refund(7_000)), "left to refund"),
        ((refund(100, "EUR"),), "the order is in CNY"),
        ((RemedyOffer(kind=RemedyKind.REPAIR),), "is no remedy for"),
        ((RemedyOffer(kind=RemedyKind.RESHIP),), "is no remedy for"),
        ((), None),
    ],
)
def test_an_offer_keeps_to_the_order_and_to_what_can_be_done(
    policy_slice: PolicySlice, offers: tuple[RemedyOffer, ...], complaint: str | None
) -> None:
    said = unfit(classified(Issue.LOST), policy_slice, offers)
    assert (said is None) if complaint is None else (said is not None and complaint in said.en and said.zh != said.en)


def test_what_was_refunded_already_is_not_offered_again(policy_slice: PolicySlice) -> None:
    back = Refund(
        refund_id="R",
        key="elsewhere",
        payment_id="P-O-1-1",
        order_id="O-1",
        amount=Money(minor=12_000),
        status=RefundStatus.ARRIVED,
        reference="",
    )
    state = classified(Issue.LOST, payments=(payment().model_copy(update={"refunds": (back,)}),))
    assert unfit(state, policy_slice, (refund(900),)) is None
    assert unfit(state, policy_slice, (refund(901),)) is not None


@pytest.mark.parametrize(
    ("role", "minor", "waits"),
    [
        (Role.SYSTEM, 20_000, False),
        (Role.SYSTEM, 20_001, True),
        (Role.AGENT, 200_000, False),
        (Role.AGENT, 200_001, True),
        (Role.SUPERVISOR, 200_001, True),
        (Role.MERCHANT, 10_000_000, False),
    ],
)
def test_money_above_the_limit_waits_for_another_person(policy_slice: PolicySlice, role: Role, minor: int, waits: bool) -> None:
    assert needs_approval(policy_slice, Actor(role=role, id="x"), Money(minor=minor)) is waits


def test_a_lost_small_parcel_is_refunded_without_a_person(policy_slice: PolicySlice) -> None:
    offer = due_without_a_person(classified(Issue.LOST, finding=found("lost")), policy_slice)
    assert offer == refund(12_900)


@pytest.mark.parametrize(
    "change",
    [
        {"finding": None},
        {"finding": found("lost", confidence=0.5)},
        {"finding": found("late-on-the-way")},
        {"kind": Kind.INQUIRY},
        {"reopened": 1},
        {"disputed": True},
        {"automatic_denied": "automatic_cap_day"},
        {"order": order(minor=20_001), "payments": (payment(minor=20_001),)},
        {"receipt": receipt(wanted=Wanted(remedy=RemedyKind.EXCHANGE))},
        {"receipt": receipt(wanted=Wanted(remedy=RemedyKind.REFUND_ONLY, amount=Money(minor=12_901)))},
    ],
)
def test_what_is_not_clear_and_small_needs_a_person(policy_slice: PolicySlice, change: dict[str, object]) -> None:
    assert due_without_a_person(classified(Issue.LOST, **{"finding": found("lost"), **change}), policy_slice) is None


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
