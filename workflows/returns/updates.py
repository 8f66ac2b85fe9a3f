"""What people do with a return (RES-6): one function for each action, called after `rules/returns/permissions.py` let it through."""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.case.actions import Act
from models.common.events import Event
from models.returns.activities import PickupCall
from models.returns.state import (
    RETURN_BODIES,
    BookPickup,
    CancelPickup,
    ClaimFreight,
    Extend,
    FreightClaim,
    Inspect,
    Inspection,
    MovePickup,
    Pickup,
    Receive,
    ReturnAction,
    ReturnState,
    Ship,
    Way,
)
from rules.returns.outcome import claim
from rules.returns.permissions import fault_of
from workflows.returns.context import REMEMBERED, ReturnContext


def book_pickup(context: ReturnContext, act: Act[BookPickup]) -> None:
    body, number = act.body, context.state.pickups + 1
    pickup = Pickup(key=f"{context.state.workflow_id}.p{number}", start=body.start, end=body.end, address_id=body.address_id)
    context.change(pickup=pickup, pickups=number)
    context.call, context.slot = PickupCall.BOOK, (body.start, body.end)


def move_pickup(context: ReturnContext, act: Act[MovePickup]) -> None:
    pickup = context.state.pickup
    assert pickup is not None  # noqa: S101  # rules/returns/permissions.py saw to it
    context.change(pickup=pickup.model_copy(update={"moves": pickup.moves + 1}))
    context.call, context.slot = PickupCall.MOVE, (act.body.start, act.body.end)


def cancel_pickup(context: ReturnContext, _: Act[CancelPickup]) -> None:
    context.call, context.slot = PickupCall.CANCEL, None


def ship(context: ReturnContext, act: Act[Ship]) -> None:
    """With our label's number it is our label after all."""
    label = context.state.label
    ours = label is not None and label.tracking == act.body.tracking
    context.sent(Way.LABEL if ours else Way.OWN, act.body.tracking, act.body.carrier_id, act.actor)


def claim_freight(context: ReturnContext, act: Act[ClaimFreight]) -> None:
    allowed = claim(context.state, context.policy, act.body.amount)
    context.change(freight=FreightClaim(amount=act.body.amount, allowed=allowed, receipt=act.body.receipt))
    context.child.note(
        Event.RETURN_FREIGHT_CLAIMED,
        act.actor,
        amount_minor=act.body.amount.minor,
        allowed_minor=allowed.minor,
        currency=allowed.currency,
    )


def receive(context: ReturnContext, act: Act[Receive]) -> None:
    context.received(act.actor)


def inspect(context: ReturnContext, act: Act[Inspect]) -> None:
    body = act.body
    context.inspected(Inspection(at=context.child.now, lines=body.lines, by=act.actor, evidence=body.evidence))


def extend(context: ReturnContext, act: Act[Extend]) -> None:
    context.change(deadline=act.body.until)
    context.child.note(Event.RETURN_EXTENDED, act.actor, deadline=act.body.until.isoformat(), reason=act.body.reason)


DOING: dict[ReturnAction, Callable[[ReturnContext, Act[Any]], None]] = {
    ReturnAction.BOOK_PICKUP: book_pickup,
    ReturnAction.MOVE_PICKUP: move_pickup,
    ReturnAction.CANCEL_PICKUP: cancel_pickup,
    ReturnAction.SHIP: ship,
    ReturnAction.CLAIM_FREIGHT: claim_freight,
    ReturnAction.RECEIVE: receive,
    ReturnAction.INSPECT: inspect,
    ReturnAction.EXTEND: extend,
}


def person(action: ReturnAction) -> Callable[..., Any]:
    """The update of an action, with its validator; done once for each request id."""

    def validate(self: Any, act: Act[Any]) -> None:  # noqa: ANN401  # a workflow with a journey
        context: ReturnContext = self.context
        if act.request_id in context.requests:
            return
        fault = fault_of(context.state, context.policy, action, act, workflow.now())
        if fault is not None:
            raise ApplicationError(fault.detail, fault, type=fault.type.value)

    async def handle(self: Any, act: Act[Any]) -> ReturnState:  # noqa: ANN401
        context: ReturnContext = self.context
        if act.request_id not in context.requests:
            DOING[action](context, act)
            context.requests = (*context.requests, act.request_id)[-REMEMBERED:]
        return context.state

    for function in (validate, handle):
        function.__name__ = function.__qualname__ = action.value
        function.__annotations__["act"] = Act[RETURN_BODIES[action]]
        del function.__annotations__["self"]  # the SDK takes an annotated self for an argument
    update = workflow.update(name=action.value, description=(RETURN_BODIES[action].__doc__ or action).splitlines()[0])(handle)
    update.validator(validate)
    return update
