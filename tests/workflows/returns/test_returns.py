"""A return of every way of sending, until the goods are accepted and the refund has arrived (RES-6, RES-8)."""

from datetime import timedelta

import pytest

from models.common.vocabulary import Acceptance, ErrorType, Reception, RefundStatus, RemedyKind, Stage, WaitFor, WaitingOn
from models.returns.partner import PickupStatus
from models.returns.state import PickupState, ReturnAction, ReturnStage, Way
from models.returns.views import ReturnDetails
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.orders import NOW
from tests.support.builders.returns import RECEIPT, returned_without_a_reason, returning
from tests.support.processes.service import Service

ACCEPTED = [{"line_id": "L1", "accepted": 1}]


def slot(state: ReturnDetails, days: float = 1) -> dict[str, str]:
    """Two hours, so many days after the return began."""
    start = state.opened_at + timedelta(days=days)
    return {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}


async def test_goods_sent_with_our_label_and_accepted_are_refunded(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    assert state.rma is not None
    assert state.address is not None
    assert state.label is not None
    assert state.deadline is not None
    await back.scan("picked_up")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    remedy = back.remedy(view)
    assert remedy.reception is Reception.RECEIVED
    assert remedy.acceptance is Acceptance.ACCEPTED
    assert remedy.refund_status is RefundStatus.ARRIVED
    assert remedy.return_ is not None
    assert remedy.return_.way is Way.LABEL
    assert service.world.paid_back("O-1") == 12_900
    told = [event for event in await back.case.timeline() if event.startswith("return.")]
    assert told == ["return.approved", "return.label_ready", "return.on_its_way", "return.received", "return.inspected"]
    assert set(told) <= set(await back.case.messages("C-1"))
    assert await back.over() == "accepted"


async def test_the_case_shows_whose_move_it_is_and_what_each_may_do_with_the_return(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    view = await back.case.seen_by(CUSTOMER)
    assert view.waiting is not None
    assert (view.waiting.on, view.waiting.for_) == (WaitingOn.CUSTOMER, WaitFor.RETURN_SHIPPING)
    assert state.deadline is not None
    assert timedelta(0) <= view.waiting.until - state.deadline < timedelta(minutes=5)
    open_to_customer = {action.action: action.href for action in view.available_actions}
    assert open_to_customer[ReturnAction.SHIP] == f"/v1/cases/{view.case_id}/returns/m1/ship"
    assert ReturnAction.INSPECT not in open_to_customer
    await back.scan("in transit")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    merchant = await back.case.seen_by(MERCHANT)
    assert {ReturnAction.RECEIVE, ReturnAction.INSPECT} <= {action.action for action in merchant.available_actions}


async def test_a_pickup_is_booked_moved_and_fetched(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state))
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    await back.act(CUSTOMER, ReturnAction.MOVE_PICKUP, **slot(state, 2))
    moved = await back.state(lambda now: now.pickup is not None and now.pickup.start == state.opened_at + timedelta(days=2))
    assert moved.pickup is not None
    (booked,) = back.world.pickups.values()
    assert booked.start == moved.pickup.start
    fetched = booked.model_copy(update={"status": PickupStatus.COLLECTED})
    await back.tell("pickup", fetched.model_dump(mode="json"))
    on_its_way = await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    assert on_its_way.way is Way.PICKUP
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900
    timeline = await back.case.timeline()
    assert [event for event in timeline if "pickup" in event] == ["return.pickup_booked", "return.pickup_moved"]


async def test_a_missed_pickup_leaves_time_for_another_try(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state, 6))
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    await back.pass_time(days=6)
    (booked,) = back.world.pickups.values()
    missed = booked.model_copy(update={"status": PickupStatus.MISSED})
    await back.tell("pickup", missed.model_dump(mode="json"))
    after = await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.MISSED)
    assert after.deadline is not None
    assert state.deadline is not None
    assert after.deadline >= state.deadline + timedelta(days=1)
    again = state.opened_at + timedelta(days=8)
    when = {"start": again.isoformat(), "end": (again + timedelta(hours=1)).isoformat()}
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **when)
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    assert len(back.world.pickups) == 2
    assert "return.pickup_missed" in await back.case.messages("C-1")


async def test_a_pickup_that_nobody_tells_of_counts_as_missed_a_day_later(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state))
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    await back.pass_time(days=2, hours=3)
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.MISSED)


async def test_a_cancelled_pickup_makes_room_for_a_carrier_of_the_customers_own(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state))
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    fault = await back.refusal(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    assert fault.type is ErrorType.NOT_ALLOWED_NOW
    assert ReturnAction.CANCEL_PICKUP in fault.allowed
    await back.act(CUSTOMER, ReturnAction.CANCEL_PICKUP)
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.CANCELLED)
    sent = await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    assert (sent.stage, sent.way) == (ReturnStage.IN_TRANSIT, Way.OWN)
    assert (await back.case.timeline()).count("return.pickup_cancelled") == 1


@pytest.mark.parametrize("way", ["label", "received", "inspected"])
@pytest.mark.parametrize("refuses", [False, True])
async def test_a_pickup_that_stands_when_the_goods_go_another_way_is_called_off_at_the_carrier(
    service: Service, way: str, refuses: bool
) -> None:
    back = await returning(service)
    state = await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state, 3))
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    if refuses:
        back.world.refuses.add("cancel_pickup")
    if way == "label":
        await back.scan("in transit")
        assert (await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)).way is Way.LABEL
    elif way == "received":
        await back.act(MERCHANT, ReturnAction.RECEIVE)
    else:
        await back.tell("inspection", {"lines": []})
    (key,) = back.world.pickups
    wanted = "return.stuck" if refuses else "return.pickup_cancelled"
    await back.case.remembers(wanted)
    assert back.world.off == ([] if refuses else [key])
    if way != "inspected":
        await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    timeline = await back.case.timeline()
    assert timeline.count(wanted) == 1
    assert "return.pickup_refused" not in timeline


async def test_a_carrier_that_refuses_a_pickup_leaves_the_other_ways_open(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    back.world.refuses.add("pickup")
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state))
    refused = await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.REFUSED)
    assert refused.pickup is not None
    assert refused.pickup.words == "we do not pickup"
    assert "return.pickup_refused" in await back.case.messages("C-1")
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")


async def test_own_freight_is_refunded_with_the_goods_when_another_party_is_liable(service: Service) -> None:
    back = await returning(service, minor=10_000)
    await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    claimed = await back.act(CUSTOMER, ReturnAction.CLAIM_FREIGHT, amount={"minor": 1_200, "currency": "CNY"}, receipt=RECEIPT)
    assert claimed.freight is not None
    assert claimed.freight.allowed.minor == 1_200
    again = await back.refusal(CUSTOMER, ReturnAction.CLAIM_FREIGHT, amount={"minor": 1_200}, receipt=RECEIPT)
    assert again.type is ErrorType.NOT_ALLOWED_NOW
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 11_200


async def test_own_freight_is_covered_up_to_the_policys_figure(service: Service) -> None:
    back = await returning(service, minor=5_000)
    await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    await back.act(CUSTOMER, ReturnAction.CLAIM_FREIGHT, amount={"minor": 99_900, "currency": "CNY"}, receipt=RECEIPT)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    most = service.policy.returns.most_freight_minor
    assert most is not None
    assert service.world.paid_back("O-1") == 5_000 + most


async def test_the_label_of_a_no_reason_return_is_deducted_from_the_refund(service: Service) -> None:
    back = await returned_without_a_reason(service)
    await back.awaiting()
    await back.scan("in transit")
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900 - back.world.price
    amount = back.remedy(view).amount
    assert amount is not None
    assert amount.minor == 12_900 - back.world.price


async def test_a_carrier_that_tells_nothing_is_asked(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    back.world.scan("SF1", "delivered")
    await back.pass_time(hours=25)
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)


async def test_a_label_whose_answer_got_lost_is_made_once(service: Service) -> None:
    service.world.returns.loses_answers = 1
    back = await returning(service)
    state = await back.awaiting()
    assert state.label is not None
    assert back.world.calls.count("label") == 1


async def test_a_pickup_whose_answer_got_lost_is_booked_once(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    back.world.loses_answers = 1
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state))
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    assert back.world.calls.count("pickup") == 1


async def test_without_a_label_the_goods_go_another_way(service: Service) -> None:
    service.world.returns.refuses.add("label")
    back = await returning(service)
    state = await back.awaiting()
    assert state.label is None
    assert "return.label_ready" not in await back.case.timeline()
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state))
    booked = await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    assert booked.pickup is not None
    await back.scan("collected", booked.pickup.tracking)
    on_its_way = await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    assert on_its_way.way is Way.PICKUP


async def test_an_agent_gives_more_time_and_does_things_for_the_customer(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    assert state.deadline is not None
    later = state.deadline + timedelta(days=3)
    fault = await back.refusal(CUSTOMER, ReturnAction.EXTEND, until=later, reason="旅行")
    assert fault.type is ErrorType.NOT_ALLOWED_FOR_ROLE
    await back.act(AGENT, ReturnAction.EXTEND, until=later.isoformat(), reason="旅行")
    await back.state(lambda state: state.deadline == later)
    await back.pass_time(days=8)
    await back.act(AGENT, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)


async def test_the_same_request_again_changes_nothing(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, key="once", **slot(state))
    await back.act(CUSTOMER, ReturnAction.BOOK_PICKUP, key="once", **slot(state))
    await back.state(lambda state: state.pickup is not None and state.pickup.state is PickupState.BOOKED)
    assert len(back.world.pickups) == 1


async def test_what_does_not_fit_changes_nothing_and_says_why(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    late = await back.refusal(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state, 9))
    assert (late.type, late.field) == (ErrorType.INVALID, "start")
    past = await back.refusal(CUSTOMER, ReturnAction.BOOK_PICKUP, **slot(state, -1))
    assert (past.type, past.field) == (ErrorType.INVALID, "start")
    early = await back.refusal(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    assert early.type is ErrorType.NOT_ALLOWED_NOW
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    for lines in ([{"line_id": "L1", "accepted": 2}], [{"line_id": "L9", "accepted": 1}], ACCEPTED * 2):
        fault = await back.refusal(MERCHANT, ReturnAction.INSPECT, lines=lines)
        assert fault.type is ErrorType.INVALID
        assert fault.rule == "RES-6"
    foreign = await back.refusal(CUSTOMER, ReturnAction.INSPECT, lines=ACCEPTED)
    assert foreign.type is ErrorType.NOT_ALLOWED_FOR_ROLE
    assert (await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)).inspection is None


async def test_notices_may_come_twice_and_out_of_order(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("delivered", notice_id="late")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.scan("picked_up", notice_id="early")
    await back.scan("delivered", notice_id="late")
    await back.scan("delivered")
    await back.tell("shipment", {"nonsense": True})
    await back.tell("shipment", {"tracking": "T-NOBODYS", "carrier_id": "K-1", "status": "delivered"})
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    timeline = await back.case.timeline()
    assert timeline.count("return.on_its_way") == timeline.count("return.received") == 1
    assert timeline.count("investigation.partner_notice") == 2
    assert service.world.paid_back("O-1") == 12_900


async def test_a_carriers_word_that_nobody_knows_changes_nothing_and_is_noted_once(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("在天上飞")
    await back.scan("在天上飞")
    await back.told("investigation.partner_notice")
    assert (await back.awaiting()).parcel is None
    await back.scan("Delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    assert (await back.case.timeline()).count("investigation.partner_notice") == 1


async def test_own_freight_that_the_orders_payments_do_not_cover_is_a_coupon(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF1")
    await back.act(CUSTOMER, ReturnAction.CLAIM_FREIGHT, amount={"minor": 1_200, "currency": "CNY"}, receipt=RECEIPT)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900
    coupons = [remedy.amount.minor for remedy in view.remedies if remedy.kind is RemedyKind.COUPON and remedy.amount]
    assert coupons == [1_200]


async def test_a_loss_that_a_carrier_told_of_late_does_not_undo_that_the_parcel_was_found(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in_transit", at=NOW)
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await back.scan("lost", at=NOW - timedelta(hours=5))
    await back.told("investigation.partner_notice")
    assert (await back.state(lambda _: True)).result is None
