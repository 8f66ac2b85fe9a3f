"""The case: one durable workflow through receipt, classification, dispatch, investigation, resolution, follow-up and archival."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models.case.actions import Action
    from models.case.child_reports import Report
    from models.case.state import CaseStart
    from models.case.views import CaseView
    from models.claims.state import ClaimOver
    from models.common.events import Event
    from models.common.partners import Notice
    from models.common.timeline import Viewer
    from models.common.vocabulary import Stage
    from rules.case.view import view_of
    from workflows.claims import from_case as claims_from_case
    from workflows.kit import child_workflow
    from workflows.kit.case_context import CaseContext, StageChange
    from workflows.kit.updates import joining, person
    from workflows.stages import archival, classification, dispatch, follow_up, investigation, receipt, resolution, self_service
    from workflows.updates import appeals, negotiation, webhooks
    from workflows.updates import case as case_updates
    from workflows.updates import transfer as transfer_updates

STAGES: dict[Stage, Callable[[CaseContext], Awaitable[Stage]]] = {
    Stage.RECEIPT: receipt.receive,
    Stage.CLASSIFICATION: classification.classify,
    Stage.DISPATCH: dispatch.find_a_team,
    Stage.INVESTIGATION: investigation.establish,
    Stage.RESOLUTION: resolution.settle,
    Stage.FOLLOW_UP: follow_up.confirm,
    Stage.ARCHIVAL: archival.archive,
}
"""Each stage works on the case until it is done, and names the next."""


@workflow.defn
class CaseWorkflow:
    """One case. People act by updates, partners by the signal `notice`, everybody looks by the query `view`."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self.context = CaseContext(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:  # taken by __init__
        """Stage after stage until the case is closed; then open to reopening for a while. Returns the outcome."""
        while True:
            try:
                while self.context.case.stage is not Stage.CLOSED:
                    stage = STAGES[self.context.case.stage]
                    self.context.enter(await stage(self.context))
                await archival.await_reopening(self.context)
            except StageChange as turn:
                self.context.enter(turn.stage)
            except (asyncio.CancelledError, FailureError) as error:
                if not is_cancelled_exception(error):
                    raise
                # "Request Cancellation" of the Web UI: money may be on its way, so a case ends by its people's actions alone.
                self.context.note(Event.CANCELLATION_REFUSED)
            else:
                await workflow.wait_condition(workflow.all_handlers_finished)
                return self.context.case.outcome or "closed"

    @workflow.query
    def view(self, viewer: Viewer) -> CaseView:
        """The case as the viewer may see it, with what the viewer may do now."""
        return view_of(self.context.case, self.context.policy, viewer.actor, workflow.now())

    @workflow.signal
    def notice(self, notice: Notice) -> None:
        """A partner's webhook."""
        webhooks.take_in(self.context, notice)

    @workflow.signal
    def report(self, report: Report) -> None:
        """What a child workflow of a remedy tells."""
        child_workflow.take_in(self.context, report)

    @workflow.signal
    def claim_over(self, over: ClaimOver) -> None:
        """A claim on a carrier or merchant came to its end (RES-9)."""
        claims_from_case.take_in(self.context, over)

    join = joining(case_updates.join)
    add_words = person(Action.ADD_WORDS, case_updates.add_words)
    correct_order = person(Action.CORRECT_ORDER, case_updates.correct_order)
    answer = person(Action.ANSWER, case_updates.answer)
    classify = person(Action.CLASSIFY, case_updates.classify)
    take = person(Action.TAKE, case_updates.take)
    transfer = person(Action.TRANSFER, transfer_updates.offer)
    accept_transfer = person(Action.ACCEPT_TRANSFER, transfer_updates.accept)
    decline_transfer = person(Action.DECLINE_TRANSFER, transfer_updates.decline)
    helped = person(Action.HELPED, self_service.judge)
    escalate = person(Action.ESCALATE, case_updates.escalate)
    reply = person(Action.REPLY, case_updates.reply)
    ask = person(Action.ASK, case_updates.ask)
    find = person(Action.FIND, case_updates.find)
    propose = person(Action.PROPOSE, negotiation.propose)
    approve = person(Action.APPROVE, negotiation.approve)
    decline = person(Action.DECLINE, negotiation.decline)
    accept = person(Action.ACCEPT, negotiation.accept)
    reject = person(Action.REJECT, negotiation.reject)
    counter = person(Action.COUNTER, negotiation.counter)
    arbitrate = person(Action.ARBITRATE, negotiation.arbitrate)
    appeal = person(Action.APPEAL, appeals.appeal)
    decide_appeal = person(Action.DECIDE_APPEAL, appeals.decide_appeal)
    review = person(Action.REVIEW, appeals.review)
    retry_refund = person(Action.RETRY_REFUND, case_updates.retry_refund)
    record_refund = person(Action.RECORD_REFUND, case_updates.record_refund)
    confirm = person(Action.CONFIRM, case_updates.confirm)
    dispute = person(Action.DISPUTE, case_updates.dispute)
    rate = person(Action.RATE, case_updates.rate)
    withdraw = person(Action.WITHDRAW, case_updates.withdraw)
    reopen = person(Action.REOPEN, case_updates.reopen)
