"""The same goods sent once more (RES-7): set aside, sent, tracked to the door; lost, late, out of stock, called off (RES-11, FUP-1)."""

import asyncio
from datetime import timedelta

import pytest

from models.case.actions import Action
from models.common.partners import ShipmentStatus
from models.common.vocabulary import ErrorType, Outcome, RemedyKind, Stage, WaitFor, WaitingOn
from models.replacements.partner import DispatchStatus
from models.replacements.state import ReplacementAction, ReplacementStage
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.orders import NOW
from tests.support.builders.replacements import reshipping
from tests.support.fakes.warehouse import soon
from tests.support.processes.service import Service
from tests.support.processes.waiting import until

A = ReplacementAction


async def test_goods_sent_again_are_followed_to_the_door_before_the_case_is_resolved(service: Service) -> None:
    made = await reshipping(service)
    state = await made.at(ReplacementStage.ON_ITS_WAY)
    view = await made.case.waits_for(WaitFor.REPLACEMENT_TRANSIT)
    assert view.stage is Stage.RESOLUTION
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.CARRIER
    assert [number.upper() for number in made.warehouse.sent] == [state.tracking]
    await made.scan(ShipmentStatus.DELIVERED)
    done = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert made.remedy(done).done_at is not None
    assert done.outcome is Outcome.RESOLVED
    told = await made.case.messages("C-1")
    for event in ("reserved", "sent", "delivered"):
        assert f"resolution.replacement_{event}" in told


async def test_a_parcel_that_nobody_tells_of_is_asked_about(service: Service) -> None:
    made = await reshipping(service)
    state = await made.at(ReplacementStage.ON_ITS_WAY)
    made.parcel(str(state.tracking), ShipmentStatus.DELIVERED)
    await made.pass_time(hours=13)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_notices_that_come_twice_and_out_of_order_change_nothing(service: Service) -> None:
    made = await reshipping(service)
    state = await made.at(ReplacementStage.ON_ITS_WAY)
    await made.scan(ShipmentStatus.LOST, tracking="of-somebody-else")
    await made.tell("shipment", {"tracking": 7})
    await made.tell("weather", {})
    for _ in range(2):
        await made.scan(ShipmentStatus.IN_TRANSIT, notice_id="once")
    delivered = made.parcel(str(state.tracking), ShipmentStatus.DELIVERED).model_dump(mode="json")
    older = delivered | {"status": "in_transit"}
    await asyncio.gather(made.tell("shipment", delivered), made.tell("shipment", older), made.tell("shipment", delivered))
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    timeline = await made.case.timeline()
    assert timeline.count("resolution.replacement_delivered") == 1
    assert timeline.count("investigation.partner_notice") == 3


async def test_a_parcel_lost_on_the_way_is_sent_again_once_and_then_a_person_decides(service: Service) -> None:
    made = await reshipping(service)
    await made.scan(ShipmentStatus.LOST)
    second = await made.state(lambda state: state.attempt == 2 and state.tracking is not None)
    assert len(made.warehouse.sent) == 2
    await made.scan(ShipmentStatus.RETURNED, tracking=second.tracking)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None and view.waiting is not None)
    assert made.remedy(view).undone == "lost_again"
    assert view.waiting is not None
    assert view.waiting.for_ is WaitFor.PLAN
    assert len(made.warehouse.sent) == 2


async def test_a_parcel_that_is_not_there_in_time_counts_as_lost(service: Service) -> None:
    made = await reshipping(service)
    await made.at(ReplacementStage.ON_ITS_WAY)
    await made.pass_time(days=16)
    await made.state(lambda state: state.attempt == 2 and state.tracking is not None)
    assert "resolution.replacement_lost" in await made.case.messages("C-1")


async def test_stock_that_is_gone_brings_the_offer_of_a_refund_by_itself(service: Service) -> None:
    service.world.warehouse.gone.add("SKU-1")
    made = await reshipping(service)
    view = await made.case.until(lambda view: len(view.proposals) > 1 and view.waiting is not None)
    assert made.remedy(view).undone == "stock_gone"
    offer = view.proposals[-1]
    assert [remedy.kind for option in offer.options for remedy in option.remedies] == [RemedyKind.REFUND_ONLY]
    assert "resolution.replacement_out_of_stock" in await made.case.messages("C-1")
    await made.case.act(CUSTOMER, Action.ACCEPT)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900
    assert made.warehouse.sent == []


async def test_a_customer_may_choose_something_else_than_the_refund(service: Service) -> None:
    service.world.warehouse.gone.add("SKU-1")
    made = await reshipping(service)
    await made.case.until(lambda view: len(view.proposals) > 1 and view.proposals[-1].state == "standing")
    await made.case.act(CUSTOMER, Action.REJECT, reason="I want the goods, not the money")
    view = await made.case.waits_for(WaitFor.PLAN)
    assert len(view.proposals) == 2
    assert service.world.paid_back("O-1") == 0


async def test_goods_that_are_expected_again_are_waited_for_and_sent(service: Service) -> None:
    service.world.warehouse.gone.add("SKU-1")
    service.world.warehouse.expected_at = soon()
    made = await reshipping(service)
    await made.at(ReplacementStage.AWAITING_STOCK)
    service.world.warehouse.gone.clear()
    await made.pass_time(hours=21)
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_a_customer_who_will_not_wait_for_stock_gets_the_money_at_once(service: Service) -> None:
    service.world.warehouse.gone.add("SKU-1")
    service.world.warehouse.expected_at = soon()
    made = await reshipping(service)
    await made.at(ReplacementStage.AWAITING_STOCK)
    assert (await made.refusal(MERCHANT, A.CHOOSE_REFUND)).type is ErrorType.NOT_ALLOWED_FOR_ROLE
    await made.act(CUSTOMER, A.CHOOSE_REFUND)
    view = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.proposals[-1].accepted == 1
    assert service.world.paid_back("O-1") == 12_900


async def test_goods_that_are_expected_in_years_are_gone(service: Service) -> None:
    service.world.warehouse.gone.add("SKU-1")
    service.world.warehouse.expected_at = soon() + timedelta(days=400)
    made = await reshipping(service)
    view = await made.case.until(lambda view: len(view.proposals) > 1 and view.waiting is not None)
    assert made.remedy(view).undone == "stock_gone"


@pytest.mark.long
async def test_a_warehouse_that_stays_silent_counts_as_out_of_stock(service: Service) -> None:
    stock = service.policy.waits[WaitFor.STOCK].model_copy(update={"within": timedelta(hours=2)})
    waits = {**service.policy.waits, WaitFor.STOCK: stock}
    service.policy = service.policy.changed(waits=waits)
    service.world.warehouse.down = True
    made = await reshipping(service)
    await made.case.waits_for(WaitFor.STOCK)
    await made.pass_time(hours=3)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None)
    assert made.remedy(view).undone == "stock_gone"


async def test_goods_whose_answers_get_lost_are_set_aside_and_sent_once(service: Service) -> None:
    service.world.warehouse.loses_answers = 2
    made = await reshipping(service)
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert len(made.warehouse.reservations) == len(made.warehouse.sent) == 1


async def test_a_warehouse_that_packs_tells_by_webhook_or_when_it_is_asked(service: Service) -> None:
    service.world.warehouse.sends_at_once = False
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    (key,) = made.warehouse.dispatches
    told = made.warehouse.hand_over(key)
    await made.tell("dispatch", told.model_dump(mode="json"))
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_a_parcel_that_left_without_a_word_is_found_by_asking(service: Service) -> None:
    service.world.warehouse.sends_at_once = False
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    (key,) = made.warehouse.dispatches
    made.warehouse.hand_over(key)
    await made.pass_time(hours=13)
    await made.at(ReplacementStage.ON_ITS_WAY)


async def test_a_merchant_without_a_system_says_that_it_has_sent_the_goods(service: Service) -> None:
    service.world.warehouse.down = True
    made = await reshipping(service)
    fault = await made.refusal(CUSTOMER, A.SENT, tracking="T-9", carrier_id="K-9")
    assert fault.type is ErrorType.NOT_ALLOWED_FOR_ROLE
    for _ in range(2):
        await made.act(MERCHANT, A.SENT, key="once", tracking="T-9", carrier_id="K-9")
    fault = await made.refusal(MERCHANT, A.SENT, tracking="T-10", carrier_id="K-9")
    assert (fault.type, fault.rule) == (ErrorType.NOT_ALLOWED_NOW, "RES-7")
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_a_merchant_who_finds_the_shelf_empty_says_so_and_nothing_is_sent(service: Service) -> None:
    service.world.warehouse.sends_at_once = False
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    await made.act(AGENT, A.OUT_OF_STOCK)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None)
    assert made.remedy(view).undone == "stock_gone"
    assert [known.status.value for known in made.warehouse.dispatches.values()] == ["stopped"]


async def test_goods_that_are_never_handed_over_count_as_out_of_stock(service: Service) -> None:
    service.world.warehouse.sends_at_once = False
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    await made.pass_time(hours=49)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None)
    assert made.remedy(view).undone == "stock_gone"


async def test_a_merchant_who_will_not_send_holds_no_goods_for_it(service: Service) -> None:
    service.world.warehouse.refuses_to_send = True
    made = await reshipping(service)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None)
    assert made.remedy(view).undone == "refused"
    await made.over()
    assert made.warehouse.held == []


async def test_a_withdrawal_before_sending_puts_everything_back_on_the_shelf(service: Service) -> None:
    service.world.warehouse.sends_at_once = False
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    view = await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert made.remedy(view).undone == "withdrawn"
    assert await made.over() == "called_off"
    assert made.warehouse.sent == []
    assert made.warehouse.held == []
    state = made.remedy(view).replacement
    assert state is not None
    assert (state.stage, state.kept) == (ReplacementStage.OVER, ())


async def test_a_withdrawal_that_comes_too_late_for_the_merchant_says_that_the_goods_will_come(service: Service) -> None:
    service.world.warehouse.sends_at_once, service.world.warehouse.refuses_to_stop = False, True
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    view = await made.case.until(lambda view: view.stage is Stage.CLOSED)
    state = made.remedy(view).replacement
    assert state is not None
    assert state.kept == ("goods_on_the_road",)


async def test_a_withdrawal_while_nobody_knows_whether_it_is_packed_stops_it(service: Service) -> None:
    warehouse = service.world.warehouse
    warehouse.sends_at_once, warehouse.silent_about_sending = False, True
    made = await reshipping(service)
    await until(lambda: bool(warehouse.dispatches))
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert await made.over() == "called_off"
    assert [known.status for known in warehouse.dispatches.values()] == [DispatchStatus.STOPPED]
    assert made.warehouse.held == []


async def test_a_withdrawal_while_stock_is_waited_for_ends_the_waiting(service: Service) -> None:
    service.world.warehouse.gone.add("SKU-1")
    service.world.warehouse.expected_at = soon()
    made = await reshipping(service)
    await made.at(ReplacementStage.AWAITING_STOCK)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert await made.over() == "called_off"


async def test_a_parcel_on_the_road_cannot_be_taken_back_and_the_refusal_says_so(service: Service) -> None:
    made = await reshipping(service)
    await made.at(ReplacementStage.ON_ITS_WAY)
    fault = await made.case.refusal(CUSTOMER, Action.WITHDRAW)
    assert fault.type is ErrorType.NOT_ALLOWED_NOW
    assert "Goods are on their way" in fault.detail
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_a_replacement_that_somebody_cancels_from_outside_goes_on(service: Service) -> None:
    made = await reshipping(service)
    await made.at(ReplacementStage.ON_ITS_WAY)
    await made.handle.cancel()
    await made.case.remembers("case.cancellation_refused")
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_a_replacement_that_is_ended_from_outside_is_for_a_person(service: Service) -> None:
    made = await reshipping(service)
    await made.at(ReplacementStage.ON_ITS_WAY)
    await made.handle.terminate("by mistake")
    view = await made.case.waits_for(WaitFor.PLAN)
    assert made.remedy(view).undone == "broken_off"


async def test_a_loss_that_was_told_of_late_does_not_send_a_second_parcel(service: Service) -> None:
    made = await reshipping(service)
    await made.scan(ShipmentStatus.IN_TRANSIT, at=NOW)
    await made.scan(ShipmentStatus.LOST, at=NOW - timedelta(hours=5))
    await made.scan(ShipmentStatus.DELIVERED, at=NOW + timedelta(minutes=1))
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert len(made.warehouse.sent) == 1
