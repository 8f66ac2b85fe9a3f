"""A return (RES-6): a child workflow, from the address to the inspection, and to goods that go back to the customer.

It reports to its case (workflows/kit/child_workflow.py), which refunds what was accepted (workflows/returns/remedy.py). When the case takes it back,
or is over, goods that are on the road are still followed until somebody has them.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case.actions import Act
    from models.common.partners import Notice
    from models.returns import state as bodies
    from models.returns import worth as worths
    from models.returns.activities import ReturnStart
    from models.returns.box import Companion, Join, Leading, Leave
    from models.returns.state import ReturnAction, ReturnResult, ReturnState
    from workflows.kit.cancellation import run_uncancelled
    from workflows.kit.updates import update
    from workflows.returns import box, updates, worth
    from workflows.returns.closing import all_said, concluded, pickup_over
    from workflows.returns.context import ReturnContext
    from workflows.returns.notices import READERS
    from workflows.returns.steps import announced, come, inspected, sent


@workflow.defn
class ReturnWorkflow:
    """One return. People act by updates, partners by the signal `notice`, its case takes it back by `call_off`."""

    @workflow.init
    def __init__(self, start: ReturnStart) -> None:
        self.context = ReturnContext(start)

    @workflow.run
    async def run(self, start: ReturnStart) -> str:  # taken by __init__
        """Announced, sent, come, inspected; what was not taken goes back. Returns the result."""
        return await run_uncancelled(self.context, self._run())

    async def _run(self) -> str:
        context = self.context
        result: ReturnResult | None = None
        for leg in (announced, sent, come, inspected):
            result = result or await leg(context)
        if result is not None:
            box.part_all(context, result)
        if context.child.called_off is not None and context.state.travels_with is not None:
            context.post.put(context.state.travels_with)
        await concluded(context, result or ReturnResult.ACCEPTED)
        await pickup_over(context)
        await all_said(context)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return (result or ReturnResult.ACCEPTED).value

    @workflow.signal
    async def notice(self, notice: Notice) -> None:
        """A partner's webhook."""
        await self.context.receive_notice(notice, READERS)

    @workflow.signal
    def tell_again(self) -> None:
        """The case was reset or restarted: it asks where this stands."""
        self.context.child.tell_again()

    @workflow.signal
    def call_off(self, why: str) -> None:
        """RES-11: the case takes the return back."""
        self.context.child.called_off = why

    @workflow.signal
    def companion(self, told: Companion) -> None:
        """Another return wants to travel in the box of this one, or not any more."""
        box.hear_companion(self.context, told)

    @workflow.signal
    def leading(self, told: Leading) -> None:
        """The return in whose box this one travels says how it stands."""
        box.hear_leading(self.context, told)

    @update(ReturnAction.BOOK_PICKUP)
    def book_pickup(self, act: Act[bodies.BookPickup]) -> ReturnState:
        return self.context.perform(act, updates.book_pickup)

    @update(ReturnAction.MOVE_PICKUP)
    def move_pickup(self, act: Act[bodies.MovePickup]) -> ReturnState:
        return self.context.perform(act, updates.move_pickup)

    @update(ReturnAction.CANCEL_PICKUP)
    def cancel_pickup(self, act: Act[bodies.CancelPickup]) -> ReturnState:
        return self.context.perform(act, updates.cancel_pickup)

    @update(ReturnAction.SHIP)
    def ship(self, act: Act[bodies.Ship]) -> ReturnState:
        return self.context.perform(act, updates.ship)

    @update(ReturnAction.CLAIM_FREIGHT)
    def claim_freight(self, act: Act[bodies.ClaimFreight]) -> ReturnState:
        return self.context.perform(act, updates.claim_freight)

    @update(ReturnAction.RECEIVE)
    def receive(self, act: Act[bodies.Receive]) -> ReturnState:
        return self.context.perform(act, updates.receive)

    @update(ReturnAction.INSPECT)
    def inspect(self, act: Act[bodies.Inspect]) -> ReturnState:
        return self.context.perform(act, updates.inspect)

    @update(ReturnAction.AGREE_WORTH)
    def agree_worth(self, act: Act[worths.AgreeWorth]) -> ReturnState:
        return self.context.perform(act, worth.agree_worth)

    @update(ReturnAction.REFUSE_WORTH)
    def refuse_worth(self, act: Act[worths.RefuseWorth]) -> ReturnState:
        return self.context.perform(act, worth.refuse_worth)

    @update(ReturnAction.APPEAL_WORTH)
    def appeal_worth(self, act: Act[worths.AppealWorth]) -> ReturnState:
        return self.context.perform(act, worth.appeal_worth)

    @update(ReturnAction.RULE_WORTH)
    def rule_worth(self, act: Act[worths.RuleWorth]) -> ReturnState:
        return self.context.perform(act, worth.rule_worth)

    @update(ReturnAction.EXTEND)
    def extend(self, act: Act[bodies.Extend]) -> ReturnState:
        return self.context.perform(act, updates.extend)

    @update(ReturnAction.JOIN)
    def join(self, act: Act[Join]) -> ReturnState:
        return self.context.perform(act, box.join)

    @update(ReturnAction.LEAVE)
    def leave(self, act: Act[Leave]) -> ReturnState:
        return self.context.perform(act, box.leave)
