"""What partners tell of a return (RES-6): parcels, pick-ups, inspections."""

from collections.abc import Callable

from models.common.actors import Actor
from models.common.partners import Notice, NoticeKind
from models.common.vocabulary import Role
from models.returns.partner import PickupBooked, PickupStatus, ReturnParcel, ToldInspection
from models.returns.state import Inspection, PickupState, ReturnStage, Way
from rules.returns.outcome import told_lines
from rules.returns.worth import told_pieces, wrong_with
from workflows.kit.patches import patched
from workflows.returns.context import UNANNOUNCED, ReturnContext
from workflows.returns.worth import offer


def _shipment(context: ReturnContext, notice: Notice) -> str | None:
    told = ReturnParcel.model_validate(notice.payload)
    return context.told_of(told) if context.traces.is_news(told) else "already_known"


def _pickup(context: ReturnContext, notice: Notice) -> str | None:
    """Collected or missed; what else the carrier tells of it is the answer to what was asked."""
    told = PickupBooked.model_validate(notice.payload)
    pickup = context.state.pickup
    if pickup is None or told.key != pickup.key:
        return "other_parcel"
    if context.state.sent or pickup.state not in PickupState.standing():
        return None
    if told.status is PickupStatus.COLLECTED:
        context.sent(Way.PICKUP, told.tracking, told.carrier_id)
    elif told.status is PickupStatus.MISSED:
        context.missed()
    return None


def _inspection(context: ReturnContext, notice: Notice) -> str | None:
    told = ToldInspection.model_validate(notice.payload).of(context.state.workflow_id)
    if told is None:
        return "unreadable"
    stage, lines = context.state.stage, told_lines(context.state, told)
    unannounced = stage is ReturnStage.AWAITING and patched(UNANNOUNCED)
    if context.state.inspection is not None or not (unannounced or stage in {ReturnStage.IN_TRANSIT, ReturnStage.RECEIVED}):
        return "already_known"
    if lines is None:
        return "unreadable"
    if unannounced and all(line.missing == line.pieces for line in lines):
        return "nothing_came"
    merchant = Actor(role=Role.MERCHANT, id=context.start.merchant_id)
    evidence = tuple(upload.piece for upload in notice.uploads if upload.by == merchant.id)
    reduced = told_pieces(told.reduced, {piece.sha256: piece for piece in evidence})
    if reduced is None or wrong_with(context.state, reduced, lines) is not None or (reduced and not context.knows_worth):
        return "unfit_worth"
    context.inspected(Inspection(at=context.child.now, lines=lines, by=merchant, evidence=evidence))
    offer(context, reduced, merchant)
    return None


READERS: dict[str, Callable[[ReturnContext, Notice], str | None]] = {
    NoticeKind.SHIPMENT: _shipment,
    NoticeKind.PICKUP: _pickup,
    NoticeKind.INSPECTION: _inspection,
}
