"""Several returns in one box (RES-6): the leading return takes others along, and tells them what becomes of the box.

Every word may come twice or late. One that travels along asks by itself, as often as it asks the carrier; once the box is on its way, each
return follows the parcel by its number.
"""

from temporalio.exceptions import ActivityError

from models.case.actions import Act
from models.common.events import Event
from models.common.vocabulary import WaitFor
from models.returns.activities import CallOffReturn
from models.returns.box import Companion, Join, Leading, Leave, NoRoom
from models.returns.state import ReturnResult, ReturnStage, Way
from rules.returns.box import no_room
from rules.returns.deadlines import standing_pickup
from workflows.kit.refusals import refusal_of
from workflows.returns import activities as return_activities
from workflows.returns.activities import PATIENCE
from workflows.returns.context import ReturnContext


def join(context: ReturnContext, act: Act[Join]) -> None:
    """Ask the return that leads; until it says yes, label and deadline stay."""
    context.joined_by, context.leader_gone = act.actor, False
    context.why_apart.pop(act.body.reference, None)
    context.change(travels_with=act.body.reference)
    context.post.put(act.body.reference)


def leave(context: ReturnContext, _: Act[Leave]) -> None:
    part(context, "box_left")


def hear_companion(context: ReturnContext, told: Companion) -> None:
    """Another return wants to travel along, does so already and asks how the box stands, or leaves."""
    state, other = context.state, told.workflow_id
    if not told.along:
        if other in state.companions:
            context.change(companions=tuple(one for one in state.companions if one != other))
            context.note(Event.RETURN_BOX_LEFT, other=other)
        return
    if other not in state.companions:
        ours = told.merchant_id == context.start.merchant_id
        full = no_room(state, told.address, context.policy.most_in_a_box) if ours else NoRoom.OTHER_MERCHANT
        why = NoRoom.NOT_WAITING if context.child.called_off else full
        if why is None:
            context.why_apart.pop(other, None)
            context.change(companions=(*state.companions, other))
            context.note(Event.RETURN_BOX_SHARED, other=other)
        else:
            context.why_apart[other] = why
    context.post.put(other)


def hear_leading(context: ReturnContext, told: Leading) -> None:
    """How the box stands. What the carrier told meanwhile stays."""
    state = context.state
    if told.workflow_id != state.travels_with or told.at < context.leading_heard:
        return
    context.leading_heard = told.at
    if state.stage is ReturnStage.AWAITING:
        if not told.along:
            part(context, told.why or "box_left")
            return
        if state.along_since is None:
            _taken_along(context)
        if (told.label, told.deadline) != (context.state.label, context.state.deadline):
            context.change(label=told.label, deadline=told.deadline)
        if told.parcel is not None:
            context.sent(Way(told.parcel.way), told.parcel.tracking, told.parcel.carrier_id)
    if told.along and told.received_at is not None and context.state.stage in {ReturnStage.AWAITING, ReturnStage.IN_TRANSIT}:
        context.received()


def _taken_along(context: ReturnContext) -> None:
    state = context.state
    pickup = standing_pickup(state)
    request = CallOffReturn(
        workflow_id=state.workflow_id,
        label_key=state.label.key if state.label else None,
        pickup_key=pickup.key if pickup else None,
        labels=state.labels,
        travels_with=state.travels_with,
    )
    context.chore(_call_off_own(context, request))
    context.call, context.slot = None, None
    context.change(along_since=context.child.now, pickup=None, label=None)
    deadline = state.deadline.isoformat() if state.deadline else None
    context.note(Event.RETURN_JOINED, context.joined_by, box=state.travels_with, deadline=deadline)


async def _call_off_own(context: ReturnContext, request: CallOffReturn) -> None:
    try:
        await return_activities.call_off_return(request)
    except ActivityError as error:
        context.note(Event.RETURN_STUCK, what="call_off", **refusal_of(error))


def part(context: ReturnContext, why: str) -> None:
    """On its own again. With a label of its own still in hand nothing else changes; else there is time anew, and `on_its_own` gets another."""
    state = context.state
    box = state.travels_with
    assert box is not None  # noqa: S101  # whoever calls this saw to it
    anew = {}
    if state.along_since is not None:
        latest = state.opened_at + context.policy.longest_to_send
        deadline = min(context.child.deadline(WaitFor.RETURN_SHIPPING), latest)
        anew = {
            "along_since": None,
            "label": None,
            "labels": state.labels + 1,
            "deadline": max(state.deadline or deadline, deadline),
        }
        context.alone = True
    context.change(travels_with=None, **anew)
    until = context.state.deadline.isoformat() if context.state.deadline else None
    context.note(Event.RETURN_PARTED, box=box, why=why, deadline=until)
    context.post.put(box)


def see_whether_it_still_leads(context: ReturnContext) -> None:
    """A return that was over before it could say so leads nobody."""
    if context.leader_gone and context.state.travels_with is not None and not context.state.sent:
        part(context, NoRoom.NOT_WAITING)
    context.leader_gone = False


async def on_its_own(context: ReturnContext) -> None:
    """A label anew; the merchant is told. Without one the goods go another way."""
    context.alone = False
    state = context.state
    request = context.request.model_copy(update={"labels": state.labels, "alone": True, "again": True})
    try:
        prepared = await return_activities.prepare_return(request, PATIENCE)
    except ActivityError as error:
        context.note(Event.RETURN_STUCK, what="no_label", **refusal_of(error))
        return
    label, now = prepared.label, context.state
    if label is None or now.sent or now.labels != state.labels or now.along_since is not None:
        return
    context.change(label=label)
    context.note(Event.RETURN_LABEL_READY, tracking=label.tracking, carrier=label.carrier_id)


def part_all(context: ReturnContext, result: ReturnResult) -> None:
    """The box does not leave: whoever travels along goes on alone."""
    companions = context.state.companions
    if companions and not context.state.sent:
        context.why_apart |= dict.fromkeys(companions, f"box_{result.value}")
        context.change(companions=())
        for other in companions:
            context.post.put(other)
