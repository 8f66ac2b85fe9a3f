"""An exchange, reshipment or repair (RES-7): a child workflow, from the warehouse or the workshop to delivery.

It reports to its case (workflows/kit/child_workflow.py), which brings old goods back, settles money and goes on when this is done
(workflows/replacements/remedy.py).
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from models.case.actions import Act
    from models.common.partners import Notice
    from models.common.vocabulary import WaitFor
    from models.replacements import state as bodies
    from models.replacements.activities import DecideRepair, ReplacementStart
    from models.replacements.partner import ReservationStatus
    from models.replacements.state import AT_THE_WORKSHOP, ON_THE_ROAD, ReplacementAction, ReplacementStage, ReplacementState
    from models.returns.activities import CallOffReturn
    from workflows.kit.cancellation import run_uncancelled
    from workflows.kit.refusals import REFUSED, note_unanswered
    from workflows.kit.updates import update
    from workflows.money import charge
    from workflows.replacements import activities as effects
    from workflows.replacements import updates
    from workflows.replacements.context import ASKING, READERS, Ended, ReplacementContext
    from workflows.replacements.repair import mended
    from workflows.replacements.steps import (
        GIVE_UP_AFTER,
        LOST_AGAIN,
        delivered,
        difference_settled,
        old_goods_back,
        packing,
        reserve_goods,
        sent,
        stopped,
    )
    from workflows.returns.activities import call_off_return

ESTIMATE_REFUSED = "estimate_refused"


@workflow.defn
class ReplacementWorkflow:
    """One replacement. People act by updates, partners by the signal `notice`, its case takes it back by `call_off`."""

    @workflow.init
    def __init__(self, start: ReplacementStart) -> None:
        self.context = ReplacementContext(start)

    @workflow.run
    async def run(self, start: ReplacementStart) -> str:  # taken by __init__
        """Returns how it ended."""
        return await run_uncancelled(self.context, self._run())

    async def _run(self) -> str:
        context = self.context
        failed: str | None = None
        try:
            await live(context)
        except Ended as end:
            failed = end.why
            await hold_back(context, lost=failed == LOST_AGAIN)
        await context.child.finish(WaitFor.REPLACEMENT_TRANSIT, failed)
        if failed is not None:
            await clear_up(context)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return failed or ReplacementStage.DELIVERED.value

    @workflow.signal
    async def notice(self, notice: Notice) -> None:
        """A partner's webhook."""
        await self.context.receive_notice(notice, READERS, ASKING)

    @workflow.signal
    def goods_are_back(self) -> None:
        """The case says that the old goods came back and were accepted."""
        self.context.goods_are_back = True

    @workflow.signal
    def tell_again(self) -> None:
        """The case was reset or restarted: it asks where this stands."""
        self.context.child.tell_again()

    @workflow.signal
    def call_off(self, why: str) -> None:
        """RES-11: the case takes the replacement back."""
        self.context.child.called_off = why

    @update(ReplacementAction.ACCEPT_ESTIMATE)
    def accept_estimate(self, act: Act[bodies.AcceptEstimate]) -> ReplacementState:
        return self.context.perform(act, updates.accept_estimate)

    @update(ReplacementAction.REFUSE_ESTIMATE)
    def refuse_estimate(self, act: Act[bodies.RefuseEstimate]) -> ReplacementState:
        return self.context.perform(act, updates.refuse_estimate)

    @update(ReplacementAction.CHOOSE_REFUND)
    def choose_refund(self, act: Act[bodies.ChooseRefund]) -> ReplacementState:
        return self.context.perform(act, updates.choose_refund)

    @update(ReplacementAction.DIAGNOSE)
    def diagnose(self, act: Act[bodies.Diagnose]) -> ReplacementState:
        return self.context.perform(act, updates.diagnose)

    @update(ReplacementAction.REPAIRED)
    def repaired(self, act: Act[bodies.Repaired]) -> ReplacementState:
        return self.context.perform(act, updates.repaired)

    @update(ReplacementAction.NOT_REPAIRABLE)
    def not_repairable(self, act: Act[bodies.NotRepairable]) -> ReplacementState:
        return self.context.perform(act, updates.not_repairable)

    @update(ReplacementAction.SENT)
    def sent(self, act: Act[bodies.Sent]) -> ReplacementState:
        return self.context.perform(act, updates.sent)

    @update(ReplacementAction.OUT_OF_STOCK)
    def out_of_stock(self, act: Act[bodies.OutOfStock]) -> ReplacementState:
        return self.context.perform(act, updates.out_of_stock)


async def live(context: ReplacementContext) -> None:
    """Repaired and sent back; or something else set aside, paid for, exchanged for the old goods, sent. Then tracked to the door."""
    if not (context.start.mend and await mended(context)):
        await reserve_goods(context)
        await difference_settled(context)
        if context.start.waits_for_goods:
            await old_goods_back(context)
        await sent(context)
    await delivered(context)
    if context.refused:
        raise Ended(REFUSED if context.charge_refused else ESTIMATE_REFUSED)


async def hold_back(context: ReplacementContext, *, lost: bool) -> None:
    """RES-11: nobody has to pay any more, nothing is sent any more. What is on the road goes on, unless it was `lost`."""
    context.child.called_off = None
    if context.bill is not None and not (context.state.charge and context.state.charge.over):
        await charge.call_off(context.child, context.bill)
    await stopped(context)
    if lost:
        context.change(stage=ReplacementStage.OVER)
    elif context.sent or packing(context):  # what nobody could stop will be sent
        delivered_already = context.state.stage is ReplacementStage.DELIVERED
        context.change(kept=() if delivered_already else (ON_THE_ROAD,))
    else:
        context.change(stage=ReplacementStage.OVER, kept=(AT_THE_WORKSHOP,) if context.at_the_workshop else ())


async def clear_up(context: ReplacementContext) -> None:
    """Goods go back on the shelf, the customer's own are sent back, none are expected: the case need not wait for that."""
    try:
        if context.reservations and not context.sent:
            kept = await effects.release_stock(f"{context.id}.s{context.reservations}", GIVE_UP_AFTER)
            late = kept.status is ReservationStatus.USED  # our order to send came after our word to stop
            if late and context.dispatch is not None and not packing(context):
                await effects.stop_replacement(context.dispatch.key, GIVE_UP_AFTER)
        if context.at_the_workshop and not context.sent and not context.state.mended:
            await effects.decide_repair(DecideRepair(key=context.repair_key, approved=False), GIVE_UP_AFTER)
        if context.return_asked and context.start.old_goods is not None:
            await call_off_return(CallOffReturn(workflow_id=context.start.old_goods.workflow_id, label_key=None, pickup_key=None))
    except ActivityError as error:
        note_unanswered(context.note, error, WaitFor.STOCK)
        await context.child.finish(WaitFor.REPLACEMENT_TRANSIT)
