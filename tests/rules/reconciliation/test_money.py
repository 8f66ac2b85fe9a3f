"""What counts as a difference between our books and the partners' (RES-5, RES-6)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from models.common.base import Money
from models.common.partners import ProviderRefundStatus, ShipmentStatus
from models.common.vocabulary import RefundStatus
from models.money.ledger import Entry
from models.reconciliation.difference import DifferenceKind, Finding
from models.remedies.remedy import RefundPart
from models.returns.partner import ReturnParcel
from rules.money.ledger import Whose, moved, reserved
from rules.reconciliation.money import Books, Limits, Part, Road, id_of, in_goods, in_money
from tests.support.builders.orders import payment, refund

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LIMITS = Limits(NOW, grace=timedelta(hours=1), overdue=timedelta(days=15))
LONG_AGO, JUST_NOW, A_DAY_AGO = NOW - timedelta(days=20), NOW - timedelta(minutes=1), NOW - timedelta(days=1)
PENDING, REQUESTED, ARRIVED, FAILED, REVERSED = (
    RefundStatus.PENDING,
    RefundStatus.REQUESTED,
    RefundStatus.ARRIVED,
    RefundStatus.FAILED,
    RefundStatus.REVERSED,
)
PART = RefundPart(key="RD-1.m1.1.1", payment_id="P-1", amount=Money(minor=500), refund_status=REQUESTED)
BY_HAND = moved(Whose("O-1", "RD-1", "m1"), PART, ARRIVED, otherwise=True)


def money(
    ours: RefundStatus,
    theirs: ProviderRefundStatus | None,
    since: datetime = A_DAY_AGO,
    minor: int = 500,
    entries: Sequence[Entry] = (),
) -> list[Finding]:
    part = RefundPart(key="RD-1.m1.1.1", payment_id="P-1", amount=Money(minor=500), refund_status=ours)
    made = refund(minor, theirs or ProviderRefundStatus.ACCEPTED, key=part.key, payment_id="P-1", reference="RD-1")
    paid = payment("O-1", 1, *((made,) if theirs else ()), minor=900, payment_id="P-1")
    books = Books([Part(part, "RD-1", since)], entries, frozenset())
    return [found for found in in_money("O-1", [paid], books, LIMITS) if found.kind is not DifferenceKind.REFUND_OUTSIDE]


AGREE = [
    (PENDING, None),
    (REQUESTED, ProviderRefundStatus.ACCEPTED),
    (ARRIVED, ProviderRefundStatus.ARRIVED),
    (FAILED, None),
    (FAILED, ProviderRefundStatus.REFUSED),
    (REVERSED, None),
    (REVERSED, ProviderRefundStatus.REFUSED),
]
DIFFER = {
    (PENDING, ProviderRefundStatus.ACCEPTED): (DifferenceKind.REFUND_AHEAD, True),
    (PENDING, ProviderRefundStatus.ARRIVED): (DifferenceKind.REFUND_AHEAD, True),
    (PENDING, ProviderRefundStatus.REFUSED): (DifferenceKind.REFUND_REFUSED, True),
    (REQUESTED, None): (DifferenceKind.REFUND_UNKNOWN, False),
    (REQUESTED, ProviderRefundStatus.ARRIVED): (DifferenceKind.REFUND_AHEAD, True),
    (REQUESTED, ProviderRefundStatus.REFUSED): (DifferenceKind.REFUND_REFUSED, True),
    (ARRIVED, None): (DifferenceKind.REFUND_UNKNOWN, False),
    (ARRIVED, ProviderRefundStatus.ACCEPTED): (DifferenceKind.REFUND_BEHIND, False),
    (ARRIVED, ProviderRefundStatus.REFUSED): (DifferenceKind.REFUND_REFUSED, True),
    (FAILED, ProviderRefundStatus.ACCEPTED): (DifferenceKind.REFUND_AHEAD, False),
    (FAILED, ProviderRefundStatus.ARRIVED): (DifferenceKind.REFUND_AHEAD, True),
    (REVERSED, ProviderRefundStatus.ACCEPTED): (DifferenceKind.REFUND_AHEAD, False),
    (REVERSED, ProviderRefundStatus.ARRIVED): (DifferenceKind.REFUND_AHEAD, False),
}


def test_every_pair_of_states_is_judged() -> None:
    assert {*AGREE, *DIFFER} == {
        (ours, theirs) for ours in (PENDING, REQUESTED, ARRIVED, FAILED, REVERSED) for theirs in (None, *ProviderRefundStatus)
    }


@pytest.mark.parametrize(("ours", "theirs"), AGREE)
def test_books_that_agree_have_no_difference(ours: RefundStatus, theirs: ProviderRefundStatus | None) -> None:
    assert money(ours, theirs) == []


@pytest.mark.parametrize(("pair", "expected"), DIFFER.items())
def test_books_that_differ_are_told_to_the_case_where_it_can_take_that_in(
    pair: tuple[RefundStatus, ProviderRefundStatus | None], expected: tuple[DifferenceKind, bool]
) -> None:
    (found,) = money(*pair)
    assert (found.kind, found.word is not None) == expected


@pytest.mark.parametrize("pair", DIFFER)
def test_what_changed_just_now_is_no_difference_yet(pair: tuple[RefundStatus, ProviderRefundStatus | None]) -> None:
    assert money(*pair, since=JUST_NOW) == []


@pytest.mark.parametrize(("ours", "theirs"), [(PENDING, None), (REQUESTED, ProviderRefundStatus.ACCEPTED)])
def test_a_refund_on_its_way_for_too_long_is_one(ours: RefundStatus, theirs: ProviderRefundStatus | None) -> None:
    (found,) = money(ours, theirs, since=LONG_AGO)
    assert found.kind is DifferenceKind.REFUND_OVERDUE


@pytest.mark.parametrize("ours", [PENDING, REQUESTED, FAILED])
def test_what_arrived_with_another_amount_is_one_difference_however_often_it_is_looked_for(ours: RefundStatus) -> None:
    (found,) = money(ours, ProviderRefundStatus.ARRIVED, minor=499)
    assert (found.kind, found.word is not None) == (DifferenceKind.REFUND_AMOUNT, True), "nor is the provider ahead"


def test_another_amount_is_a_difference_beside_any_other() -> None:
    kinds = {found.kind: found.word for found in money(PENDING, ProviderRefundStatus.ACCEPTED, minor=499)}
    assert set(kinds) == {DifferenceKind.REFUND_AHEAD, DifferenceKind.REFUND_AMOUNT}
    assert kinds[DifferenceKind.REFUND_AMOUNT] is None


@pytest.mark.parametrize(
    ("theirs", "twice"),
    [
        (None, False),
        (ProviderRefundStatus.REFUSED, False),
        (ProviderRefundStatus.ACCEPTED, True),
        (ProviderRefundStatus.ARRIVED, True),
    ],
)
def test_a_refund_that_was_paid_by_hand_is_a_persons_task_when_the_provider_paid_it_too_or_still_may(
    theirs: ProviderRefundStatus | None, twice: bool
) -> None:
    found = money(ARRIVED, theirs, entries=BY_HAND)
    assert [(one.kind, one.word) for one in found] == ([(DifferenceKind.REFUND_TWICE, None)] if twice else [])


@pytest.mark.parametrize(
    ("remedy", "first", "second", "twice"),
    [
        ("m1", ProviderRefundStatus.ARRIVED, ProviderRefundStatus.ARRIVED, True),
        ("m1", ProviderRefundStatus.REFUSED, ProviderRefundStatus.ARRIVED, False),
        ("m1", ProviderRefundStatus.ARRIVED, ProviderRefundStatus.REFUSED, False),
        ("m2", ProviderRefundStatus.ARRIVED, ProviderRefundStatus.ARRIVED, False),
    ],
)
def test_a_refused_refund_that_arrived_beside_the_one_given_in_its_place_is_a_persons_task(
    remedy: str, first: ProviderRefundStatus, second: ProviderRefundStatus, twice: bool
) -> None:
    made = {PART.key: first, f"RD-1.{remedy}.2.1": second}
    refunds = [refund(500, status, key=key, payment_id="P-1", reference="RD-1") for key, status in made.items()]
    refused = moved(Whose("O-1", "RD-1", "m1"), PART, FAILED)
    parts = [Part(PART.model_copy(update={"key": key, "refund_status": ARRIVED}), "RD-1", A_DAY_AGO) for key in made]
    books = Books(parts, refused, frozenset())
    found = in_money("O-1", [payment("O-1", 1, *refunds, minor=900, payment_id="P-1")], books, LIMITS)
    assert [one.subject for one in found if one.kind is DifferenceKind.REFUND_TWICE] == ([PART.key] if twice else [])


def test_a_second_refund_under_one_key_is_a_persons_task() -> None:
    first = refund(500, key=PART.key, payment_id="P-1", reference="RD-1")
    second = first.model_copy(update={"refund_id": "S-2"})
    refused = first.model_copy(update={"refund_id": "S-3", "status": ProviderRefundStatus.REFUSED})
    known = PART.model_copy(update={"refund_status": ARRIVED})
    paid = payment("O-1", 1, refused, first, second, minor=1_500, payment_id="P-1")
    entries = [reserved(Whose("O-1", "RD-1", "m1"), PART)]
    found = list(in_money("O-1", [paid], Books([Part(known, "RD-1", A_DAY_AGO)], entries, frozenset()), LIMITS))
    assert [(one.kind, one.subject) for one in found] == [(DifferenceKind.REFUND_TWICE, "S-2")]


@pytest.mark.parametrize(
    ("sent", "come", "told", "expected"),
    [
        (False, False, None, None),
        (False, False, ShipmentStatus.CREATED, None),
        (False, False, ShipmentStatus.IN_TRANSIT, DifferenceKind.PARCEL_AHEAD),
        (True, False, ShipmentStatus.IN_TRANSIT, None),
        (True, False, ShipmentStatus.DELIVERED, DifferenceKind.PARCEL_AHEAD),
        (True, False, ShipmentStatus.LOST, DifferenceKind.PARCEL_AHEAD),
        (True, False, None, DifferenceKind.PARCEL_UNKNOWN),
        (True, True, None, None),
        (True, True, ShipmentStatus.DELIVERED, None),
        (True, True, ShipmentStatus.LOST, DifferenceKind.PARCEL_LOST),
    ],
)
def test_a_parcel_is_judged_by_what_both_know_of_it(
    *, sent: bool, come: bool, told: ShipmentStatus | None, expected: DifferenceKind | None
) -> None:
    road = Road("RD-1.m1.return", "RD-1", "O-1", "T-1", sent=sent, come=come, since=A_DAY_AGO)
    parcel = ReturnParcel(tracking="T-1", carrier_id="K-1", status=told.value) if told else None
    found = list(in_goods(road, told, parcel, LIMITS))
    assert [finding.kind for finding in found] == ([expected] if expected else [])
    assert all((finding.word is not None) == (expected is DifferenceKind.PARCEL_AHEAD) for finding in found)


def test_a_carriers_word_that_the_policy_does_not_know_is_told_to_the_operator() -> None:
    road = Road("RD-1.m1.return", "RD-1", "O-1", "T-1", sent=True, come=False, since=A_DAY_AGO)
    (found,) = in_goods(road, None, ReturnParcel(tracking="T-1", carrier_id="K-1", status="在天上飞"), LIMITS)
    assert (found.kind, found.theirs) == (DifferenceKind.PARCEL_UNREADABLE, {"status": "在天上飞"})


def test_the_same_difference_has_the_same_id_whatever_the_books_say_by_now() -> None:
    first, later = money(REQUESTED, ProviderRefundStatus.ARRIVED)[0], money(PENDING, ProviderRefundStatus.ARRIVED)[0]
    other = money(REQUESTED, None)[0]
    assert id_of(first) == id_of(later)
    assert id_of(first) != id_of(other)
