"""Which parcels were given up, which of them have turned up, and what that leaves to claim and to decide (RES-9)."""

from datetime import timedelta

import pytest

from models.case.state import CaseState
from models.claims.found import FoundParcel
from models.claims.policy import ClaimsPolicy
from models.claims.state import ClaimCause
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Scan, Shipment, ShipmentStatus
from models.common.vocabulary import Issue, Party, RemedyKind, Stage
from models.policy.policy import Policy
from models.reconciliation.difference import DifferenceKind
from models.remedies.remedy import Remedy
from models.returns.partner import Purpose, ReturnParcel
from models.returns.state import ReturnParcelState, ReturnResult, ReturnState
from rules.claims.found import as_found, given_up, is_news, standing, to_call_off, to_decide
from rules.claims.receivables import if_late, receivables
from rules.facts.parcels import lines_in_question
from rules.reconciliation.found import in_found
from tests.support.builders.cases import NOW, classified, finding, receipt
from tests.support.builders.claims import claim
from tests.support.builders.orders import line, order, parcel
from tests.support.builders.remedies import remedy

LOST, DELIVERED, RETURNED = ShipmentStatus.LOST, ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED
PROMISED = order(now=NOW).promised_at or NOW


def case(*remedies: Remedy, parcels: tuple[Shipment, ...] = (parcel(status=LOST),), **change: object) -> CaseState:
    bought = order("O-1", line("L1", minor=10_000), line("L2", minor=5_000), now=NOW)
    base = classified(
        Issue.LOST,
        receipt=receipt(issue=Issue.LOST),
        order=bought,
        order_id="O-1",
        shipments=parcels,
        finding=finding(Party.CARRIER),
        remedies=remedies,
    )
    return base.model_copy(update=change)


def found(status: ShipmentStatus = DELIVERED, tracking: str = "T-O-1", *, late: bool = True) -> FoundParcel:
    return FoundParcel(tracking=tracking, status=status, at=PROMISED + timedelta(hours=1 if late else -1))


def owed(state: CaseState) -> list[tuple[ClaimCause, int]]:
    return [(due.cause, sum(item.amount.minor for item in due.items)) for due in receivables(state, ClaimsPolicy())]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ((), [(ClaimCause.LOST, 10_000)]),
        ((found(),), [(ClaimCause.LATE, 2_000)]),
        ((found(RETURNED),), [(ClaimCause.LATE, 2_000)]),
        ((found(late=False),), []),
        ((found(late=False), found(RETURNED)), []),
        ((found(tracking="T-OTHER"),), [(ClaimCause.LOST, 10_000)]),
    ],
)
def test_what_its_carrier_owes_follows_when_the_parcel_first_turned_up(
    told: tuple[FoundParcel, ...], left: list[tuple[ClaimCause, int]]
) -> None:
    assert owed(case(remedy(), found=told)) == left


def test_of_two_parcels_that_got_lost_the_one_that_is_still_missing_is_claimed() -> None:
    parcels = (parcel(status=LOST), parcel(status=LOST, tracking="T-2"))
    assert owed(case(remedy(), parcels=parcels, found=(found(),))) == [(ClaimCause.LOST, 10_000)]


def test_an_order_in_two_parcels_is_still_about_the_lines_of_the_one_that_was_lost() -> None:
    first = parcel(status=DELIVERED, lines=(LineQuantity(line_id="L1", quantity=1),))
    second = parcel(tracking="T-2", status=LOST, lines=(LineQuantity(line_id="L2", quantity=1),))
    state = case(remedy(minor=5_000), parcels=(first, second))
    assert [one.tracking for one in given_up(state)] == ["T-2"]
    came = state.model_copy(
        update={"found": (found(tracking="T-2"),), "shipments": (first, second.model_copy(update={"status": DELIVERED}))}
    )
    assert lines_in_question(came) == lines_in_question(state) == (LineQuantity(line_id="L2", quantity=1),)
    assert owed(came) == [(ClaimCause.LATE, 2_000)]
    assert not is_news(came, found())


def test_a_parcel_of_a_case_that_gave_nothing_is_no_loss() -> None:
    assert list(given_up(case())) == []
    assert list(given_up(case(remedy(undone="stock_gone")))) == []


def test_a_parcel_that_was_given_up_without_its_carriers_word_counts_too() -> None:
    assert [one.tracking for one in given_up(case(remedy(), parcels=(parcel(),)))] == ["T-O-1"]
    assert list(given_up(case(remedy(), parcels=(parcel(status=DELIVERED),)))) == []  # it was there before anything was given


@pytest.mark.parametrize(
    ("known", "told", "news"),
    [
        ((), found(), True),
        ((), found(tracking="T-OTHER"), False),
        ((found(),), found(), False),
        ((found(),), found(RETURNED), True),
        ((found(),), found(RETURNED, late=False), False),
    ],
)
def test_what_is_known_or_older_or_of_another_parcel_is_no_news(
    known: tuple[FoundParcel, ...], told: FoundParcel, news: bool
) -> None:
    assert is_news(case(remedy(), found=known), told) is news


@pytest.mark.parametrize(
    ("remedies", "status", "decide"),
    [
        ((remedy(),), DELIVERED, True),
        ((remedy(done_at=None),), DELIVERED, True),  # its refund is under way and cannot be called back
        ((remedy(RemedyKind.APOLOGY, None),), DELIVERED, False),
        ((remedy(),), RETURNED, False),
        ((remedy(undone="parcel_found"),), DELIVERED, False),
        ((remedy(undone="parcel_found"),), RETURNED, True),
    ],
)
def test_people_decide_when_the_customer_has_the_goods_and_something_for_them_or_neither(
    remedies: tuple[Remedy, ...], status: ShipmentStatus, decide: bool
) -> None:
    state = case(*remedies, found=(found(status),))
    assert to_decide(state, found(status)) is decide


def test_a_reship_of_more_than_the_parcel_carried_is_not_called_off() -> None:
    second = parcel(tracking="T-2", status=LOST, lines=(LineQuantity(line_id="L2", quantity=1),))
    whole = remedy(RemedyKind.RESHIP, None, done_at=None)
    part = whole.model_copy(update={"lines": second.lines})
    told = found(tracking="T-2")
    assert standing(case(whole, parcels=(second,), found=(told,)), told) == (whole,)
    assert standing(case(part, parcels=(second,), found=(told,)), told) == ()


def test_a_claim_knows_what_is_left_of_it_when_the_parcel_comes_late() -> None:
    state = case(remedy())
    (due,) = receivables(state, ClaimsPolicy())
    assert [item.amount.minor for item in if_late(state, due, ClaimsPolicy())] == [2_000]


@pytest.mark.parametrize(("status", "ours"), [("delivered", DELIVERED), ("in_transit", None), ("wrdlbrmpft", None)])
def test_a_tracking_services_words_are_read_by_the_policy(policy: Policy, status: str, ours: ShipmentStatus | None) -> None:
    told = ReturnParcel(tracking="T-O-1", carrier_id="K-1", status=status, scans=(Scan(at=NOW, place="", status=status),))
    came = as_found(told, policy.returns, NOW)
    assert (came.status if came else None) is ours


@pytest.mark.parametrize(("stage", "listener"), [(Stage.FOLLOW_UP, "RD-1"), (Stage.CLOSED, "RD-1.claim.1")])
def test_a_scan_tells_the_case_while_it_is_open_and_its_claim_after_that(stage: Stage, listener: str) -> None:
    lost = claim((Party.MERCHANT, 10_000)).model_copy(update={"tracking": "T-O-1", "promised_at": PROMISED})
    ahead, to_people = in_found(case(remedy(), stage=stage), found(), {}, [lost])
    assert (ahead.kind, ahead.word and ahead.word.workflow_id) == (DifferenceKind.PARCEL_AHEAD, listener)
    assert (to_people.kind, to_people.word) == (DifferenceKind.PARCEL_FOUND, None)


def test_what_is_sent_in_exchange_for_goods_that_came_back_to_the_customer_is_called_off() -> None:
    back = ReturnState(
        workflow_id="RD-1.m1.return",
        purpose=Purpose.EXCHANGE,
        lines=(),
        agreed=Money(minor=0),
        opened_at=NOW,
        result=ReturnResult.LOST,
        parcel=ReturnParcelState(tracking="BACK-1", carrier_id="K-1"),
    )
    exchange = remedy(RemedyKind.EXCHANGE, None, done_at=None, return_=back)
    state = case(exchange, parcels=(parcel(status=DELIVERED),))
    assert [remedy.id for remedy in to_call_off(state, found(RETURNED, "BACK-1"))] == ["m1"]
    assert to_call_off(state, found(DELIVERED, "BACK-1")) == ()  # the merchant has them, as agreed
