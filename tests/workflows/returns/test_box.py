"""Several returns of a customer in one box (RES-6): one label, one parcel, one freight; each case refunds its own order."""

from datetime import timedelta

import pytest

from models.case.actions import Action
from models.common.vocabulary import Stage
from models.returns.partner import ToldInspection, ToldLine
from models.returns.state import ReturnAction, ReturnStage, Way
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.returns import Returning, returned_without_a_reason, returning
from tests.support.processes.service import Service

ACCEPTED = [{"line_id": "L1", "accepted": 1}]


async def boxed(service: Service) -> tuple[Returning, Returning]:
    """Two returns of two cases, the second in the box of the first."""
    leading = await returning(service, order_id="O-1", minor=12_900)
    other = await returning(service, order_id="O-2", minor=12_900)
    return leading, await joined(leading, other)


async def joined(leading: Returning, other: Returning) -> Returning:
    await leading.awaiting()
    await other.awaiting()
    await other.act(CUSTOMER, ReturnAction.JOIN, reference=leading.handle.id)
    await other.state(lambda state: state.along_since is not None)
    await leading.state(lambda state: other.handle.id in state.companions)
    return other


async def test_two_orders_in_one_box_are_each_refunded_their_own(service: Service) -> None:
    leading, other = await boxed(service)
    led = await leading.awaiting()
    along = await other.state(lambda state: state.label == led.label)
    assert along.deadline == led.deadline
    assert f"{other.handle.id}.label" in other.world.off
    assert f"{leading.handle.id}.label" not in other.world.off
    assert other.handle.id not in other.world.off, "the merchant still has the goods coming"
    assert other.world.boxes[other.handle.id] == leading.handle.id
    for one in (leading, other):  # the webhook reaches every return in the parcel
        await one.scan("picked_up", f"LB-{leading.handle.id}")
        await one.scan("delivered", f"LB-{leading.handle.id}")
    told = ToldInspection(
        returns=(leading.handle.id, other.handle.id),
        lines=(ToldLine(line_id="L1", reference=other.handle.id, rejected=1, reason="worn"),),
    )
    for one in (leading, other):
        await one.state(lambda state: state.stage is ReturnStage.RECEIVED)
        await one.tell("inspection", told.model_dump(mode="json"), "box-1")
    await leading.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await other.told("return.sent_back")
    assert (service.world.paid_back("O-1"), service.world.paid_back("O-2")) == (12_900, 0)
    assert "return.joined" in await other.case.messages("C-1")
    assert "return.box_shared" in await leading.case.timeline()
    assert await leading.over() == "accepted"


async def test_goods_travel_in_the_box_of_a_merchant_that_knows_no_boxes(service: Service) -> None:
    service.world.returns.refuses.add("box")
    leading, other = await boxed(service)
    assert (await other.state(lambda state: state.label is not None)).label == (await leading.awaiting()).label
    assert "box" in other.world.calls
    assert other.world.boxes == {}


async def test_the_freight_of_one_box_is_deducted_once(service: Service) -> None:
    leading = await returned_without_a_reason(service, order_id="O-1")
    other = await joined(leading, await returned_without_a_reason(service, order_id="O-2"))
    await leading.scan("picked_up")
    await other.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    for one in (leading, other):
        await one.act(MERCHANT, ReturnAction.INSPECT, lines=ACCEPTED)
        await one.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (service.world.paid_back("O-1"), service.world.paid_back("O-2")) == (12_900 - 800, 12_900)


async def test_the_box_is_heard_of_however_it_goes_and_comes(service: Service) -> None:
    leading, other = await boxed(service)
    await leading.act(CUSTOMER, ReturnAction.SHIP, carrier_id="SF", tracking="SF77")
    on_its_way = await other.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    assert on_its_way.parcel is not None
    assert (on_its_way.way, on_its_way.parcel.tracking) == (Way.OWN, "SF77")
    await leading.act(MERCHANT, ReturnAction.RECEIVE)
    await other.state(lambda state: state.stage is ReturnStage.RECEIVED)


async def test_more_time_for_the_box_is_more_time_for_all_in_it(service: Service) -> None:
    leading, other = await boxed(service)
    state = await leading.awaiting()
    assert state.deadline is not None
    later = state.deadline + timedelta(days=3)
    await leading.act(AGENT, ReturnAction.EXTEND, until=later.isoformat(), reason="away")
    await other.state(lambda state: state.deadline == later)


async def test_a_return_that_leaves_the_box_has_a_label_of_its_own_again(service: Service) -> None:
    leading, other = await boxed(service)
    await other.act(CUSTOMER, ReturnAction.LEAVE)
    alone = await other.state(lambda state: state.label is not None and state.travels_with is None)
    assert alone.label is not None
    assert alone.label.key == f"{other.handle.id}.label2"
    await leading.state(lambda state: not state.companions)
    await other.told("return.label_ready")
    assert other.world.boxes[other.handle.id] is None
    await other.scan("picked_up", alone.label.tracking)
    await other.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    assert (await leading.awaiting()).stage is ReturnStage.AWAITING


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
async def test_when_the_leading_return_ends_the_other_goes_on_alone_and_is_told(service: Service, end: str) -> None:
    leading, other = await boxed(service)
    if end == "withdrawn":
        await leading.case.act(CUSTOMER, Action.WITHDRAW)
    else:
        await leading.pass_days(8)
    alone = await other.state(lambda state: state.label is not None and state.travels_with is None)
    assert alone.deadline is not None
    assert alone.stage is ReturnStage.AWAITING
    assert alone.label is not None
    assert alone.label.key == f"{other.handle.id}.label2"
    assert "return.parted" in await other.case.messages("C-1")


async def test_a_return_that_is_taken_back_leaves_the_box_and_its_label_alone(service: Service) -> None:
    leading, other = await boxed(service)
    await other.case.act(CUSTOMER, Action.WITHDRAW)
    assert await other.over() == "called_off"
    await leading.state(lambda state: not state.companions)
    assert other.handle.id in other.world.off
    assert f"{leading.handle.id}.label" not in other.world.off
    await leading.scan("picked_up")
    await leading.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)


async def test_a_box_that_has_left_takes_nobody_along(service: Service) -> None:
    leading = await returning(service, order_id="O-1", minor=12_900)
    other = await returning(service, order_id="O-2", minor=12_900)
    await leading.awaiting()
    own = await other.awaiting()
    await leading.scan("picked_up")
    await leading.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await other.act(CUSTOMER, ReturnAction.JOIN, reference=leading.handle.id)
    await other.told("return.parted")
    alone = await other.state(lambda state: state.travels_with is None)
    assert (alone.label, alone.deadline) == (own.label, own.deadline)
    assert f"{other.handle.id}.label" not in other.world.off


async def test_what_may_be_done_with_goods_in_another_returns_box(service: Service) -> None:
    leading, other = await boxed(service)
    for action, body in (
        (ReturnAction.SHIP, {"carrier_id": "SF", "tracking": "SF1"}),
        (ReturnAction.JOIN, {"reference": leading.handle.id}),
    ):
        assert ReturnAction.LEAVE in (await other.refusal(CUSTOMER, action, **body)).allowed
    fault = await leading.refusal(CUSTOMER, ReturnAction.JOIN, reference=other.handle.id)
    assert ReturnAction.JOIN not in fault.allowed
    third = await returning(service, order_id="O-3", minor=12_900)
    await third.awaiting()
    fault = await third.refusal(CUSTOMER, ReturnAction.JOIN, reference=third.handle.id)
    assert (fault.field, fault.rule) == ("reference", "RES-6")


async def test_a_return_that_leads_nobody_any_more_is_not_waited_for(service: Service) -> None:
    leading, other = await boxed(service)
    await leading.handle.terminate("an operator ended it")
    await other.pass_days(2)
    await other.state(lambda state: state.travels_with is None and state.label is not None)
