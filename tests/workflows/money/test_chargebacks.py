"""Refunds of a payment that the customer's bank takes back (RES-12): they wait, go on, or are settled by it; a loss counts once."""

import time

import pytest

from adapters.database.ledger import booked
from models.chargebacks.partner import ChargebackStatus
from models.common.base import Money
from models.common.partners import ProviderRefundStatus, ShipmentStatus
from models.common.vocabulary import Issue, Kind, RemedyKind, Stage, WaitFor
from rules.money import ledger
from tests.support.builders.orders import order, parcel
from tests.support.fakes.chargebacks import Followed, chargeback
from tests.support.processes.service import Case, Service

REFUND = {"remedy": RemedyKind.REFUND_ONLY}
LOST = ChargebackStatus.LOST


@pytest.fixture
def followed(service: Service) -> Followed:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    return Followed.beside(service)


async def a_case(service: Service) -> Case:
    """It pays back by itself: its parcel was lost."""
    return await service.open(issue=Issue.LOST, wanted=REFUND)


async def held(followed: Followed) -> Case:
    """A case whose refund waits for the bank."""
    await followed.tell(chargeback())
    case = await a_case(followed.service)
    await case.waits_for(WaitFor.CHARGEBACK)
    assert followed.service.world.asked_for_refunds == []
    return case


async def over(case: Case) -> None:
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def money(service: Service) -> tuple[int, int, int, int, int]:
    """Refunded, under way, in chargebacks, twice and left, as the ledger has it."""
    async with service.database.reading() as session:
        entries = [entry for _, entry in await booked(session, "O-1")]
    assert sum(ledger.balances(entries).values()) == 0
    found = ledger.summary(entries, "CNY")
    amounts = (found.refunded, found.under_way, found.in_chargebacks, found.twice, found.left)
    assert found.paid.minor + found.twice.minor == sum(amount.minor for amount in amounts) - found.twice.minor
    return amounts[0].minor, amounts[1].minor, amounts[2].minor, amounts[3].minor, amounts[4].minor


async def test_a_refund_waits_while_a_chargeback_is_open_and_goes_on_when_it_is_won(followed: Followed) -> None:
    case = await held(followed)
    assert await money(followed.service) == (0, 0, 12_900, 0, 0)
    assert "resolution.refund_held" in await case.messages("C-1")
    await followed.tell(chargeback(), status=ChargebackStatus.WON)
    await over(case)
    assert followed.service.world.paid_back("O-1") == 12_900
    assert await money(followed.service) == (12_900, 0, 0, 0, 0)
    assert (await case.timeline()).count("resolution.refund_held") == 1


async def test_a_refund_that_waits_is_settled_by_a_chargeback_that_was_lost(followed: Followed) -> None:
    case = await held(followed)
    state = await followed.tell(chargeback(), status=LOST)
    await over(case)
    assert followed.service.world.asked_for_refunds == []
    assert await money(followed.service) == (12_900, 0, 0, 0, 0)
    assert state.twice is None
    assert [data["amount_minor"] for data in await case.told("resolution.refund_charged_back")] == [12_900]
    assert "resolution.refund_charged_back" in await case.messages("C-1")


async def test_of_one_that_was_lost_in_part_the_rest_is_refunded(followed: Followed) -> None:
    case = await held(followed)
    await followed.tell(chargeback(), status=ChargebackStatus.PARTLY_LOST, lost=Money(minor=5_000))
    await over(case)
    assert followed.service.world.paid_back("O-1") == 7_900
    assert await money(followed.service) == (12_900, 0, 0, 0, 0)


async def test_what_was_set_aside_and_not_asked_for_is_given_up_when_the_chargeback_is_lost(followed: Followed) -> None:
    service = followed.service
    service.world.down.add("refunds")
    case = await a_case(service)
    await case.waits_for(WaitFor.REFUND)
    await followed.tell(chargeback())
    service.world.down.clear()
    await case.waits_for(WaitFor.CHARGEBACK)
    assert await money(service) == (0, 12_900, 12_900, 12_900, 0)
    await followed.tell(chargeback(), status=LOST)
    await over(case)
    assert service.world.asked_for_refunds == []
    assert await money(service) == (12_900, 0, 0, 0, 0)


async def test_a_refund_under_way_is_told_of_the_chargeback_and_both_end_as_one_loss_that_people_see(followed: Followed) -> None:
    service = followed.service
    service.world.pays_at_once = False
    case = await a_case(service)
    await case.waits_for(WaitFor.ARRIVAL)
    await followed.tell(chargeback())
    await case.remembers("resolution.refund_beside_chargeback")
    service.world.arrive()
    refund = next(iter(service.world.refunds.values()))
    assert refund.status is ProviderRefundStatus.ARRIVED
    await case.pass_time(days=1)
    await over(case)
    state = await followed.tell(chargeback(), status=LOST)
    assert state.twice == Money(minor=12_900)
    assert await money(service) == (25_800, 0, 0, 12_900, 0)


async def test_a_chargeback_without_a_case_opens_one_once(followed: Followed) -> None:
    alone = chargeback(chargeback_id=f"DP-{time.time_ns()}")
    state = await followed.tell(alone)
    await followed.tell(alone)
    assert state.order_id == "O-1"
    (own,) = {case.handle.id: case for case in followed.service.opened}.values()
    view = await own.waits_for(WaitFor.TRIAGE)
    assert (view.kind, view.order_id) == (Kind.COMPLAINT, "O-1")
    assert (await own.remembers("resolution.chargeback_opened")).count("resolution.chargeback_opened") == 1
