"""The legs of a return (RES-6): announced, sent, received, inspected. Each says how the return ended, or None: it goes on."""

import asyncio

from temporalio.exceptions import ActivityError

from models.common.events import Event
from models.common.vocabulary import Acceptance, Party, Reception, WaitFor, WaitingOn
from models.returns.activities import ArrangePickup, PickupCall
from models.returns.state import PickupState, ReturnResult, ReturnStage, ReturnState, Way
from rules.returns import outcome as return_outcome
from rules.returns.deadlines import sending_closes
from workflows.kit.patches import patched
from workflows.returns import activities as return_activities
from workflows.returns import box, worth
from workflows.returns.activities import PATIENCE
from workflows.returns.context import PICKUP_OFF, ReturnContext


async def announced(context: ReturnContext) -> ReturnResult | None:
    """The merchant names an address, the carrier makes a label; the customer is told, with the deadline."""
    state, request = context.state, context.request
    try:
        prepared = await return_activities.prepare_return_directly(request)
        if prepared is None:
            again = request.model_copy(update={"again": True})
            prepared = await return_activities.prepare_return(again, PATIENCE)
    except ActivityError:
        return ReturnResult.NO_ADDRESS
    if prepared.rma is None or prepared.address is None:
        context.change(refusal=prepared.refusal, refusal_code=prepared.refusal_code)
        return ReturnResult.REFUSED
    deadline = context.child.deadline(WaitFor.RETURN_SHIPPING)
    context.change(
        stage=ReturnStage.AWAITING, rma=prepared.rma, address=prepared.address, label=prepared.label, deadline=deadline
    )
    context.child.goods(Reception.AWAITING, Acceptance.PENDING)
    context.child.note(
        Event.RETURN_APPROVED,
        rma=prepared.rma,
        address=prepared.address.in_one_line,
        deadline=deadline.isoformat(),
        label=prepared.label is not None,
        customer_pays=state.payer is Party.CUSTOMER,
    )
    if prepared.label is not None:
        label = prepared.label
        context.child.note(Event.RETURN_LABEL_READY, tracking=label.tracking, carrier=label.carrier_id)
    return None


async def sent(context: ReturnContext) -> ReturnResult | None:
    """The customer hands the goods to a carrier, or to one at the door; reminded half-way and shortly before the deadline."""
    context.reminded_at = context.child.now
    while not context.state.sent:
        if context.child.called_off:
            return ReturnResult.CALLED_OFF
        if context.call is not None:
            await arranged(context, context.call)
            continue
        if context.alone:
            await box.on_its_own(context)
            continue
        known, closes = context.state, sending_closes(context.state, context.policy, context.child.now)
        ask_at = context.child.now + context.policy.poll_every if context.state.travels_with else None
        moved = await context.child.wait_for(
            WaitingOn.CUSTOMER,
            WaitFor.RETURN_SHIPPING,
            lambda known=known: _something_else(context, known),
            max(closes, ask_at) if ask_at else closes,  # the return that leads says when it is over
            ask_at,
        )
        box.see_whether_it_still_leads(context)
        if moved or context.child.called_off:
            continue
        await context.trace()  # before it is given up, for the goods may be on their way
        if context.state.travels_with:
            context.post.put(context.state.travels_with)
        elif not context.state.sent:
            return ReturnResult.EXPIRED
    _call_pickup_off(context)
    return None


def _something_else(context: ReturnContext, known: ReturnState) -> bool:
    """Whether there is something else to do than to wait as before."""
    state = context.state
    moved = (state.deadline, state.travels_with) != (known.deadline, known.travels_with)
    return state.sent or moved or context.call is not None or context.alone or context.leader_gone


def _call_pickup_off(context: ReturnContext) -> None:
    """The goods went another way than with the courier who is booked; the return goes on meanwhile."""
    pickup = context.state.pickup
    if pickup is not None and pickup.state in PickupState.standing() and patched(PICKUP_OFF):
        never_asked = context.call is PickupCall.BOOK
        context.call, context.slot = None, None
        if never_asked:
            context.change(pickup=pickup.model_copy(update={"state": PickupState.CANCELLED}))
        else:
            context.pickup_off = asyncio.create_task(arranged(context, PickupCall.CANCEL))


async def arranged(context: ReturnContext, call: PickupCall) -> None:
    """Ask the carrier for what somebody wants of a pick-up. A carrier that does not answer has said no."""
    context.call, slot = None, context.slot
    state = context.state
    pickup, rma, to = state.pickup, state.rma, state.address
    assert pickup is not None and rma is not None and to is not None  # noqa: PT018, S101  # only an announced return has actions
    start, end = slot or (pickup.start, pickup.end)
    try:
        answer = await return_activities.arrange_pickup(
            ArrangePickup(
                call=call,
                pickup=pickup,
                workflow_id=state.workflow_id,
                order_id=context.start.order_id,
                rma=rma,
                to=to,
                tracking=state.label.tracking if state.label else None,
                start=start,
                end=end,
            ),
            PATIENCE,
        )
    except ActivityError:
        booked, refused = None, "no_answer"
    else:
        booked, refused = answer.pickup, answer.refused
    told = context.state.pickup
    if told is None or told.key != pickup.key or told.state not in PickupState.standing():
        return  # fetched or missed meanwhile
    if booked is None:
        after = {"words": refused, **({"state": PickupState.REFUSED} if call is PickupCall.BOOK else {})}
        context.change(pickup=told.model_copy(update=after))
        if call is PickupCall.CANCEL and context.state.sent:
            context.child.note(Event.RETURN_STUCK, what="call_off", refusal=refused)  # a person tells the carrier
        else:
            context.child.note(Event.RETURN_PICKUP_REFUSED, call=f"{call}_pickup", why=refused)
        return
    event, into = ARRANGED[call]
    fields = {"tracking": booked.tracking, "carrier_id": booked.carrier_id, "price": booked.price}
    context.change(pickup=told.model_copy(update={**fields, "state": into, "start": booked.start, "end": booked.end}))
    context.child.note(event, start=booked.start.isoformat(), end=booked.end.isoformat())


ARRANGED = {
    PickupCall.BOOK: (Event.RETURN_PICKUP_BOOKED, PickupState.BOOKED),
    PickupCall.MOVE: (Event.RETURN_PICKUP_MOVED, PickupState.BOOKED),
    PickupCall.CANCEL: (Event.RETURN_PICKUP_CANCELLED, PickupState.CANCELLED),
}


async def come(context: ReturnContext) -> ReturnResult | None:
    """The carrier brings them, to the merchant or back to their sender; lost when it says so, or when the time for it has passed."""
    until = context.child.deadline(WaitFor.RETURN_TRANSIT)
    while context.state.stage is ReturnStage.IN_TRANSIT:
        wake = max(context.heard_at, context.child.now) + context.policy.poll_every
        moved = await context.child.wait_for(
            WaitingOn.CARRIER,
            WaitFor.RETURN_TRANSIT,
            lambda: context.lost or context.turned_back or context.state.stage is not ReturnStage.IN_TRANSIT,
            until,
            wake,
        )
        await let_go(context)
        if not moved and context.child.called_off is None:
            await context.trace()
        if context.state.stage is ReturnStage.IN_TRANSIT and context.turned_back:
            return context.state.result or ReturnResult.TURNED_BACK
        if context.state.stage is ReturnStage.IN_TRANSIT and (context.lost or context.child.now >= until):
            lost = ReturnResult.LOST if context.state.way in {Way.LABEL, Way.PICKUP} else ReturnResult.LOST_BY_SENDER
            return context.state.result or lost
    return None


async def let_go(context: ReturnContext) -> None:
    """RES-11: goods on the road cannot be called back. The case goes on without them; they are followed, and sent to the customer again."""
    if context.child.called_off is not None and context.state.result is None:
        context.change(result=ReturnResult.CALLED_OFF)
        await context.child.finish(WaitFor.RETURN_TRANSIT, ReturnResult.CALLED_OFF.value)
    context.child.called_off = None


async def inspected(context: ReturnContext) -> ReturnResult | None:
    """The merchant says of each line what became of it; silence means that everything is accepted."""
    if context.state.result is not None:
        return context.state.result  # called off on the road
    if not return_outcome.inspects(context.state):
        return ReturnResult.ACCEPTED
    until = context.state.inspect_until or context.child.deadline(WaitFor.INSPECTION)
    await context.child.wait_for(WaitingOn.MERCHANT, WaitFor.INSPECTION, lambda: context.state.inspection is not None, until)
    if context.child.called_off is not None and context.state.inspection is None:
        await let_go(context)
        return ReturnResult.CALLED_OFF
    if context.state.inspection is None:
        context.inspected(return_outcome.all_accepted(context.state, context.child.now))
    await worth.decided(context)
    if context.child.called_off is not None and context.state.worth is not None and context.state.worth.answer is None:
        await let_go(context)
        return ReturnResult.CALLED_OFF
    assert context.state.inspection is not None  # noqa: S101
    return return_outcome.result_of(context.state.inspection)
