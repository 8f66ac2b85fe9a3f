"""The case: one durable workflow through receipt, classification, dispatch, investigation, resolution, follow-up and archival."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models.actions import Action
    from models.case import CaseStart
    from models.claims import ClaimOver
    from models.events import Event
    from models.partners import Notice
    from models.reports import Report
    from models.views import CaseView, Viewer
    from models.vocabulary import Stage
    from rules.view import view_of
    from workflows import (
        appeals,
        archival,
        claiming,
        classification,
        dispatch,
        errands,
        first_answer,
        follow_up,
        handover,
        investigation,
        negotiation,
        notices,
        people,
        receipt,
        resolution,
    )
    from workflows.actions import joining, person
    from workflows.desk import Desk, TurnTo

STAGES: dict[Stage, Callable[[Desk], Awaitable[Stage]]] = {
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
        self.desk = Desk(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:  # taken by __init__
        """Stage after stage until the case is closed; then open to reopening for a while. Returns the outcome."""
        while True:
            try:
                while self.desk.case.stage is not Stage.CLOSED:
                    stage = STAGES[self.desk.case.stage]
                    self.desk.enter(await stage(self.desk))
                await archival.await_reopening(self.desk)
            except TurnTo as turn:
                self.desk.enter(turn.stage)
            except (asyncio.CancelledError, FailureError) as error:
                if not is_cancelled_exception(error):
                    raise
                # "Request Cancellation" of the Web UI: money may be on its way, so a case ends by its people's actions alone.
                self.desk.note(Event.CANCELLATION_REFUSED)
            else:
                await workflow.wait_condition(workflow.all_handlers_finished)
                return self.desk.case.outcome or "closed"

    @workflow.query
    def view(self, viewer: Viewer) -> CaseView:
        """The case as the viewer may see it, with what the viewer may do now."""
        return view_of(self.desk.case, self.desk.policy, viewer.actor, workflow.now())

    @workflow.signal
    def notice(self, notice: Notice) -> None:
        """A partner's webhook."""
        notices.take_in(self.desk, notice)

    @workflow.signal
    def report(self, report: Report) -> None:
        """What an errand of a remedy tells."""
        errands.take_in(self.desk, report)

    @workflow.signal
    def claim_over(self, over: ClaimOver) -> None:
        """A claim on a carrier or merchant came to its end (RES-9)."""
        claiming.take_in(self.desk, over)

    join = joining(people.join)
    add_words = person(Action.ADD_WORDS, people.add_words)
    correct_order = person(Action.CORRECT_ORDER, people.correct_order)
    answer = person(Action.ANSWER, people.answer)
    classify = person(Action.CLASSIFY, people.classify)
    take = person(Action.TAKE, people.take)
    transfer = person(Action.TRANSFER, handover.offer)
    accept_transfer = person(Action.ACCEPT_TRANSFER, handover.accept)
    decline_transfer = person(Action.DECLINE_TRANSFER, handover.decline)
    helped = person(Action.HELPED, first_answer.judge)
    escalate = person(Action.ESCALATE, people.escalate)
    reply = person(Action.REPLY, people.reply)
    ask = person(Action.ASK, people.ask)
    find = person(Action.FIND, people.find)
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
    retry_refund = person(Action.RETRY_REFUND, people.retry_refund)
    record_refund = person(Action.RECORD_REFUND, people.record_refund)
    confirm = person(Action.CONFIRM, people.confirm)
    dispute = person(Action.DISPUTE, people.dispute)
    rate = person(Action.RATE, people.rate)
    withdraw = person(Action.WITHDRAW, people.withdraw)
    reopen = person(Action.REOPEN, people.reopen)
