"""An order in two parcels: what happens to one says nothing of the goods in the other (INV-1)."""

from datetime import timedelta

import pytest

from models.case.state import CaseState
from models.common.lines import LineQuantity
from models.common.partners import OrderStatus, Shipment, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.eligibility import Entitlement
from models.remedies.offers import OptionOffer, RemedyOffer
from rules.case.automatic import due_without_a_person
from rules.facts.establish import facts_of, value_of
from rules.facts.parcels import lines_in_question, parcel_in_question
from rules.remedies.ask import Ask
from rules.remedies.eligibility import eligible, most
from rules.remedies.offers import lay_out
from tests.support.builders import orders
from tests.support.builders.cases import classified, finding, receipt
from tests.support.builders.eligibility import NOW, ask, line, order
from tests.support.builders.orders import parcel, payment

FIRST, SECOND = LineQuantity(line_id="L1"), LineQuantity(line_id="L2")
ORDER = order(line("L1", minor=8_000), line("L2", minor=5_000))


def came(*lines: LineQuantity) -> Shipment:
    at = NOW - timedelta(days=2)
    return parcel(tracking="T-1", lines=lines, status=ShipmentStatus.DELIVERED, delivered_at=at, signed_relation="self")


def lost(*lines: LineQuantity) -> Shipment:
    return parcel(tracking="T-2", status=ShipmentStatus.LOST, lines=lines)


PARCELS = (came(FIRST), lost(SECOND))


def status(shipments: tuple[Shipment, ...], *lines: LineQuantity) -> object:
    facts = facts_of(order=ORDER, shipments=shipments, payments=(), lines=lines, requests=(), sayings=(), evidence=0, now=NOW)
    return value_of(facts, "shipment.status")


def asked(policy: PolicySlice, shipments: tuple[Shipment, ...] = PARCELS, *lines: LineQuantity) -> Ask:
    return ask(policy, order=ORDER, shipments=shipments, issue=Issue.LOST, lines=lines)


def by_line(asking: Ask, kind: RemedyKind = RemedyKind.REFUND_ONLY) -> dict[str, Entitlement]:
    told = eligible(asking).lines
    return {one.line_id: next(remedy for remedy in one.remedies if remedy.kind is kind) for one in told}


def case_of(*named: LineQuantity, shipments: tuple[Shipment, ...] = PARCELS) -> CaseState:
    bought = ORDER.model_copy(update={"placed_at": orders.NOW - timedelta(days=9)})
    return classified(
        Issue.LOST,
        order=bought,
        shipments=shipments,
        payments=(payment(minor=13_000),),
        finding=finding(row="lost", confidence=0.98),
        receipt=receipt(lines=named),
    )


def test_the_facts_of_a_line_are_those_of_its_own_parcel() -> None:
    assert status(PARCELS, FIRST) == "delivered"
    assert status(PARCELS, SECOND) == status(PARCELS) == "lost"


def test_where_nobody_says_what_lies_in_a_parcel_it_may_be_anything() -> None:
    assert status((came(), lost()), FIRST) == "lost"


def test_the_parcel_that_is_asked_about_and_claimed_is_that_of_the_lines() -> None:
    found = parcel_in_question(PARCELS, (FIRST,))
    assert found is not None
    assert found.tracking == "T-1"


def test_a_line_that_was_delivered_is_not_refunded_because_the_other_parcel_is_lost(policy_slice: PolicySlice) -> None:
    told = by_line(asked(policy_slice))
    assert not told["L1"].allowed
    assert (told["L2"].allowed, told["L2"].max_amount and told["L2"].max_amount.minor) == (True, 5_000)
    assert most(asked(policy_slice), RemedyKind.REFUND_ONLY, (FIRST, SECOND)) == 5_000


def test_a_line_in_both_parcels_is_refunded_as_far_as_it_is_lost(policy_slice: PolicySlice) -> None:
    three = order(line("L1", quantity=3, minor=9_000))
    parcels = (came(LineQuantity(line_id="L1", quantity=2)), lost(LineQuantity(line_id="L1")))
    told = by_line(ask(policy_slice, order=three, shipments=parcels, issue=Issue.LOST))["L1"]
    assert (told.allowed, told.max_quantity, told.max_amount and told.max_amount.minor) == (True, 1, 3_000)


def test_a_lost_parcels_goods_alone_are_refunded_without_a_person(policy_slice: PolicySlice) -> None:
    due = due_without_a_person(case_of(), policy_slice)
    assert due is not None
    assert (due.lines, due.amount and due.amount.minor) == ((SECOND,), 5_000)


def test_a_person_who_names_no_line_offers_what_lay_in_the_lost_parcel(policy_slice: PolicySlice) -> None:
    offer = OptionOffer(remedies=(RemedyOffer(kind=RemedyKind.RESHIP),), why="lost")
    assert [remedy.lines for remedy in lay_out(policy_slice, case_of(), offer).remedies] == [(SECOND,)]
    whole = lay_out(policy_slice, case_of(shipments=(lost(),)), offer)
    assert [remedy.lines for remedy in whole.remedies] == [()]


def test_what_the_customer_names_is_kept_where_it_is_lost() -> None:
    assert lines_in_question(case_of(SECOND)) == (SECOND,)
    assert lines_in_question(case_of(FIRST)) == (FIRST,)
    assert lines_in_question(case_of()) == (SECOND,)


LABEL = parcel(tracking="T-0", status=ShipmentStatus.CREATED, shipped_at=None, scans=())


@pytest.mark.parametrize(
    ("situation", "status_", "parcels", "open_"),
    [
        ("the merchant says that all of it came", OrderStatus.DELIVERED, (came(), LABEL), False),
        ("the other parcels carry all of it", OrderStatus.SHIPPED, (came(FIRST, SECOND), LABEL), False),
        ("the rest may still be sent by it", OrderStatus.SHIPPED, (came(FIRST), LABEL), True),
        ("nobody says what lay in the one that came", OrderStatus.SHIPPED, (came(), LABEL), True),
        ("nothing has left", OrderStatus.DELIVERED, (LABEL,), True),
    ],
)
def test_a_label_that_was_made_anew_and_never_used_keeps_no_time_from_beginning(
    policy_slice: PolicySlice, situation: str, status_: OrderStatus, parcels: tuple[Shipment, ...], open_: bool
) -> None:
    bought = ORDER.model_copy(update={"status": status_})
    last = by_line(ask(policy_slice, order=bought, shipments=parcels, issue=Issue.NO_REASON_RETURN), RemedyKind.RETURN_AND_REFUND)
    assert (last["L2"].last_day is None) is open_, situation
    facts = facts_of(order=bought, shipments=parcels, payments=(), lines=(), requests=(), sayings=(), evidence=0, now=NOW)
    assert value_of(facts, "delivery.delivered") is not open_, situation


@pytest.mark.parametrize("parcels", [(came(), LABEL), (LABEL, came())])
def test_what_is_asked_or_claimed_of_a_carrier_is_about_the_parcel_that_left(parcels: tuple[Shipment, ...]) -> None:
    asked = parcel_in_question(parcels)
    assert asked is not None
    assert asked.tracking == "T-1"
