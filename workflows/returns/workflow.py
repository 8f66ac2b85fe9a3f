"""A return (RES-6): a workflow with a life of its own, from the address to the inspection, and to goods that go back to the customer.

It reports to its case (workflows/kit/child_workflow.py), which refunds what was accepted (workflows/returns/remedy.py). When the case takes it back,
or is over, goods that are on the road are still followed until somebody has them.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.common.partners import Notice
    from models.returns.activities import ReturnStart
    from models.returns.state import ReturnAction, ReturnResult
    from workflows.kit.child_workflow import to_the_end
    from workflows.returns.closing import concluded
    from workflows.returns.context import ReturnContext
    from workflows.returns.steps import announced, come, inspected, sent
    from workflows.returns.updates import person


@workflow.defn
class ReturnWorkflow:
    """One return. People act by updates, partners by the signal `notice`, its case takes it back by `call_off`."""

    @workflow.init
    def __init__(self, start: ReturnStart) -> None:
        self.context = ReturnContext(start)

    @workflow.run
    async def run(self, start: ReturnStart) -> str:  # taken by __init__
        """Announced, sent, come, inspected; what was not taken goes back. Returns the result."""
        return await to_the_end(self.context.child, self._live())

    async def _live(self) -> str:
        context = self.context
        result: ReturnResult | None = None
        for leg in (announced, sent, come, inspected):
            result = result or await leg(context)
        await concluded(context, result or ReturnResult.ACCEPTED)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return (result or ReturnResult.ACCEPTED).value

    @workflow.signal
    def notice(self, notice: Notice) -> None:
        """A partner's webhook."""
        self.context.take_in(notice)

    @workflow.signal
    def call_off(self, why: str) -> None:
        """RES-11: the case takes the return back."""
        self.context.child.called_off = why

    book_pickup = person(ReturnAction.BOOK_PICKUP)
    move_pickup = person(ReturnAction.MOVE_PICKUP)
    cancel_pickup = person(ReturnAction.CANCEL_PICKUP)
    ship = person(ReturnAction.SHIP)
    claim_freight = person(ReturnAction.CLAIM_FREIGHT)
    receive = person(ReturnAction.RECEIVE)
    inspect = person(ReturnAction.INSPECT)
    extend = person(ReturnAction.EXTEND)
