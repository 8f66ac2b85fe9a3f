"""Returns that end otherwise: lost, expired, withdrawn, without an address (RES-6, RES-11)."""

from datetime import timedelta

import pytest

from models.case.actions import Action
from models.claims.state import ClaimCause, ClaimStatus
from models.common.partners import Notice, OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, Outcome, Reception, Stage, Tier, WaitFor, WaitingOn
from models.reconciliation.difference import DifferenceKind
from models.returns.state import PickupState, ReturnAction, ReturnResult, ReturnStage
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.claims import ClaimLife
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.reconciliation import differences, found
from tests.support.builders.returns import RECEIPT, accepted, agreed, proposed, returning
from tests.support.processes.service import Service


async def test_goods_lost_on_our_way_are_refunded(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in transit")
    await back.scan("丢失")
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    remedy = back.remedy(view)
    assert remedy.reception is Reception.LOST
    assert service.world.paid_back("O-1") == 12_900
    assert "return.lost" in await back.case.messages("C-1")
    assert await back.over() == "lost"


async def test_goods_that_never_come_count_as_lost(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in transit")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await back.pass_days(17)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900


async def test_goods_lost_on_the_customers_own_way_are_for_a_person(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    await back.scan("lost", "SF1")
    view = await back.case.waits_for(WaitFor.PLAN)
    remedy = back.remedy(view)
    assert (remedy.reception, remedy.undone) == (Reception.LOST, "lost_by_sender")
    assert service.world.paid_back("O-1") == 0


async def test_a_return_that_is_never_sent_is_closed_after_two_reminders(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.pass_days(8)
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.outcome is Outcome.NOT_PURSUED
    remedy = back.remedy(view)
    assert (remedy.reception, remedy.undone) == (Reception.EXPIRED, "expired")
    assert service.world.paid_back("O-1") == 0
    timeline = await back.case.timeline()
    assert timeline.count("return.reminded") == 2
    assert timeline.count("return.expired") == 1
    assert await back.over() == "expired"
    assert set(back.world.off) == {back.handle.id, f"{back.handle.id}.label"}


async def test_goods_that_were_sent_without_a_word_are_found_before_the_return_expires(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    assert state.label is not None
    back.world.scan(state.label.tracking, "运输中")
    await back.pass_time(days=4)
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    assert "return.reminded" not in await back.case.timeline()


async def test_a_return_withdrawn_in_time_is_called_off(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    start = state.opened_at + timedelta(days=1)
    end = start + timedelta(hours=2)
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, start=start.isoformat(), end=end.isoformat())
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    await back.case.act(CUSTOMER, Action.WITHDRAW)
    view = await back.case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.WITHDRAWN
    assert back.remedy(view).undone is not None
    assert await back.over() == "called_off"
    assert set(back.world.off) == {back.handle.id, f"{back.handle.id}.label", f"{back.handle.id}.p1"}
    photo = {"sha256": "0" * 64, "media_type": "image/png", "size": 10, "name": "photo.png"}
    other = await service.open(issue=view.issue, evidence=(photo,))
    again = await agreed(service, other, 12_900)
    await again.awaiting()


async def test_goods_on_the_road_go_on_and_are_sent_to_the_customer_again(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in transit")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await back.case.act(CUSTOMER, Action.WITHDRAW)
    view = await back.case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.WITHDRAWN
    state = back.remedy(view).return_
    assert state is not None
    assert state.result is ReturnResult.CALLED_OFF
    await back.scan("delivered")
    sent = await back.state(lambda state: state.sent_back is not None)
    assert sent.sent_back is not None
    await back.scan("delivered", sent.sent_back.tracking)
    assert await back.over() == "called_off"
    assert service.world.paid_back("O-1") == 0
    assert (await back.case.timeline()).count("resolution.remedy_undone") == 1


@pytest.mark.parametrize(("situation", "what"), [("the merchant refuses", "send_back"), ("lost", "lost_on_the_way_back")])
async def test_called_off_goods_that_do_not_get_back_take_up_the_closed_case_for_a_person(
    service: Service, situation: str, what: str
) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in transit")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await back.case.act(CUSTOMER, Action.WITHDRAW)
    await back.case.until(lambda view: view.stage is Stage.CLOSED)
    if what == "send_back":
        back.world.refuses.add("send_back")
    await back.scan("delivered")
    if what == "lost_on_the_way_back":
        sent = await back.state(lambda state: state.sent_back is not None)
        assert sent.sent_back is not None
        await back.scan("lost", sent.sent_back.tracking)
    view = await back.case.waits_for(WaitFor.PLAN)
    assert view.waiting is not None, situation
    assert (view.tier, view.waiting.on, view.outcome) == (Tier.PLATFORM, WaitingOn.AGENT, None)
    assert [told["what"] for told in await back.case.told("return.stuck")] == [what]
    whole = [{"remedies": [{"kind": "refund_only", "amount": {"minor": 12_900}}], "why": "the goods are gone"}]
    await back.case.act(SUPERVISOR, Action.PROPOSE, options=whole)
    await back.case.waits_for(WaitFor.CHOICE)
    await back.case.act(CUSTOMER, Action.ACCEPT)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900


async def test_a_merchant_that_stays_silent_has_named_no_address_and_a_person_decides(service: Service) -> None:
    service.world.returns.down, service.world.returns.retry_after = True, 6 * 3600
    back = await returning(service)
    await back.case.waits_for(WaitFor.PARTNER_DATA)
    await back.pass_time(hours=25)
    view = await back.case.waits_for(WaitFor.PLAN)
    assert back.remedy(view).undone == "no_address"
    assert "return.unaddressed" in await back.case.timeline()
    service.world.returns.down = False
    await back.pass_days(1)
    assert await back.over() == "no_address"
    assert service.world.returns.off == [back.handle.id], "it may be open there, its answer lost"


async def test_goods_that_another_case_takes_back_are_not_taken_twice(service: Service) -> None:
    photo = {"sha256": "0" * 64, "media_type": "image/png", "size": 10, "name": "photo.png"}
    delivered = parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
    service.world.add(order(status=OrderStatus.DELIVERED), delivered)
    first, second = [await service.open(issue=Issue.QUALITY_DEFECT, evidence=(photo,)) for _ in range(2)]
    for case in (first, second):
        await proposed(case, 12_900)
    back = await accepted(service, first)
    await back.awaiting()
    await second.act(CUSTOMER, Action.ACCEPT)
    view = await second.waits_for(WaitFor.PLAN)
    assert [remedy.undone for remedy in view.remedies] == ["not_enough_left"]
    assert len(back.world.opened) == 1


async def test_a_second_solution_whose_goods_were_accepted_is_not_withdrawn_but_paid_with_its_freight(service: Service) -> None:
    arrived = parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
    service.world.add(order(status=OrderStatus.DELIVERED), arrived)
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(RECEIPT,))
    sorry = [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "our fault"}]
    await case.waits_for(WaitFor.ANSWERS)
    await case.act(SUPERVISOR, Action.PROPOSE, options=sorry)
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP and view.waiting is not None)
    await case.act(CUSTOMER, Action.DISPUTE, reason="words mend nothing")
    await case.waits_for(WaitFor.PLAN)
    whole = [{"remedies": [{"kind": "return_and_refund", "amount": {"minor": 12_900}}], "why": "all of it"}]
    await case.act(SUPERVISOR, Action.PROPOSE, options=whole)
    await case.waits_for(WaitFor.CHOICE)
    back = await accepted(service, case)
    await back.awaiting()
    service.world.refuses = True
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    await back.act(CUSTOMER, ReturnAction.CLAIM_FREIGHT, amount={"minor": 1_200, "currency": "CNY"}, receipt=RECEIPT)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await case.waits_for(WaitFor.PAYMENT_REPAIR)
    fault = await case.refusal(CUSTOMER, Action.WITHDRAW, reason="never mind")
    assert "accepted the goods" in fault.detail
    service.world.refuses = False
    await case.act(SUPERVISOR, Action.RETRY_REFUND, remedy_id="m2")
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [(remedy.kind.value, remedy.open) for remedy in view.remedies[1:]] == [("return_and_refund", False), ("coupon", False)]
    assert service.world.paid_back("O-1") == 12_900
    assert len(service.world.coupons) == 1


async def test_a_return_that_somebody_cancels_from_outside_goes_on(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.handle.cancel()
    await back.told("case.cancellation_refused")
    await back.scan("delivered")
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert await back.over() == ReturnResult.ACCEPTED


async def test_a_return_that_is_ended_from_outside_is_for_a_person(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.handle.terminate("by mistake")
    await back.told("resolution.errand_broken_off")
    view = await back.case.waits_for(WaitFor.PLAN)
    assert back.remedy(view).undone == ReturnResult.CALLED_OFF
    assert "resolution.errand_broken_off" in await back.case.messages(AGENT.id)


async def test_goods_that_the_carrier_brings_back_to_their_sender_are_not_lost_and_not_refunded(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in_transit")
    await back.scan("return_to_sender")
    view = await back.case.until(lambda view: back.remedy(view).undone is not None and view.waiting is not None)
    remedy = back.remedy(view)
    assert (remedy.reception, remedy.undone) == (Reception.TURNED_BACK, "turned_back")
    assert service.world.paid_back("O-1") == 0
    assert "return.turned_back" in await back.case.messages("C-1")


async def test_goods_that_were_refunded_as_lost_and_reach_the_merchant_are_claimed_of_no_carrier(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in transit")
    await back.scan("丢失")
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    claim = ClaimLife(service, f"{back.case.handle.id}.claim.1")
    lost = await claim.until(lambda state: state.version > 0)
    assert (lost.claim.cause, lost.claim.amount.minor) == (ClaimCause.LOST_RETURN, 12_900)
    told = back.world.scan(f"LB-{back.handle.id}", "delivered", NOW + timedelta(hours=1)).model_dump(mode="json")
    await back.case.handle.signal("notice", Notice(notice_id="f1", partner="carrier", kind="shipment", payload=told))
    await claim.until(lambda state: state.status is ClaimStatus.WITHDRAWN)
    await back.case.remembers("resolution.parcel_found")
    (entry,) = await back.case.told("resolution.parcel_found")
    assert (entry["customer_has"], entry["to_decide"]) == (False, False)  # money for goods that the merchant has: as agreed
    assert await differences(service) == []


async def test_goods_lost_on_the_customers_own_way_that_reach_the_merchant_are_for_people_to_decide_on(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    await back.scan("lost", "SF1")
    await back.case.waits_for(WaitFor.PLAN)
    told = back.world.scan("SF1", "delivered", NOW + timedelta(hours=1)).model_dump(mode="json")
    await back.case.handle.signal("notice", Notice(notice_id="f1", partner="carrier", kind="shipment", payload=told))
    row = await found(service, DifferenceKind.PARCEL_FOUND)
    assert row.ours == {"remedies": [], "customer_has_goods": False}
