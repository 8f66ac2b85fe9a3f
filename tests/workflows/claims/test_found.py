"""A parcel that was refunded and claimed as lost turns up (RES-9): while its case runs, and after it is over."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlmodel import select

from models.case.actions import Action
from models.claims.actions import ClaimAction
from models.claims.state import ClaimCause, ClaimStatus
from models.common.partners import Notice, Scan, Shipment, ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind, Stage
from models.reconciliation.difference import DifferenceKind
from models.tables.case import MessageRow
from tests.support.builders.actors import AGENT_OF_EVERY_TEAM, CUSTOMER
from tests.support.builders.claims import ClaimLife, lost_parcel, money
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.reconciliation import differences, found, refunding
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import eventually

_numbers = count(1)
LATE = 2_000
"""What the policy's `late_at_least_minor` comes to for the carrier of these parcels."""


def scanned(status: ShipmentStatus, at: datetime = NOW) -> Shipment:
    """As the carrier tells of the parcel when it is scanned so."""
    delivered = at if status is ShipmentStatus.DELIVERED else None
    return parcel(status=status, delivered_at=delivered, scans=(Scan(at=at, place="青岛", status=status.value),))


async def tell(case: Case, told: Shipment) -> None:
    notice = Notice(notice_id=f"f{next(_numbers)}", partner="carrier", kind="shipment", payload=told.model_dump(mode="json"))
    await case.handle.signal("notice", notice)


async def readers(service: Service, event: str) -> set[str]:
    async with service.database.reading() as session:
        return {row.recipient_role for row in (await session.exec(select(MessageRow).where(MessageRow.event == event))).all()}


async def test_a_parcel_that_comes_late_after_all_is_claimed_for_its_delay_and_people_decide_who_keeps_what(
    service: Service,
) -> None:
    case, life = await lost_parcel(service)
    await tell(case, scanned(ShipmentStatus.DELIVERED))
    changed = await life.until(lambda state: state.claim.cause is ClaimCause.LATE)
    assert (changed.status, changed.claim.amount.minor) == (ClaimStatus.OPEN, LATE)
    await life.party_heard("open", "change")
    await case.remembers("resolution.parcel_found")
    (told,) = await case.told("resolution.parcel_found")
    assert (told["tracking"], told["customer_has"], told["to_decide"]) == ("T-O-1", True, True)
    assert await readers(service, "resolution.parcel_found") == {"merchant", "supervisor"}
    row = await found(service, DifferenceKind.PARCEL_FOUND)
    assert (row.subject, row.ours["amount_minor"], row.theirs["status"]) == ("T-O-1", 12_900, "delivered")
    assert row.due is not None
    assert row.due - row.first_seen == timedelta(days=7)
    assert await readers(service, "reconciliation.difference") == {"supervisor"}
    assert (service.world.paid_back("O-1"), len(service.world.charges["O-1"])) == (12_900, 1)


async def test_a_parcel_that_came_within_its_promise_is_claimed_for_nothing(service: Service) -> None:
    case, life = await lost_parcel(service)
    await tell(
        case, scanned(ShipmentStatus.DELIVERED, NOW - timedelta(days=5))
    )  # told after it was judged lost, and scanned before
    withdrawn = await life.until(lambda state: state.status is ClaimStatus.WITHDRAWN)
    assert withdrawn.reason == "parcel_found"
    await life.party_heard("open", "withdraw")


async def test_a_carrier_that_has_paid_for_the_loss_is_told_and_gets_back_what_is_not_for_the_delay(service: Service) -> None:
    case, life = await lost_parcel(service)
    await life.tell(answer="paid", amount=money(12_900), payment_reference="BANK-1")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    await tell(case, scanned(ShipmentStatus.DELIVERED))
    owed = await life.until(lambda state: state.status is ClaimStatus.OWED)
    assert owed.owed_minor == 12_900 - LATE
    await life.party_heard("open", "change")
    await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.SETTLE, proof="returned by transfer 4714")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert [await life.booked(account) for account in ("carrier:K-1", "merchant:M-1", "platform")] == [-LATE, LATE, 0]


async def test_the_same_scan_told_twice_changes_nothing_more(service: Service) -> None:
    case, life = await lost_parcel(service)
    for _ in range(2):
        await tell(case, scanned(ShipmentStatus.DELIVERED))
    await life.until(lambda state: state.claim.cause is ClaimCause.LATE)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert len(await case.told("resolution.parcel_found")) == 1
    assert len(await differences(service)) == 1


async def test_a_parcel_that_goes_back_to_its_sender_leaves_nothing_to_decide(service: Service) -> None:
    case, life = await lost_parcel(service)
    await tell(case, scanned(ShipmentStatus.DELIVERED))
    await found(service, DifferenceKind.PARCEL_FOUND)
    await tell(case, scanned(ShipmentStatus.RETURNED, NOW + timedelta(hours=1)))

    async def told() -> list[bool]:
        return [entry["to_decide"] for entry in await case.told("resolution.parcel_found")]

    assert await eventually(told, lambda entries: len(entries) == 2) == [True, False]
    assert (await life.until(lambda state: state.claim.cause is ClaimCause.LATE)).claim.amount.minor == LATE


@pytest.mark.parametrize("status", [ShipmentStatus.IN_TRANSIT, ShipmentStatus.LOST])
async def test_a_parcel_that_has_not_turned_up_changes_nothing(service: Service, status: ShipmentStatus) -> None:
    case, life = await lost_parcel(service)
    await tell(case, scanned(status))
    await case.remembers("investigation.partner_notice")
    assert (await life.until(lambda _: True)).claim.cause is ClaimCause.LOST
    assert await differences(service) == []


async def test_a_scan_of_the_trace_that_ended_with_the_loss_is_no_news(service: Service) -> None:
    delivered = Scan(at=NOW - timedelta(hours=3), place="青岛", status="delivered")
    corrected = Scan(at=NOW - timedelta(hours=1), place="青岛", status="lost")
    service.world.add(order(), parcel(status=ShipmentStatus.LOST, scans=(delivered, corrected)))
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY})
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await tell(case, parcel(status=ShipmentStatus.DELIVERED, scans=(delivered,)))
    await case.remembers("investigation.partner_notice")
    assert "resolution.parcel_found" not in await case.timeline()


async def test_a_refund_that_is_still_under_way_is_to_be_decided_on_and_claimed_only_as_late(service: Service) -> None:
    case = await refunding(service)
    await tell(case, scanned(ShipmentStatus.DELIVERED))
    assert (await found(service, DifferenceKind.PARCEL_FOUND)).ours["amount_minor"] == 12_900
    service.world.arrive()
    (refund,) = service.world.refunds.values()
    told = Notice(notice_id="r1", partner="payment", kind="refund", payload=refund.model_dump(mode="json"))
    await case.handle.signal("notice", told)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    claim = await ClaimLife(service, f"{case.handle.id}.claim.1").until(lambda state: state.version > 0)
    assert (claim.claim.cause, claim.claim.amount.minor) == (ClaimCause.LATE, LATE)


async def test_a_parcel_that_turns_up_after_the_case_was_closed_is_heard_of_while_it_may_be_reopened(service: Service) -> None:
    case, life = await lost_parcel(service)
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    await tell(case, scanned(ShipmentStatus.DELIVERED))
    await life.until(lambda state: state.claim.cause is ClaimCause.LATE)
    await case.remembers("resolution.parcel_found")
