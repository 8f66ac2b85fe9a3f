"""What partners tell a case by webhook: a reader for each kind of notice, called by `Context.receive_notice`."""

from collections.abc import Awaitable, Callable

from temporalio.exceptions import ActivityError

from models.case.activities import RefundByKey
from models.common.actors import Actor, EvidenceRef
from models.common.events import Event
from models.common.partners import Notice, NoticeKind, Order, ProviderRefundStatus, Refund, Sender, Shipment, Statement
from models.common.vocabulary import Role, Stage
from models.investigation.findings import SaidElsewhere, Saying
from models.money.charge import Charge
from models.remedies.order_change import ChangeAnswer, ChangeStatus
from models.remedies.remedy import RefundPart
from models.returns.partner import ReturnParcel
from rules.case.merging import question_of
from rules.case.room import newest_scans, within_bounds
from rules.common.evidence import fitting
from rules.common.traces import is_older, latest, moved, stale
from rules.money.refund import as_told, is_other_amount, with_news
from workflows.claims.found import hear_of_parcel
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.traces import SCANS_BY_TIME, status_of
from workflows.money import charge as charging
from workflows.money.refund import confirm_arrival, doubtful
from workflows.money.refund_progress import move_part
from workflows.remedies import order_change

PARCEL_NOTICES = "parcel-notices"
"""Patch: before it, a notice of a parcel that named no order could not be read."""
OTHER_AMOUNT = "refund-arrives-with-another-amount"
"""Patch: before it, such a refund had arrived in full."""


def _refund(context: CaseContext, notice: Notice) -> str | None:
    told = Refund.model_validate(notice.payload)
    if doubtful(context, told):
        context.in_background(confirm_arrival(context, told))
        return None
    payments = with_news(context.case.payments, told)  # the ledger reads there what no remedy waits for
    if within_bounds(context.case.order, context.case.shipments, payments):
        context.case.payments = payments
    parts = (part for remedy in context.case.remedies for part in remedy.parts if part.key == told.key)
    news = any(move_part(context, _as_told(part, told)) for part in parts)
    return None if news else "already_known"  # the stage that waits for it tells of the news


def _as_told(part: RefundPart, told: Refund) -> RefundPart:
    if is_other_amount(part, told) and not patched(OTHER_AMOUNT):
        told = told.model_copy(update={"amount": part.amount})
    return as_told(part, told)


async def _ask_about_refund(context: CaseContext, notice: Notice) -> str | None:
    """A refund is what its provider says that it is when it is asked, whatever was told."""
    told, order = Refund.model_validate(notice.payload), context.case.order
    request = RefundByKey(key=told.key, payment_id=told.payment_id, merchant_id=order.merchant_id if order else None)
    try:
        held = (await activities.refund_by_key(request)).refund
    except ActivityError:
        return "not_confirmed"
    if held is None or held.key != told.key:
        return "not_confirmed"
    news = _refund(context, notice.model_copy(update={"payload": held.model_dump(mode="json")}))
    ahead = held.status is not told.status and told.status is not ProviderRefundStatus.ACCEPTED
    return "not_confirmed" if ahead else news


def _shipment(context: CaseContext, notice: Notice) -> str | None:
    if "order_id" not in notice.payload and patched(PARCEL_NOTICES):
        return _parcel(context, ReturnParcel.model_validate(notice.payload))
    told = Shipment.model_validate(notice.payload)
    case = context.case
    if told.order_id != case.order_id:
        return "other_order"
    known = next((shipment for shipment in case.shipments if shipment.tracking == told.tracking), None)
    if notice.sender is not None and not _carried_by(notice.sender, told, known):
        return "other_partner"
    found = not _in_the_trace(told, known) and hear_of_parcel(context, told)
    if known is not None and not found and _came_late(told, known):
        return "already_known"
    others = tuple(shipment for shipment in case.shipments if shipment.tracking != told.tracking)
    shipments = (*others, newest_scans(told))
    if not within_bounds(case.order, shipments, case.payments):
        return "too_much"
    case.shipments = shipments
    return None if found else told.status.value


def _carried_by(sender: Sender, told: Shipment, known: Shipment | None) -> bool:
    """No notice moves a parcel to another carrier, nor gives a carrier a parcel of which only it says that there is one."""
    if known is None:
        return sender.who is None and sender.speaks_for(told.carrier_id)
    return told.carrier_id == known.carrier_id


def _parcel(context: CaseContext, told: ReturnParcel) -> str | None:
    """A tracking service knows the number and its own words, neither the order nor what the carrier declared."""
    case = context.case
    known = next((shipment for shipment in case.shipments if shipment.tracking == told.tracking), None)
    found = not _in_the_trace(told, known) and hear_of_parcel(context, told)
    if known is None:
        return None if found else "other_parcel"
    if not found and is_older(latest(told.scans), latest(known.scans)):
        return "already_known"
    status = status_of(told, context.policy.returns)
    if status is None:
        return told.status[:100]
    shipments = (*(one for one in case.shipments if one is not known), newest_scans(moved(known, told, status)))
    if not within_bounds(case.order, shipments, case.payments):
        return "too_much"
    case.shipments = shipments
    return None if found else status.value


def _in_the_trace(told: Shipment | ReturnParcel, known: Shipment | None) -> bool:
    """It is an earlier state of the trace that ends with the loss: the carrier has said it before, and taken it back since."""
    last = max(told.scans, key=lambda scan: scan.at, default=None)
    return known is not None and last in known.scans and is_older(latest(told.scans), latest(known.scans))


def _came_late(told: Shipment, known: Shipment) -> bool:
    by_time, by_number = stale(told, known), len(told.scans) < len(known.scans)
    return by_time if by_time == by_number or patched(SCANS_BY_TIME) else by_number


def _statement(context: CaseContext, notice: Notice) -> str | None:
    told = Statement.model_validate(notice.payload)
    if notice.named is not None:
        return _statement_on_absorbed(context, notice, told)
    theirs = [request for request in context.case.open_requests if request.of.value == notice.partner]
    request = next((request for request in theirs if request.id == told.request_id), None)
    if request is None or context.case.stage not in Stage.open_stages():
        return "request_closed"
    actor = Actor(role=Role(request.of.value), id=request.recipient)
    evidence, news = _evidence(context, notice, told, actor)
    saying = Saying(at=context.now, by=actor, words=told.words, evidence=evidence)
    answered = request.model_copy(update={"answer": saying, "admits": told.admits})
    context.case.requests = tuple(answered if known.id == request.id else known for known in context.case.requests)
    context.case.sayings = (*context.case.sayings, saying)
    context.note(
        Event.INFORMATION_GIVEN,
        actor,
        request_id=request.id,
        of=request.of.value,
        asker=request.by.role.value,
        admits=told.admits,
    )
    return news


def _statement_on_absorbed(context: CaseContext, notice: Notice, told: Statement) -> str | None:
    """An answer to what was asked on a case that goes on in this one (WRK-7): it is heard here."""
    case = context.case
    question = question_of(case, notice)
    if question is None or question.of.value != notice.partner or case.stage not in Stage.open_stages():
        return "request_closed"
    actor = Actor(role=Role(question.of.value), id=question.recipient)
    evidence, news = _evidence(context, notice, told, actor)
    private = SaidElsewhere(case_id=case.case_id, private=True, asked_by=question.asker)
    saying = Saying(at=context.now, by=actor, words=told.words, evidence=evidence, elsewhere=private)
    case.sayings = (*case.sayings, saying)
    about = {"request_id": question.id, "of": actor.role.value, "asker": question.asker.value, "admits": told.admits}
    context.note(Event.INFORMATION_GIVEN, actor, **about)
    return news


def _evidence(context: CaseContext, notice: Notice, told: Statement, by: Actor) -> tuple[tuple[EvidenceRef, ...], str | None]:
    """INV-3: what this very party uploaded, as much as the case takes; and what there is to say of the rest."""
    uploaded = {upload.piece.sha256: upload.piece for upload in notice.uploads if upload.by == by.id}
    own = [uploaded[sha256] for sha256 in dict.fromkeys(told.evidence) if sha256 in uploaded]
    taken = fitting(context.case.evidence, own, context.policy.max_evidence)
    if len(taken) < len(own):
        return taken, "evidence_too_many"
    return taken, "evidence_unknown" if len(own) < len(set(told.evidence)) else None


def _order_change(context: CaseContext, notice: Notice) -> str | None:
    """The webhook `order_change`."""
    told = ChangeAnswer.model_validate(notice.payload)
    remedy = next((one for one in context.case.remedies if one.ordering and one.ordering.key == told.key), None)
    if remedy is None or remedy.ordering is None:
        return "other_order"
    lacking = told.status is ChangeStatus.CONFIRMED and (told.order is None or told.total_before is None)
    if lacking or (told.order and not _is_of(told.order, order_change.order_of(context), notice)):
        return "unreadable"
    if remedy.open and order_change.hear(context, remedy.id, told):
        return None  # the stage that waits for it tells of the news
    return "already_known" if remedy.ordering.status is told.status else "too_late"


def _is_of(told: Order, known: Order, notice: Notice) -> bool:
    """A changed order is still that of its merchant and customer."""
    parties = (told.merchant_id, told.customer_id) == (known.merchant_id, known.customer_id)
    return told.order_id == known.order_id and (notice.sender is None or parties)


def _charge(context: CaseContext, notice: Notice) -> str | None:
    """The webhook `charge`."""
    told = Charge.model_validate(notice.payload)
    for remedy in context.case.remedies:
        state = remedy.ordering
        if state is not None and state.charge is not None and state.charge.key == told.key:
            return None if charging.take_in(context, order_change.bill(context, remedy.id), told) else "already_known"
    return "other_order"


async def _ask_about_charge(context: CaseContext, notice: Notice) -> str | None:
    """A charge is what its provider says that it is when it is asked, whatever was told."""
    told = Charge.model_validate(notice.payload)
    for remedy in context.case.remedies:
        if remedy.ordering is not None and remedy.ordering.charge is not None and remedy.ordering.charge.key == told.key:
            return await charging.ask_about(context, order_change.bill(context, remedy.id), told)
    return "other_order"


READERS: dict[str, Callable[[CaseContext, Notice], str | None]] = {
    NoticeKind.REFUND: _refund,
    NoticeKind.SHIPMENT: _shipment,
    NoticeKind.STATEMENT: _statement,
    NoticeKind.ORDER_CHANGE: _order_change,
    NoticeKind.CHARGE: _charge,
}

ASKING: dict[str, Callable[[CaseContext, Notice], Awaitable[str | None]]] = {
    NoticeKind.REFUND: _ask_about_refund,
    NoticeKind.CHARGE: _ask_about_charge,
}
