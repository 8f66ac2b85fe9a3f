"""A repair at the workshop (RES-7): diagnosed, agreed to when it costs something, repaired, sent back; or not to be repaired."""

from collections.abc import Callable

from models.common.events import Event
from models.common.vocabulary import WaitFor, WaitingOn
from models.replacements.activities import DecideRepair
from models.replacements.partner import Repair, RepairRequest, RepairStatus
from models.replacements.state import ReplacementStage
from rules.replacements.permissions import RANK
from workflows.replacements import activities as effects
from workflows.replacements.context import Ended, ReplacementContext
from workflows.replacements.steps import A_QUESTION, paid

REPAIR_LATE = "repair_late"
NOT_REPAIRABLE = "not_repairable"


async def mended(context: ReplacementContext) -> bool:
    """True: the goods are on their way back, repaired, or as they were because the customer did not agree. False: they are replaced."""
    await _begun(context)
    repair = await _heard(context, lambda: _reached(context, RepairStatus.DIAGNOSED))
    context.change(in_warranty=repair.in_warranty, words=repair.words)
    if repair.status is RepairStatus.DIAGNOSED:
        if not await _agreed(context, repair):
            return await _refused(context)
        context.change(stage=ReplacementStage.REPAIR)
        repair = await _heard(context, lambda: _reached(context, RepairStatus.REPAIRED))
    if repair.status is RepairStatus.NOT_REPAIRABLE:
        if repair.in_warranty is False:
            raise Ended(NOT_REPAIRABLE)  # nothing new is due out of warranty: people look for something else
        context.change(given_up=True)
        context.note(Event.NOT_REPAIRABLE, words=repair.words)
        return False
    context.change(mended=True)
    if not context.sent:
        context.note(Event.REPAIRED, words=repair.words)
    return await _sent_back(context)


async def _begun(context: ReplacementContext) -> None:
    """The workshop takes the order; the merchant may also say by itself what became of the goods."""
    start = context.start
    order = RepairRequest(
        key=context.repair_key,
        reference=context.id,
        merchant_id=start.merchant_id,
        order_id=start.order_id,
        items=start.items,
        return_reference=context.return_id,
        words=start.words,
    )
    told = await context.ask(effects.order_repair(order, context.patience(WaitFor.REPAIR)), lambda: context.repair is not None)
    if told is not None:
        context.told_of_repair(told)


async def _agreed(context: ReplacementContext, repair: Repair) -> bool:
    """Under warranty it costs nothing. Else the customer decides, and pays first; silence means no."""
    if repair.in_warranty is not False or repair.estimate is None or repair.estimate.minor == 0:
        context.note(Event.REPAIR_DIAGNOSED, words=repair.words, good_will=repair.in_warranty is False)
        return True
    estimate, until = repair.estimate, context.deadline(WaitFor.REPAIR_ESTIMATE)
    context.change(stage=ReplacementStage.ESTIMATE, estimate=estimate)
    context.note(
        Event.REPAIR_ESTIMATED,
        amount_minor=estimate.minor,
        currency=estimate.currency,
        words=repair.words,
        until=until.isoformat(),
    )
    await context.pause(WaitingOn.CUSTOMER, WaitFor.REPAIR_ESTIMATE, lambda: context.decision is not None, until)
    if context.decision is None:
        context.note(Event.ESTIMATE_REFUSED, silent=True, reason=None)
    agreed = bool(context.decision) and await paid(context, estimate)
    await context.ask(
        effects.decide_repair(DecideRepair(key=context.repair_key, approved=agreed), context.patience(WaitFor.REPAIR))
    )
    return agreed


async def _refused(context: ReplacementContext) -> bool:
    context.refused = True
    return await _sent_back(context)


async def _sent_back(context: ReplacementContext) -> bool:
    if not context.sent:
        context.change(stage=ReplacementStage.SENDING_BACK)
        await _heard(context, lambda: context.sent)
    return True


async def _heard(context: ReplacementContext, far_enough: Callable[[], bool]) -> Repair:
    """Wait for the workshop. A repair that takes too long is handed to a person."""

    async def look() -> None:
        told = await context.ask(effects.repair_state(context.repair_key, A_QUESTION))
        if told is not None:
            context.told_of_repair(told)

    until = context.deadline(WaitFor.REPAIR)
    if not await context.watch(WaitingOn.MERCHANT, WaitFor.REPAIR, far_enough, until, look):
        context.note(Event.REPAIR_LATE)
        raise Ended(REPAIR_LATE)
    if context.repair is not None and context.repair.status is RepairStatus.REFUSED and not context.sent:
        raise context.refused_by(context.repair)
    return context.repair or Repair(key=context.repair_key, status=RepairStatus.SENT_BACK)


def _reached(context: ReplacementContext, status: RepairStatus) -> bool:
    return context.sent or (context.repair is not None and RANK[context.repair.status] >= RANK[status])
