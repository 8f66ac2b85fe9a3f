"""An exchange, reshipment or repair (RES-7): a workflow with a life of its own, from the shelf or the workshop to the customer's door.

It reports to its case (workflows/kit/child_workflow.py), which brings old goods back, settles money and goes on when this is done
(workflows/replacements/remedy.py).
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from models.common.events import Event
    from models.common.partners import Notice
    from models.common.vocabulary import WaitFor
    from models.replacements.activities import DecideRepair, ReplacementStart
    from models.replacements.partner import ReservationStatus
    from models.replacements.state import ReplacementAction, ReplacementStage
    from workflows.kit.child_workflow import to_the_end
    from workflows.money import charge
    from workflows.replacements import activities as effects
    from workflows.replacements.context import Ended, Job
    from workflows.replacements.repair import mended
    from workflows.replacements.steps import (
        A_DEED,
        delivered,
        difference_settled,
        old_goods_back,
        packing,
        sent,
        set_aside,
        stopped,
    )
    from workflows.replacements.updates import person

ESTIMATE_REFUSED = "estimate_refused"
ON_THE_ROAD = "goods_on_the_road"
AT_THE_WORKSHOP = "goods_at_the_workshop"


@workflow.defn
class ReplacementWorkflow:
    """One replacement. People act by updates, partners by the signal `notice`, its case takes it back by `call_off`."""

    @workflow.init
    def __init__(self, start: ReplacementStart) -> None:
        self.job = Job(start)

    @workflow.run
    async def run(self, start: ReplacementStart) -> str:  # taken by __init__
        """Returns how it ended."""
        return await to_the_end(self.job.course, self._live())

    async def _live(self) -> str:
        job = self.job
        failed: str | None = None
        try:
            await live(job)
        except Ended as end:
            failed = end.why
            await hold_back(job)
        await job.course.finish(WaitFor.REPLACEMENT_TRANSIT, failed)
        if failed is not None:
            await clear_up(job)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return failed or ReplacementStage.DELIVERED.value

    @workflow.signal
    def notice(self, notice: Notice) -> None:
        """A partner's webhook."""
        self.job.take_in(notice)

    @workflow.signal
    def goods_are_back(self) -> None:
        """The case says that the old goods came back and were accepted."""
        self.job.goods_are_back = True

    @workflow.signal
    def call_off(self, why: str) -> None:
        """RES-11: the case takes the replacement back."""
        self.job.course.called_off = why

    accept_estimate = person(ReplacementAction.ACCEPT_ESTIMATE)
    refuse_estimate = person(ReplacementAction.REFUSE_ESTIMATE)
    choose_refund = person(ReplacementAction.CHOOSE_REFUND)
    diagnose = person(ReplacementAction.DIAGNOSE)
    repaired = person(ReplacementAction.REPAIRED)
    not_repairable = person(ReplacementAction.NOT_REPAIRABLE)
    sent = person(ReplacementAction.SENT)
    out_of_stock = person(ReplacementAction.OUT_OF_STOCK)


async def live(job: Job) -> None:
    """Repaired and sent back; or something else set aside, paid for, exchanged for the old goods, sent. Then tracked to the door."""
    if not (job.start.mend and await mended(job)):
        await set_aside(job)
        await difference_settled(job)
        if job.start.waits_for_goods:
            await old_goods_back(job)
        await sent(job)
    await delivered(job)
    if job.refused:
        raise Ended(ESTIMATE_REFUSED)


async def hold_back(job: Job) -> None:
    """RES-11: nobody has to pay any more, nothing is sent any more. What is on the road goes on."""
    job.course.called_off = None
    if job.bill is not None and not (job.state.charge and job.state.charge.over):
        await charge.call_off(job.course, job.bill)
    await stopped(job)
    if job.sent or packing(job):  # what nobody could stop will be sent
        delivered_already = job.state.stage is ReplacementStage.DELIVERED
        job.change(kept=() if delivered_already else (ON_THE_ROAD,))
    else:
        job.change(stage=ReplacementStage.OVER, kept=(AT_THE_WORKSHOP,) if job.at_the_workshop else ())


async def clear_up(job: Job) -> None:
    """Goods go back on the shelf, the customer's own are sent back: the case need not wait for that."""
    try:
        if job.reservations and not job.sent:
            kept = await effects.release_stock(f"{job.id}.s{job.reservations}", A_DEED)
            late = kept.status is ReservationStatus.USED  # our order to send came after our word to stop
            if late and job.dispatch is not None and not packing(job):
                await effects.stop_replacement(job.dispatch.key, A_DEED)
        if job.at_the_workshop and not job.sent:
            await effects.decide_repair(DecideRepair(key=job.repair_key, approved=False), A_DEED)
    except ActivityError:
        job.note(Event.PARTNER_SILENT, waiting_for=WaitFor.STOCK.value)
        await job.course.finish(WaitFor.REPLACEMENT_TRANSIT)
