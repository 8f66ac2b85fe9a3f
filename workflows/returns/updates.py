"""What people do with a return (RES-6): one function for each action, called after `rules/returns/permissions.py` let it through."""

from models.case.actions import Act
from models.common.events import Event
from models.returns.activities import PickupCall
from models.returns.settlement import FreightClaim
from models.returns.state import (
    BookPickup,
    CancelPickup,
    ClaimFreight,
    Extend,
    Inspect,
    Inspection,
    MovePickup,
    Pickup,
    Receive,
    Ship,
    Way,
)
from rules.returns.outcome import claim
from workflows.returns.context import ReturnContext
from workflows.returns.worth import offer


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
    offer(context, body.reduced, act.actor)


def extend(context: ReturnContext, act: Act[Extend]) -> None:
    context.change(deadline=act.body.until)
    context.child.note(Event.RETURN_EXTENDED, act.actor, deadline=act.body.until.isoformat(), reason=act.body.reason)
