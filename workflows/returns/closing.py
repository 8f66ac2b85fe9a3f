"""How a return ends (RES-6): the case is told and goes on; then what is still somewhere is seen to."""

from typing import Any

from temporalio.exceptions import ActivityError

from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.vocabulary import Reception, WaitFor, WaitingOn
from models.returns.activities import CallOffReturn, SendGoodsBack
from models.returns.state import PickupState, ReturnParcelState, ReturnResult, ReturnStage
from rules.returns import outcome as return_outcome
from workflows.returns import activities as return_activities
from workflows.returns.context import Journey
from workflows.returns.steps import traced


async def concluded(journey: Journey, result: ReturnResult) -> None:
    """Tell the case, which goes on; then see to what is still somewhere."""
    journey.change(result=result, stage=ReturnStage.OVER)
    inspection = journey.state.inspection
    if inspection is not None and result is not ReturnResult.CALLED_OFF:
        journey.course.goods(return_outcome.reception_of(inspection), return_outcome.ACCEPTANCE[result])
        journey.course.note(Event.RETURN_INSPECTED, inspection.by, **_in_figures(journey))
    elif result in ENDINGS:
        event, reception = ENDINGS[result]
        journey.course.goods(reception)
        journey.course.note(event, ours=result is ReturnResult.LOST, tracking=journey.expected)
    failed = None if result in ReturnResult.giving() else result.value
    await journey.course.finish(WaitFor.INSPECTION, failed)
    await _see_to_the_rest(journey, result)


ENDINGS = {
    ReturnResult.LOST: (Event.RETURN_LOST, Reception.LOST),
    ReturnResult.LOST_BY_SENDER: (Event.RETURN_LOST, Reception.LOST),
    ReturnResult.EXPIRED: (Event.RETURN_EXPIRED, Reception.EXPIRED),
    ReturnResult.NO_ADDRESS: (Event.RETURN_UNADDRESSED, None),
}


def _in_figures(journey: Journey) -> dict[str, Any]:
    inspection = journey.state.inspection
    assert inspection is not None  # noqa: S101
    settlement = return_outcome.settle(journey.state)
    lines = inspection.lines
    return {
        "result": journey.state.result,
        "accepted": sum(line.accepted for line in lines),
        "rejected": sum(line.rejected for line in lines),
        "missing": sum(line.missing for line in lines),
        "wrong": sum(line.wrong for line in lines),
        "reason": "；".join(line.reason for line in lines if line.reason) or None,
        "amount_minor": settlement.refund if journey.state.agreed.minor else None,
        "deducted_minor": settlement.deducted.minor or None,
        "currency": journey.state.agreed.currency,
    }


async def _see_to_the_rest(journey: Journey, result: ReturnResult) -> None:
    """What was not taken goes back to the customer; what was announced and will not come is called off."""
    state = journey.state
    if state.inspection is not None and result is not ReturnResult.CALLED_OFF:
        rest = return_outcome.to_send_back(state.inspection)
    elif state.stage is ReturnStage.OVER and state.received_at is not None and result is ReturnResult.CALLED_OFF:
        rest = tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in state.lines)
    else:
        rest = ()
    if rest:
        await sent_back(journey, rest)
    elif result is ReturnResult.CALLED_OFF and state.shipped_at is not None:
        journey.course.note(Event.RETURN_STUCK, what="lost_on_the_way")
        await journey.course.finish(WaitFor.RETURN_TRANSIT)
    elif result is ReturnResult.EXPIRED or result is ReturnResult.CALLED_OFF:
        await _called_off(journey)


async def _called_off(journey: Journey) -> None:
    state = journey.state
    stands = state.pickup is not None and state.pickup.state in PickupState.standing()
    request = CallOffReturn(
        workflow_id=state.workflow_id,
        label_key=state.label.key if state.label else None,
        pickup_key=state.pickup.key if state.pickup and stands else None,
    )
    try:
        await return_activities.call_off_return(request)
    except ActivityError:
        journey.course.note(Event.RETURN_STUCK, what="call_off")
    else:
        if state.pickup is not None and stands:
            pickup = state.pickup.model_copy(update={"state": PickupState.CANCELLED})
            journey.change(pickup=pickup)
            journey.course.note(Event.RETURN_PICKUP_CANCELLED, start=pickup.start.isoformat(), end=pickup.end.isoformat())
    await journey.course.finish(WaitFor.RETURN_SHIPPING)


async def sent_back(journey: Journey, lines: tuple[LineQuantity, ...]) -> None:
    """The merchant sends what it did not take to the customer; followed until it is there."""
    try:
        parcel = await return_activities.send_goods_back(SendGoodsBack(workflow_id=journey.state.workflow_id, lines=lines))
    except ActivityError:
        journey.course.note(Event.RETURN_STUCK, what="send_back")
        await journey.course.finish(WaitFor.RETURN_TRANSIT)
        return
    back = ReturnParcelState(tracking=parcel.tracking, carrier_id=parcel.carrier_id)
    journey.lost = False
    journey.change(stage=ReturnStage.SENDING_BACK, sent_back=back)
    journey.course.note(Event.RETURN_SENT_BACK, tracking=back.tracking, carrier=back.carrier_id)
    until = journey.course.deadline(WaitFor.RETURN_TRANSIT)
    while not (journey.back or journey.lost or journey.course.now >= until):
        wake = journey.course.now + journey.policy.poll_every
        if not await journey.course.wait_for(
            WaitingOn.CARRIER, WaitFor.RETURN_TRANSIT, lambda: journey.back or journey.lost, until, wake
        ):
            journey.course.called_off = None
            await traced(journey)
    if journey.back:
        journey.change(stage=ReturnStage.OVER, handed_back_at=journey.course.now)
        journey.course.note(Event.RETURN_HANDED_BACK, tracking=back.tracking)
    else:
        journey.change(stage=ReturnStage.OVER)
        journey.course.note(Event.RETURN_STUCK, what="lost_on_the_way_back")
    await journey.course.finish(WaitFor.RETURN_TRANSIT)
