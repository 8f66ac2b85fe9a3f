"""The legs of a return (RES-6): announced, sent, come, inspected. Each says how the return ended, or None: it goes on."""

from datetime import datetime, timedelta

from temporalio.exceptions import ActivityError

from models.common.events import Event
from models.common.lines import LineQuantity
from models.common.vocabulary import Acceptance, Party, Reception, WaitFor, WaitingOn
from models.returns.activities import ArrangePickup, PickupCall, PrepareReturn, TraceParcel
from models.returns.state import PickupState, ReturnResult, ReturnStage, Way
from rules.returns import outcome as return_outcome
from workflows.returns import activities as return_activities
from workflows.returns.context import Journey

PATIENCE = timedelta(hours=24)
"""How long a merchant may take to name an address, and a carrier to answer about a pick-up."""


async def announced(journey: Journey) -> ReturnResult | None:
    """The merchant names an address, the carriers' desk makes a label; the customer is told, with the deadline."""
    start, state = journey.start, journey.state
    lines = tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in state.lines)
    request = PrepareReturn(
        workflow_id=state.workflow_id,
        order_id=start.order_id,
        merchant_id=start.merchant_id,
        lines=lines,
        purpose=state.purpose,
    )
    try:
        prepared = await return_activities.prepare_return(request, PATIENCE)
    except ActivityError:
        return ReturnResult.NO_ADDRESS
    deadline = journey.course.deadline(WaitFor.RETURN_SHIPPING)
    journey.change(
        stage=ReturnStage.AWAITING, rma=prepared.rma, address=prepared.address, label=prepared.label, deadline=deadline
    )
    journey.course.goods(Reception.AWAITING, Acceptance.PENDING)
    address = prepared.address
    journey.course.note(
        Event.RETURN_APPROVED,
        rma=prepared.rma,
        address=", ".join(part for part in (address.name, address.street, address.city, address.postcode) if part),
        deadline=deadline.isoformat(),
        label=prepared.label is not None,
        customer_pays=state.payer is Party.CUSTOMER,
    )
    if prepared.label is not None:
        label = prepared.label
        journey.course.note(Event.RETURN_LABEL_READY, tracking=label.tracking, carrier=label.carrier_id)
    return None


async def sent(journey: Journey) -> ReturnResult | None:
    """The customer hands the goods to a carrier, or to one at the door; reminded half-way and shortly before the deadline."""
    reminded_at = journey.course.now
    while not journey.state.sent:
        if journey.course.called_off:
            return ReturnResult.CALLED_OFF
        if journey.call is not None:
            await arranged(journey, journey.call)
            continue
        deadline = _closes(journey)
        reminder = next((moment for moment in _reminders(journey) if moment > reminded_at), deadline)
        wake = min(reminder, _pickup_over(journey) or deadline)
        known = journey.state.deadline
        moved = await journey.course.wait_for(
            WaitingOn.CUSTOMER,
            WaitFor.RETURN_SHIPPING,
            lambda known=known: journey.state.sent or journey.call is not None or journey.state.deadline != known,
            deadline,
            wake,
        )
        if moved or journey.course.called_off:
            continue
        await traced(journey)  # before anybody is reminded, or given up, for goods that are on their way
        if journey.state.sent:
            continue
        if (over := _pickup_over(journey)) is not None and journey.course.now >= over:
            journey.missed()
        elif journey.course.now >= deadline:
            return ReturnResult.EXPIRED
        elif _pickup_over(journey) is None:
            journey.course.note(Event.RETURN_REMINDED, deadline=deadline.isoformat())
        reminded_at = journey.course.now
    return None


def _closes(journey: Journey) -> datetime:
    """The deadline of sending; a pick-up that stands is waited for."""
    deadline = journey.state.deadline or journey.course.now
    return max(deadline, _pickup_over(journey) or deadline)


def _reminders(journey: Journey) -> tuple[datetime, datetime]:
    opened, deadline = journey.state.opened_at, journey.state.deadline or journey.course.now
    return opened + (deadline - opened) / 2, deadline - journey.policy.remind_before


def _pickup_over(journey: Journey) -> datetime | None:
    """When a pick-up that stands counts as missed, if nobody tells of it."""
    pickup = journey.state.pickup
    stands = pickup is not None and pickup.state in PickupState.standing()
    return pickup.end + journey.policy.pickup_grace if pickup and stands else None


async def arranged(journey: Journey, call: PickupCall) -> None:
    """Ask the carrier for what somebody wants of a pick-up. A carrier that does not answer has said no."""
    journey.call, slot = None, journey.slot
    state = journey.state
    pickup, rma, to = state.pickup, state.rma, state.address
    assert pickup is not None and rma is not None and to is not None  # noqa: PT018, S101  # only an announced return has actions
    start, end = slot or (pickup.start, pickup.end)
    try:
        answer = await return_activities.arrange_pickup(
            ArrangePickup(
                call=call,
                pickup=pickup,
                workflow_id=state.workflow_id,
                order_id=journey.start.order_id,
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
    told = journey.state.pickup
    if told is None or told.key != pickup.key or told.state not in PickupState.standing():
        return  # fetched or missed meanwhile
    if booked is None:
        after = {"words": refused, **({"state": PickupState.REFUSED} if call is PickupCall.BOOK else {})}
        journey.change(pickup=told.model_copy(update=after))
        journey.course.note(Event.RETURN_PICKUP_REFUSED, call=f"{call}_pickup", why=refused)
        return
    event, into = ARRANGED[call]
    fields = {"tracking": booked.tracking, "carrier_id": booked.carrier_id, "price": booked.price}
    journey.change(pickup=told.model_copy(update={**fields, "state": into, "start": booked.start, "end": booked.end}))
    journey.course.note(event, start=booked.start.isoformat(), end=booked.end.isoformat())


ARRANGED = {
    PickupCall.BOOK: (Event.RETURN_PICKUP_BOOKED, PickupState.BOOKED),
    PickupCall.MOVE: (Event.RETURN_PICKUP_MOVED, PickupState.BOOKED),
    PickupCall.CANCEL: (Event.RETURN_PICKUP_CANCELLED, PickupState.CANCELLED),
}


async def come(journey: Journey) -> ReturnResult | None:
    """The carrier brings them; lost when it says so, or when the time for it has passed."""
    until = journey.course.deadline(WaitFor.RETURN_TRANSIT)
    while journey.state.stage is ReturnStage.IN_TRANSIT:
        wake = max(journey.heard_at, journey.course.now) + journey.policy.poll_every
        moved = await journey.course.wait_for(
            WaitingOn.CARRIER,
            WaitFor.RETURN_TRANSIT,
            lambda: journey.lost or journey.state.stage is not ReturnStage.IN_TRANSIT,
            until,
            wake,
        )
        await let_go(journey)
        if not moved and journey.course.called_off is None:
            await traced(journey)
        if journey.state.stage is ReturnStage.IN_TRANSIT and (journey.lost or journey.course.now >= until):
            lost = ReturnResult.LOST if journey.state.way in {Way.LABEL, Way.PICKUP} else ReturnResult.LOST_BY_SENDER
            return journey.state.result or lost
    return None


async def let_go(journey: Journey) -> None:
    """RES-11: goods on the road cannot be called back. The case goes on without them; they are followed, and sent to the customer again."""
    if journey.course.called_off is not None and journey.state.result is None:
        journey.change(result=ReturnResult.CALLED_OFF)
        await journey.course.finish(WaitFor.RETURN_TRANSIT, ReturnResult.CALLED_OFF.value)
    journey.course.called_off = None


async def traced(journey: Journey) -> None:
    """Ask the carriers' desk where the parcel is; one that nobody knows has not moved."""
    back = journey.state.sent_back
    tracking = back.tracking if back else journey.expected
    if tracking is None:
        return
    try:
        traced = await return_activities.trace_parcel(TraceParcel(tracking=tracking))
    except ActivityError:
        return
    if traced.parcel is not None and (odd := journey.told_of(traced.parcel)) is not None:
        journey.course.note(Event.PARTNER_NOTICE, partner="carrier", kind="shipment", status=odd)


async def inspected(journey: Journey) -> ReturnResult | None:
    """The merchant says of each line what became of it; silence means that everything is accepted."""
    if journey.state.result is not None:
        return journey.state.result  # called off on the road
    if not return_outcome.inspects(journey.state):
        return ReturnResult.ACCEPTED
    until = journey.state.inspect_until or journey.course.deadline(WaitFor.INSPECTION)
    await journey.course.wait_for(WaitingOn.MERCHANT, WaitFor.INSPECTION, lambda: journey.state.inspection is not None, until)
    if journey.course.called_off is not None and journey.state.inspection is None:
        await let_go(journey)
        return ReturnResult.CALLED_OFF
    if journey.state.inspection is None:
        journey.inspected(return_outcome.all_accepted(journey.state, journey.course.now))
    assert journey.state.inspection is not None  # noqa: S101
    return return_outcome.result_of(journey.state.inspection)
