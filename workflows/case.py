"""The case: one durable workflow through receipt, classification, dispatch, investigation, resolution, follow-up and archival."""

from contextlib import suppress
from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case import action_bodies as bodies
    from models.case import desk_bodies
    from models.case.actions import Act, Action
    from models.case.child_reports import Report
    from models.case.handover import HandedOn
    from models.case.linking import Related
    from models.case.merging import Absorb, Part
    from models.case.state import CaseStart
    from models.case.undelivered import Undelivered
    from models.case.views import CaseView
    from models.chargebacks.state import ChargebackRef
    from models.claims.state import ClaimOver
    from models.common.partners import Notice
    from models.common.timeline import Viewer
    from models.common.vocabulary import Stage
    from models.tax.credit_note import CreditNoteRef
    from rules.case.view import view_of
    from workflows.claims import from_case as claims_from_case
    from workflows.kit import grading
    from workflows.kit.cancellation import refuse_cancellation
    from workflows.kit.case_context import CaseContext, StageChange
    from workflows.kit.updates import update
    from workflows.money import chargebacks
    from workflows.money.credit_notes import hear_credit_note
    from workflows.returns import remedy as return_remedy
    from workflows.stages import archival, classification, dispatch, follow_up, investigation, receipt, resolution, self_service
    from workflows.stages.merged import stay_merged
    from workflows.updates import appeals, desk, linking, merging, negotiation, splitting, undo, webhooks
    from workflows.updates import case as actions
    from workflows.updates import transfer as transfers
    from workflows.updates.handover import hear_handed_on
    from workflows.updates.undelivered import hear_undelivered


@workflow.defn
class CaseWorkflow:
    """One case. People act by updates, partners by the signal `notice`, everybody looks by the query `view`."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self.context = CaseContext(start)
        self.context.say_held = partial(undo.say_held, self.context)
        self.over = False

    @workflow.run
    async def run(self, start: CaseStart) -> str:  # taken by __init__
        """Stage after stage until the case is closed; then it may be reopened for a while. Returns the outcome.

        Every change of stage is a call of `context.change_stage`: by `work_on` when a stage is done, and before that by whoever sends
        the case elsewhere. The stage in which it is then ends at its next pause.

        - Withdrawn: `withdraw` ends the case, and so does the silence of a customer without whom it cannot go on (`give_up`).
        - Escalated: another tier takes over (`context.escalate`); the stage stays. `dispute` and a granted appeal escalate and lead
          back to resolution, `classify` back to dispatch.
        - Reopened: `reopen` and `appeal` take up a closed case.
        - Merged: `merge` closes a case that goes on in another one, `unmerge` takes it up again where it was.
        - Cancelled: no case is. A request to cancel is refused, and the stage begins again where its state says.
        """
        while not self.over:
            with refuse_cancellation(self.context):
                with suppress(StageChange):
                    await self.work_on(self.context.case.stage)
                self.context.enter_changed_stage()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.context.case.outcome or "closed"

    async def work_on(self, stage: Stage) -> None:
        context = self.context
        match stage:
            case Stage.RECEIPT:
                await receipt.receive(context)
                context.change_stage(Stage.CLASSIFICATION)
            case Stage.CLASSIFICATION:
                await classification.classify(context)
                context.change_stage(Stage.DISPATCH)
            case Stage.DISPATCH:
                await dispatch.find_a_team(context)
                context.change_stage(Stage.INVESTIGATION)
            case Stage.INVESTIGATION:
                await investigation.establish(context)
                context.change_stage(Stage.RESOLUTION)
            case Stage.RESOLUTION:
                await resolution.settle(context)
                context.change_stage(Stage.FOLLOW_UP)
            case Stage.FOLLOW_UP:
                await follow_up.confirm(context)
                context.change_stage(Stage.ARCHIVAL)
            case Stage.ARCHIVAL:
                await archival.archive(context)
                context.change_stage(Stage.CLOSED)
            case Stage.CLOSED if context.case.merged is not None:
                await stay_merged(context)
                self.over = not context.stage_changed
            case Stage.CLOSED:
                await archival.await_reopening(context)
                self.over = not context.stage_changed

    @workflow.query
    def view(self, viewer: Viewer) -> CaseView:
        """The case as the viewer may see it, with what the viewer may do now."""
        return view_of(self.context.case, self.context.policy, viewer.actor, workflow.now())

    @workflow.signal
    async def notice(self, notice: Notice) -> None:
        """A partner's webhook."""
        await self.context.receive_notice(notice, webhooks.READERS, webhooks.ASKING)

    @workflow.signal
    def report(self, report: Report) -> None:
        """What a child workflow of a remedy tells."""
        return_remedy.hear(self.context, report)

    @workflow.signal
    def claim_over(self, over: ClaimOver) -> None:
        """A claim on a carrier or merchant came to its end (RES-9)."""
        claims_from_case.note_claim_over(self.context, over)

    @workflow.signal
    def charged_back(self, told: ChargebackRef) -> None:
        """A chargeback of the order was opened, moved on or decided (RES-12)."""
        chargebacks.hear(self.context, told)

    @workflow.signal
    def credited(self, told: CreditNoteRef) -> None:
        """A credit note of one of its refunds was made (RES-15)."""
        hear_credit_note(self.context, told)

    @workflow.signal
    def undelivered(self, told: Undelivered) -> None:
        """A message to the customer could not be delivered (NTF-4)."""
        hear_undelivered(self.context, told)

    @workflow.signal
    def handed_on(self, told: HandedOn) -> None:
        """Somebody else handles it from now on, because its handler cannot act, or somebody came (DSP-2)."""
        hear_handed_on(self.context, told)

    @workflow.signal
    def related(self, told: Related) -> None:
        """Another case was linked with this one, or is no more (WRK-7)."""
        linking.hear_related(self.context, told)

    @update(Action.ADD_WORDS)
    def join(self, act: Act[bodies.Join]) -> CaseView:
        """A second opening joins this case (REC-5); the API sends it, at any open stage."""
        return self.context.perform(act, actions.join)

    @update(Action.ADD_WORDS)
    def add_words(self, act: Act[bodies.AddWords]) -> CaseView:
        return self.context.perform(act, actions.add_words)

    @update(Action.CORRECT_ORDER)
    def correct_order(self, act: Act[bodies.CorrectOrder]) -> CaseView:
        return self.context.perform(act, actions.correct_order)

    @update(Action.ANSWER)
    def answer(self, act: Act[bodies.Answer]) -> CaseView:
        return self.context.perform(act, actions.answer)

    @update(Action.CLASSIFY)
    def classify(self, act: Act[bodies.Classify]) -> CaseView:
        return self.context.perform(act, actions.classify)

    @update(Action.SET_PRIORITY)
    def set_priority(self, act: Act[bodies.SetPriority]) -> CaseView:
        return self.context.perform(act, grading.set_priority)

    @update(Action.TAKE)
    def take(self, act: Act[bodies.Take]) -> CaseView:
        return self.context.perform(act, actions.take)

    @update(Action.TRANSFER)
    def transfer(self, act: Act[bodies.Transfer]) -> CaseView:
        return self.context.perform(act, transfers.offer)

    @update(Action.ACCEPT_TRANSFER)
    def accept_transfer(self, act: Act[bodies.AcceptTransfer]) -> CaseView:
        return self.context.perform(act, transfers.accept)

    @update(Action.DECLINE_TRANSFER)
    def decline_transfer(self, act: Act[bodies.DeclineTransfer]) -> CaseView:
        return self.context.perform(act, transfers.decline)

    @update(Action.HELPED)
    def helped(self, act: Act[bodies.Helped]) -> CaseView:
        return self.context.perform(act, self_service.judge)

    @update(Action.ESCALATE)
    def escalate(self, act: Act[bodies.Escalate]) -> CaseView:
        return self.context.perform(act, actions.escalate)

    @update(Action.REPLY)
    def reply(self, act: Act[bodies.Reply]) -> CaseView:
        return self.context.perform(act, undo.say(Action.REPLY))

    @update(Action.ASK)
    def ask(self, act: Act[bodies.Ask]) -> CaseView:
        return self.context.perform(act, actions.ask)

    @update(Action.FIND)
    def find(self, act: Act[bodies.Find]) -> CaseView:
        return self.context.perform(act, actions.find)

    @update(Action.PROPOSE)
    def propose(self, act: Act[bodies.Propose]) -> CaseView:
        return self.context.perform(act, undo.say(Action.PROPOSE))

    @update(Action.APPROVE)
    def approve(self, act: Act[bodies.Approve]) -> CaseView:
        return self.context.perform(act, negotiation.approve)

    @update(Action.DECLINE)
    def decline(self, act: Act[bodies.Decline]) -> CaseView:
        return self.context.perform(act, negotiation.decline)

    @update(Action.ACCEPT)
    def accept(self, act: Act[bodies.Accept]) -> CaseView:
        return self.context.perform(act, negotiation.accept)

    @update(Action.REJECT)
    def reject(self, act: Act[bodies.Reject]) -> CaseView:
        return self.context.perform(act, negotiation.reject)

    @update(Action.COUNTER)
    def counter(self, act: Act[bodies.Counter]) -> CaseView:
        return self.context.perform(act, negotiation.counter)

    @update(Action.ARBITRATE)
    def arbitrate(self, act: Act[bodies.Arbitrate]) -> CaseView:
        return self.context.perform(act, negotiation.arbitrate)

    @update(Action.APPEAL)
    def appeal(self, act: Act[bodies.AppealFinding]) -> CaseView:
        return self.context.perform(act, appeals.appeal)

    @update(Action.DECIDE_APPEAL)
    def decide_appeal(self, act: Act[bodies.DecideAppeal]) -> CaseView:
        return self.context.perform(act, appeals.decide_appeal)

    @update(Action.REVIEW)
    def review(self, act: Act[bodies.ReviewDecision]) -> CaseView:
        return self.context.perform(act, appeals.review)

    @update(Action.NOTE)
    def note(self, act: Act[desk_bodies.Note]) -> CaseView:
        return self.context.perform(act, actions.note)

    @update(Action.TAG)
    def tag(self, act: Act[desk_bodies.Tag]) -> CaseView:
        return self.context.perform(act, desk.tag)

    @update(Action.WATCH)
    def watch(self, act: Act[desk_bodies.Watch]) -> CaseView:
        return self.context.perform(act, desk.watch)

    @update(Action.UNWATCH)
    def unwatch(self, act: Act[desk_bodies.Unwatch]) -> CaseView:
        return self.context.perform(act, desk.unwatch)

    @update(Action.SNOOZE)
    def snooze(self, act: Act[desk_bodies.Snooze]) -> CaseView:
        return self.context.perform(act, desk.snooze)

    @update(Action.UNSNOOZE)
    def unsnooze(self, act: Act[desk_bodies.Unsnooze]) -> CaseView:
        return self.context.perform(act, desk.unsnooze)

    @update(Action.UNDO)
    def undo(self, act: Act[desk_bodies.Undo]) -> CaseView:
        return self.context.perform(act, undo.undo)

    @update(Action.ASSIGN)
    def assign(self, act: Act[desk_bodies.Assign]) -> CaseView:
        return self.context.perform(act, desk.assign)

    @update(Action.CLOSE)
    def close(self, act: Act[desk_bodies.Close]) -> CaseView:
        return self.context.perform(act, desk.close)

    @update(Action.MERGE)
    async def merge(self, act: Act[desk_bodies.Merge]) -> CaseView:
        return await merging.agreed(self.context, act, merging.merge)

    @update(Action.UNMERGE)
    async def unmerge(self, act: Act[desk_bodies.Unmerge]) -> CaseView:
        return await merging.agreed(self.context, act, merging.unmerge)

    @update(Action.SPLIT)
    async def split(self, act: Act[desk_bodies.Split]) -> CaseView:
        return await splitting.split(self.context, act)

    @update(Action.LINK)
    async def link(self, act: Act[desk_bodies.Link]) -> CaseView:
        return await linking.link(self.context, act)

    @update(Action.UNLINK)
    async def unlink(self, act: Act[desk_bodies.Unlink]) -> CaseView:
        return await linking.link(self.context, act)

    @update(Action.MERGE)
    def absorb(self, act: Act[Absorb]) -> CaseView:
        """Another case is merged into this one (WRK-7); that case sends it."""
        return self.context.perform(act, merging.absorb)

    @update(Action.UNMERGE)
    def part(self, act: Act[Part]) -> CaseView:
        """A case that was merged into this one is un-merged; that case sends it."""
        return self.context.perform(act, merging.part)

    @update(Action.RETRY_REFUND)
    def retry_refund(self, act: Act[bodies.RetryRefund]) -> CaseView:
        return self.context.perform(act, actions.retry_refund)

    @update(Action.RECORD_REFUND)
    def record_refund(self, act: Act[bodies.RecordRefund]) -> CaseView:
        return self.context.perform(act, actions.record_refund)

    @update(Action.CONFIRM)
    def confirm(self, act: Act[bodies.Confirm]) -> CaseView:
        return self.context.perform(act, actions.confirm)

    @update(Action.DISPUTE)
    def dispute(self, act: Act[bodies.Dispute]) -> CaseView:
        return self.context.perform(act, actions.dispute)

    @update(Action.RATE)
    def rate(self, act: Act[bodies.Rate]) -> CaseView:
        return self.context.perform(act, actions.rate)

    @update(Action.WITHDRAW)
    def withdraw(self, act: Act[bodies.Withdraw]) -> CaseView:
        return self.context.perform(act, actions.withdraw)

    @update(Action.REOPEN)
    def reopen(self, act: Act[bodies.Reopen]) -> CaseView:
        return self.context.perform(act, actions.reopen)
