"""The case's side of chargebacks (RES-12): refunds of a disputed payment wait, and are settled by what the customer got from the bank.

What a chargeback is stands in its own row (activities/chargebacks/loop.py); the case knows a short form of it, and hears of every change.
"""

from models.case.activities import RefundPlan
from models.chargebacks.state import ChargebackRef
from models.common.events import Event
from models.common.vocabulary import RefundStatus, WaitFor, WaitingOn
from models.remedies.remedy import RefundPart, Remedy
from models.remedies.table import REMEDIES
from rules.case.room import CHARGEBACKS
from rules.money.refund_state import standing
from workflows.kit.case_context import CaseContext
from workflows.kit.remedies import find, replace

CHARGED_BACK = "charged_back"


def hear(context: CaseContext, told: ChargebackRef) -> None:
    """Take a chargeback down as it is now; what comes late or again changes nothing."""
    case = context.case
    before = next((known for known in case.chargebacks if known.chargeback_id == told.chargeback_id), None)
    if (before is not None and before.version >= told.version) or (before is None and len(case.chargebacks) >= CHARGEBACKS):
        return
    case.chargebacks = (*(known for known in case.chargebacks if known is not before), told)
    context.mark()
    if before is None:
        until = told.answer_by.isoformat() if told.answer_by else None
        _note(context, Event.CASE_CHARGED_BACK, told, until=until)
        _warn_of_refunds_under_way(context, told)
    if not told.open and (before is None or before.open):
        _note(context, Event.CASE_CHARGEBACK_OVER, told, status=told.status.value, lost_minor=told.lost.minor if told.lost else 0)
        if told.settles is not None:
            _settle_owed(context, told)


def hold(context: CaseContext, remedy_id: str, open_ones: tuple[ChargebackRef, ...]) -> None:
    """The refund waits until these are decided; the customer hears so once."""
    for one in open_ones:
        hear(context, one)
    remedy = find(context, remedy_id)
    if remedy.held_by is None and remedy.to_refund is not None:
        replace(context, remedy.model_copy(update={"held_by": open_ones[0].chargeback_id}))
        amount = remedy.to_refund
        context.note(Event.REFUND_HELD, remedy_id=remedy_id, amount_minor=amount.minor, currency=amount.currency)


def is_held(context: CaseContext, remedy_id: str) -> bool:
    """Whether the refund waits for a chargeback."""
    remedy = next((remedy for remedy in context.case.remedies if remedy.id == remedy_id), None)
    return remedy is not None and remedy.undone is None and remedy.held_by is not None


async def until_decided(context: CaseContext, remedy_id: str) -> None:
    """Wait until no chargeback keeps the refund back any more."""

    def decided() -> bool:
        return not any(one.open for one in context.case.chargebacks)

    while not await context.wait_for(WaitingOn.NOBODY, WaitFor.CHARGEBACK, decided):
        context.note(Event.PARTNER_SILENT, waiting_for=WaitFor.CHARGEBACK.value)
    replace(context, find(context, remedy_id).model_copy(update={"held_by": None}))


def unsent_given_up(remedy: Remedy) -> tuple[RefundPart, ...]:
    """The parts with what nobody asked for given up: the customer has that money, as far as the chargeback goes."""
    given_up = {"refund_status": RefundStatus.FAILED, "refusal": CHARGED_BACK}
    return tuple(
        part.model_copy(update=given_up) if part.refund_status is RefundStatus.PENDING else part for part in remedy.parts
    )


def take_settlement(context: CaseContext, remedy_id: str, plan: RefundPlan) -> None:
    """What of the refund a chargeback gave, by the ledger."""
    remedy = find(context, remedy_id)
    if plan.charged_back is None or remedy.charged_back is not None:
        return
    replace(context, remedy.model_copy(update={"charged_back": plan.charged_back, "parts": _sent(remedy)}))
    if plan.charged_back.minor:
        amount = plan.charged_back
        context.note(Event.REFUND_CHARGED_BACK, remedy_id=remedy_id, amount_minor=amount.minor, currency=amount.currency)


def _sent(remedy: Remedy) -> tuple[RefundPart, ...]:
    return tuple(part for part in remedy.parts if part.refund_status is not RefundStatus.PENDING)


def _settle_owed(context: CaseContext, lost: ChargebackRef) -> None:
    """Refunds that are agreed on and not paid yet are settled by it when their turn comes: a loss counts once."""
    for remedy in context.case.remedies:
        owed = remedy.open or remedy.refund_owed
        if not (REMEDIES[remedy.kind].refunds and owed and remedy.settled_by is None and remedy.undone is None):
            continue
        change: dict[str, object] = {"settled_by": lost.chargeback_id}
        if remedy.refund_status is RefundStatus.FAILED:  # it waits for a person, who need not see to it any more
            change |= {"refund_status": RefundStatus.PENDING, "attempt": remedy.attempt + 1, "parts": standing(remedy.parts)}
        replace(context, remedy.model_copy(update=change))


def _warn_of_refunds_under_way(context: CaseContext, told: ChargebackRef) -> None:
    """What the provider took before cannot be called back: if the chargeback is lost, the customer has it twice."""
    for remedy in context.case.remedies:
        under_way = [
            part.amount.minor
            for part in remedy.parts
            if part.payment_id == told.payment_id and part.refund_status is RefundStatus.REQUESTED
        ]
        if told.open and under_way:
            minor = sum(under_way)
            data = {"amount_minor": minor, "currency": told.amount.currency, "chargeback_id": told.chargeback_id}
            context.note(Event.REFUND_BESIDE_CHARGEBACK, remedy_id=remedy.id, **data)


def _note(context: CaseContext, event: Event, told: ChargebackRef, **data: str | int | None) -> None:
    context.note(
        event,
        chargeback_id=told.chargeback_id,
        order_id=context.case.order_id,
        phase=told.phase.value,
        reason=told.reason,
        amount_minor=told.amount.minor,
        currency=told.amount.currency,
        **data,
    )
