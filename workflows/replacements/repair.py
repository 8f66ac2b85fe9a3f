"""A repair at the workshop (RES-7): diagnosed, agreed to when it costs something, repaired, sent back; or not to be repaired."""

from collections.abc import Callable

from models.common.events import Event
from models.common.vocabulary import WaitFor, WaitingOn
from models.replacements.activities import DecideRepair
from models.replacements.partner import Repair, RepairOrder, RepairStatus
from models.replacements.state import ReplacementStage
from rules.replacements.permissions import RANK
from workflows.replacements import activities as effects
from workflows.replacements.context import Ended, Job
from workflows.replacements.steps import A_QUESTION, paid

REPAIR_LATE = "repair_late"
NOT_REPAIRABLE = "not_repairable"


async def mended(job: Job) -> bool:
    """True: the goods are on their way back, repaired, or as they were because the customer did not agree. False: they are replaced."""
    await _begun(job)
    repair = await _heard(job, lambda: _reached(job, RepairStatus.DIAGNOSED))
    job.change(in_warranty=repair.in_warranty, words=repair.words)
    if repair.status is RepairStatus.DIAGNOSED:
        if not await _agreed(job, repair):
            return await _refused(job)
        job.change(stage=ReplacementStage.REPAIR)
        repair = await _heard(job, lambda: _reached(job, RepairStatus.REPAIRED))
    if repair.status is RepairStatus.NOT_REPAIRABLE:
        if repair.in_warranty is False:
            raise Ended(NOT_REPAIRABLE)  # nothing new is due out of warranty: people look for something else
        job.change(given_up=True)
        job.note(Event.NOT_REPAIRABLE, words=repair.words)
        return False
    if not job.sent:
        job.note(Event.REPAIRED, words=repair.words)
    return await _sent_back(job)


async def _begun(job: Job) -> None:
    """The workshop takes the order; the merchant may also say by itself what became of the goods."""
    start = job.start
    order = RepairOrder(
        key=job.repair_key,
        reference=job.id,
        merchant_id=start.merchant_id,
        order_id=start.order_id,
        items=start.items,
        words=start.words,
    )
    told = await job.ask(effects.order_repair(order, job.patience(WaitFor.REPAIR)), lambda: job.repair is not None)
    if told is not None:
        job.told_of_repair(told)


async def _agreed(job: Job, repair: Repair) -> bool:
    """Under warranty it costs nothing. Else the customer decides, and pays first; silence means no."""
    if repair.in_warranty is not False or repair.estimate is None or repair.estimate.minor == 0:
        job.note(Event.REPAIR_DIAGNOSED, words=repair.words, good_will=repair.in_warranty is False)
        return True
    estimate, until = repair.estimate, job.deadline(WaitFor.REPAIR_ESTIMATE)
    job.change(stage=ReplacementStage.ESTIMATE, estimate=estimate)
    job.note(
        Event.REPAIR_ESTIMATED,
        amount_minor=estimate.minor,
        currency=estimate.currency,
        words=repair.words,
        until=until.isoformat(),
    )
    await job.pause(WaitingOn.CUSTOMER, WaitFor.REPAIR_ESTIMATE, lambda: job.decision is not None, until)
    if job.decision is None:
        job.note(Event.ESTIMATE_REFUSED, silent=True, reason=None)
    agreed = bool(job.decision) and await paid(job, estimate)
    await job.ask(effects.decide_repair(DecideRepair(key=job.repair_key, approved=agreed), job.patience(WaitFor.REPAIR)))
    return agreed


async def _refused(job: Job) -> bool:
    job.refused = True
    return await _sent_back(job)


async def _sent_back(job: Job) -> bool:
    if not job.sent:
        job.change(stage=ReplacementStage.SENDING_BACK)
        await _heard(job, lambda: job.sent)
    return True


async def _heard(job: Job, far_enough: Callable[[], bool]) -> Repair:
    """Wait for the workshop's word. A repair that takes too long is a person's."""

    async def look() -> None:
        told = await job.ask(effects.repair_state(job.repair_key, A_QUESTION))
        if told is not None:
            job.told_of_repair(told)

    until = job.deadline(WaitFor.REPAIR)
    if not await job.watch(WaitingOn.MERCHANT, WaitFor.REPAIR, far_enough, until, look):
        job.note(Event.REPAIR_LATE)
        raise Ended(REPAIR_LATE)
    return job.repair or Repair(key=job.repair_key, status=RepairStatus.SENT_BACK)


def _reached(job: Job, status: RepairStatus) -> bool:
    return job.sent or (job.repair is not None and RANK[job.repair.status] >= RANK[status])
