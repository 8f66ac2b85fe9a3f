"""Refunds that meet trouble (RES-5): another way by itself or by a person, several methods, and what the ledger makes of it."""

from typing import Any

import pytest

from adapters.database.ledger import booked
from models.case.actions import Action
from models.common.partners import Notice, ProviderRefundStatus, Refund, RefundTo, RefusalCode, ShipmentStatus
from models.common.vocabulary import Issue, RefundStatus, RemedyKind, Stage, WaitFor
from rules.money import ledger
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.orders import order, parcel, payment, refund
from tests.support.processes.service import Case, Service

REFUND = {"remedy": RemedyKind.REFUND_ONLY}


async def lost(service: Service, **change: Any) -> Case:
    """A case whose parcel was lost: it pays back by itself."""
    service.world.add(order(), parcel(status=ShipmentStatus.LOST), **change)
    return await service.open(issue=Issue.LOST, wanted=REFUND)


async def stuck(case: Case) -> str:
    """The remedy that waits for a person."""
    view = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    return view.remedies[0].id


async def followed_up(case: Case) -> None:
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def money(service: Service) -> tuple[int, int, int, int]:
    """Paid, refunded, under way and left, as the ledger has it."""
    async with service.database.reading() as session:
        entries = [entry for _, entry in await booked(session, "O-1")]
    found = ledger.summary(entries, "CNY")
    return found.paid.minor, found.refunded.minor, found.under_way.minor, found.left.minor


def went(service: Service, status: ProviderRefundStatus = ProviderRefundStatus.ARRIVED) -> list[tuple[RefundTo, int]]:
    return [(refund.to, refund.amount.minor) for refund in service.world.refunds.values() if refund.status is status]


@pytest.mark.parametrize("code", [RefusalCode.ACCOUNT_CLOSED, RefusalCode.CARD_EXPIRED])
async def test_a_refund_whose_first_way_is_closed_goes_to_the_balance_by_itself_once(service: Service, code: RefusalCode) -> None:
    service.world.closed = code
    case = await lost(service)
    await followed_up(case)
    assert went(service) == [(RefundTo.BALANCE, 12_900)]
    assert went(service, ProviderRefundStatus.REFUSED) == [(RefundTo.ORIGINAL, 12_900)]
    assert await money(service) == (12_900, 12_900, 0, 0)
    timeline = await case.timeline()
    assert timeline.count("resolution.refund_redirected") == 1
    assert "resolution.refund_failed" not in timeline
    assert "resolution.refund_redirected" in await case.messages("C-1")
    for event in ("requested", "arrived"):
        assert [data["to"] for data in await case.told(f"resolution.refund_{event}")] == ["balance"]


async def test_only_the_part_that_was_refused_takes_the_other_way(service: Service) -> None:
    service.world.pays_at_once = False
    case = await lost(service, charges=(payment(number=1, minor=8_000), payment(number=2, minor=4_900)))
    await case.waits_for(WaitFor.ARRIVAL)
    first, second = service.world.refunds.values()
    await _told(case, first, ProviderRefundStatus.ARRIVED)
    service.world.pays_at_once = True
    await _told(case, second, ProviderRefundStatus.REFUSED, RefusalCode.CARD_EXPIRED)
    service.world.refunds |= {
        first.key: first.model_copy(update={"status": ProviderRefundStatus.ARRIVED}),
        second.key: second.model_copy(update={"status": ProviderRefundStatus.REFUSED}),
    }
    await followed_up(case)
    assert went(service) == [(RefundTo.ORIGINAL, 8_000), (RefundTo.BALANCE, 4_900)]
    assert await money(service) == (12_900, 12_900, 0, 0)


async def _told(case: Case, refund: Refund, status: ProviderRefundStatus, code: RefusalCode | None = None) -> None:
    told = refund.model_copy(update={"status": status, "refusal_code": code, "refusal": code and "closed"})
    notice = Notice(notice_id=f"n-{refund.key}", partner="payment", kind="refund", payload=told.model_dump(mode="json"))
    await case.handle.signal("notice", notice)


async def test_a_refusal_that_may_pass_waits_for_a_person_who_chooses_the_way(service: Service) -> None:
    service.world.closed = RefusalCode.INSUFFICIENT_FUNDS
    case = await lost(service)
    remedy = await stuck(case)
    assert await money(service) == (12_900, 0, 0, 12_900)
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id=remedy, to="balance")
    await followed_up(case)
    assert went(service) == [(RefundTo.BALANCE, 12_900)]
    assert await money(service) == (12_900, 12_900, 0, 0)


async def test_a_balance_that_refuses_too_ends_in_a_persons_queue(service: Service) -> None:
    service.world.closed, service.world.refuses = RefusalCode.ACCOUNT_CLOSED, True
    case = await lost(service)
    remedy = await stuck(case)
    assert [refund.to for refund in service.world.refunds.values()] == [RefundTo.ORIGINAL, RefundTo.BALANCE]
    await case.act(AGENT, Action.RECORD_REFUND, remedy_id=remedy, proof="bank transfer 4711")
    await followed_up(case)
    assert service.world.paid_back("O-1") == 0
    assert await money(service) == (12_900, 12_900, 0, 0)


async def test_what_was_paid_another_way_is_not_given_again_by_the_orders_next_case(service: Service) -> None:
    service.world.refuses = True
    case = await lost(service)
    await case.act(AGENT, Action.RECORD_REFUND, remedy_id=await stuck(case), proof="bank transfer 4711")
    await followed_up(case)
    service.world.refuses = False
    second = await service.open(issue=Issue.LOST, wanted=REFUND)
    await second.until(lambda view: view.waiting is not None and view.stage is Stage.RESOLUTION)
    assert service.world.paid_back("O-1") == 0


async def test_a_refund_made_outside_is_in_the_ledger_after_the_next_look(service: Service) -> None:
    service.world.refunds["by-hand"] = refund(2_900, key="by-hand")
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    assert await money(service) == (12_900, 2_900, 0, 10_000)


async def test_the_customer_sees_where_the_refund_went(service: Service) -> None:
    service.world.closed = RefusalCode.ACCOUNT_CLOSED
    case = await lost(service)
    await followed_up(case)
    view = await case.seen_by(CUSTOMER)
    assert [remedy.refund_status for remedy in view.remedies] == [RefundStatus.ARRIVED]
    assert "resolution.refund_arrived" in await case.messages("C-1")
