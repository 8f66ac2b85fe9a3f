"""How a return ends (RES-6): the case is told and goes on; then goods that are still on the road are followed."""

from typing import Any

from temporalio.exceptions import ActivityError

from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.vocabulary import Reception, WaitFor, WaitingOn
from models.returns.activities import CallOffReturn, SendGoodsBack
from models.returns.state import PickupState, ReturnParcelState, ReturnResult, ReturnStage
from rules.money.settlement import settle
from rules.returns import outcome as return_outcome
from rules.returns.deadlines import standing_pickup
from workflows.kit.patches import patched
from workflows.kit.refusals import refusal_of
from workflows.returns import activities as return_activities
from workflows.returns.context import ReturnContext

UNADDRESSED = "unaddressed-return-is-called-off"
"""Patch: before it, a return that a silent merchant had opened all the same stayed open there."""


async def concluded(context: ReturnContext, result: ReturnResult) -> None:
    """Tell the case, which goes on; then follow goods that are still on the road."""
    context.change(result=result, stage=ReturnStage.OVER)
    inspection = context.state.inspection
    if inspection is not None and result is not ReturnResult.CALLED_OFF:
        context.child.goods(return_outcome.reception_of(inspection), return_outcome.ACCEPTANCE[result])
        context.child.note(Event.RETURN_INSPECTED, inspection.by, **_in_figures(context))
    elif result in ENDINGS:
        event, reception = ENDINGS[result]
        context.child.goods(reception)
        said = {"refusal": context.state.refusal, "refusal_code": context.state.refusal_code}
        refusal = said if result is ReturnResult.REFUSED else {}
        context.child.note(event, ours=result is ReturnResult.LOST, tracking=context.expected, **refusal)
    failed = None if result in ReturnResult.giving() else result.value
    await context.child.finish(WaitFor.INSPECTION, failed)
    await _see_to_the_rest(context, result)


ENDINGS = {
    ReturnResult.LOST: (Event.RETURN_LOST, Reception.LOST),
    ReturnResult.LOST_BY_SENDER: (Event.RETURN_LOST, Reception.LOST),
    ReturnResult.TURNED_BACK: (Event.RETURN_TURNED_BACK, Reception.TURNED_BACK),
    ReturnResult.EXPIRED: (Event.RETURN_EXPIRED, Reception.EXPIRED),
    ReturnResult.NO_ADDRESS: (Event.RETURN_UNADDRESSED, None),
    ReturnResult.REFUSED: (Event.RETURN_REFUSED, None),
}


def _in_figures(context: ReturnContext) -> dict[str, Any]:
    inspection = context.state.inspection
    assert inspection is not None  # noqa: S101
    settlement = settle(context.state)
    lines = inspection.lines
    return {
        "result": context.state.result,
        "accepted": sum(line.accepted for line in lines),
        "rejected": sum(line.rejected for line in lines),
        "missing": sum(line.missing for line in lines),
        "wrong": sum(line.wrong for line in lines),
        "reason": "；".join(line.reason for line in lines if line.reason) or None,
        "amount_minor": settlement.refund if context.state.agreed.minor else None,
        "deducted_minor": settlement.deducted.minor or None,
        "currency": context.state.agreed.currency,
        **({"reduced_minor": settlement.reduced.minor} if settlement.reduced.minor else {}),
        **({"restocking_minor": settlement.restocking.minor} if settlement.restocking.minor else {}),
    }


async def _see_to_the_rest(context: ReturnContext, result: ReturnResult) -> None:
    """What was not taken goes back to the customer; what was announced and will not come is called off."""
    state = context.state
    if state.inspection is not None and result is not ReturnResult.CALLED_OFF:
        rest = return_outcome.to_send_back(state.inspection)
    elif state.stage is ReturnStage.OVER and state.received_at is not None and result is ReturnResult.CALLED_OFF:
        rest = tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in state.lines)
    else:
        rest = ()
    if rest:
        await sent_back(context, rest)
    elif result is ReturnResult.CALLED_OFF and state.shipped_at is not None:
        _stuck(context, "lost_on_the_way")
        await context.child.finish(WaitFor.RETURN_TRANSIT)
    elif result in {ReturnResult.EXPIRED, ReturnResult.CALLED_OFF}:
        await _called_off(context)
    elif result is ReturnResult.NO_ADDRESS and patched(UNADDRESSED):
        await _called_off(context)  # the merchant may have opened it, and its answer got lost


async def _called_off(context: ReturnContext) -> None:
    state = context.state
    pickup = standing_pickup(state)
    request = CallOffReturn(
        workflow_id=state.workflow_id,
        label_key=state.label.key if state.label and state.along_since is None else None,
        pickup_key=pickup.key if pickup else None,
    )
    try:
        await return_activities.call_off_return(request)
    except ActivityError as error:
        context.child.note(Event.RETURN_STUCK, what="call_off", **refusal_of(error))
    else:
        if pickup is not None:
            pickup = pickup.model_copy(update={"state": PickupState.CANCELLED})
            context.change(pickup=pickup)
            context.child.note(Event.RETURN_PICKUP_CANCELLED, start=pickup.start.isoformat(), end=pickup.end.isoformat())
    await context.child.finish(WaitFor.RETURN_SHIPPING)


async def pickup_over(context: ReturnContext) -> None:
    """What came of calling off a pick-up that nobody needed any more."""
    if context.pickup_off is not None:
        await context.pickup_off
        await context.child.finish(WaitFor.RETURN_SHIPPING)


async def all_said(context: ReturnContext) -> None:
    """What the other returns of the box are told, and what is still to be called off for it."""
    await context.post.sent()
    for chore in context.chores:
        await chore


async def sent_back(context: ReturnContext, lines: tuple[LineQuantity, ...]) -> None:
    """The merchant sends what it did not take to the customer; followed until it is there."""
    try:
        parcel = await return_activities.send_goods_back(SendGoodsBack(workflow_id=context.state.workflow_id, lines=lines))
        refusal: dict[str, Any] = {"refusal": parcel.refusal, "refusal_code": parcel.refusal_code}
    except ActivityError as error:
        parcel, refusal = None, refusal_of(error)
    if parcel is None or parcel.tracking is None or parcel.carrier_id is None:
        _stuck(context, "send_back", **refusal)
        await context.child.finish(WaitFor.RETURN_TRANSIT)
        return
    back = ReturnParcelState(tracking=parcel.tracking, carrier_id=parcel.carrier_id)
    context.lost = False
    context.change(stage=ReturnStage.SENDING_BACK, sent_back=back)
    context.child.note(Event.RETURN_SENT_BACK, tracking=back.tracking, carrier=back.carrier_id)
    until = context.child.deadline(WaitFor.RETURN_TRANSIT)
    while not (context.back or context.lost or context.child.now >= until):
        wake = context.child.now + context.policy.poll_every
        if not await context.child.wait_for(
            WaitingOn.CARRIER, WaitFor.RETURN_TRANSIT, lambda: context.back or context.lost, until, wake
        ):
            context.child.called_off = None
            await context.trace()
    if context.back:
        context.change(stage=ReturnStage.OVER, handed_back_at=context.child.now)
        context.child.note(Event.RETURN_HANDED_BACK, tracking=back.tracking)
    else:
        context.change(stage=ReturnStage.OVER)
        _stuck(context, "lost_on_the_way_back")
    await context.child.finish(WaitFor.RETURN_TRANSIT)


def _stuck(context: ReturnContext, what: str, **refusal: Any) -> None:  # noqa: ANN401  # what the merchant said
    """Goods that the customer should have again, and does not get: the case takes it up for a person."""
    context.change(stuck=what)
    context.child.note(Event.RETURN_STUCK, what=what, **refusal)
