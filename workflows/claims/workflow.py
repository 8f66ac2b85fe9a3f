"""A claim on a carrier, a recovery from a merchant or a credit to one: a workflow with its own life, which outlives its case (RES-9)."""

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models.case.actions import Act
    from models.claims.actions import CLAIM_BODIES, ClaimAction
    from models.claims.state import ClaimAdjustment, ClaimStart
    from models.claims.views import ClaimView
    from models.common.events import Event
    from models.common.partners import Notice
    from models.common.timeline import Viewer
    from rules.claims.permissions import forbidden, unfit_body, view_of
    from workflows.claims import transitions
    from workflows.claims.context import ClaimContext

REMEMBERED = 200
Update = Callable[..., Any]


def claim_action(action: ClaimAction) -> Update:
    """The update of an action, with its validator: allowed by the one table, done once for each request id."""
    name, body, do = action.value, CLAIM_BODIES[action], transitions.MOVES[action]

    def validate(self: Any, act: Act[Any]) -> None:  # noqa: ANN401  # the workflow below
        state = self.context.state
        if act.request_id in state.requests_seen:
            return
        fault = forbidden(state, act.actor, action) or unfit_body(state, act)
        if fault is not None:
            raise ApplicationError(fault.detail, fault, type=fault.type.value)

    async def handle(self: Any, act: Act[Any]) -> ClaimView:  # noqa: ANN401
        context: ClaimContext = self.context
        if act.request_id not in context.state.requests_seen:
            do(context, act)
            seen = {**context.state.requests_seen, act.request_id: context.state.version}
            context.state.requests_seen = dict(list(seen.items())[-REMEMBERED:])
        return view_of(context.state, act.actor)

    for function in (validate, handle):
        function.__name__ = function.__qualname__ = name
        function.__annotations__["act"] = Act[body]
        del function.__annotations__["self"]  # the SDK takes an annotated self for an argument
    update = workflow.update(name=name, description=(body.__doc__ or name).splitlines()[0])(handle)
    update.validator(validate)
    return update


@workflow.defn
class ClaimWorkflow:
    """One claim. People act by updates, the party's system by the signal `notice`, the case by the signal `adjust`."""

    @workflow.init
    def __init__(self, start: ClaimStart) -> None:
        self.context = ClaimContext(start.state)

    @workflow.run
    async def run(self, start: ClaimStart) -> str:  # taken by __init__
        """Until it is settled, written off or withdrawn, and the time in which that may still change has passed."""
        context = self.context
        if context.state.version == 0:
            transitions.begin(context)
        while not context.finished:
            try:
                transitions.tick(context)
                await context.save()
                await context.report()
                await context.pause()
            except (asyncio.CancelledError, ActivityError) as error:
                if not is_cancelled_exception(error):
                    raise
                # "Request Cancellation" of the Web UI: somebody's money hangs on it, so a claim ends by its people's actions alone.
                context.note(Event.CANCELLATION_REFUSED)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return context.state.status.value

    @workflow.query
    def view(self, viewer: Viewer) -> ClaimView:
        """The claim as the viewer may see it."""
        return view_of(self.context.state, viewer.actor)

    @workflow.signal
    def notice(self, notice: Notice) -> None:
        """A webhook of the party's system."""
        transitions.take_in(self.context, notice)

    @workflow.signal
    def adjust(self, change: ClaimAdjustment) -> None:
        """The case's: the responsibility moved."""
        transitions.adjust(self.context, change)

    accept = claim_action(ClaimAction.ACCEPT)
    accept_part = claim_action(ClaimAction.ACCEPT_PART)
    reject = claim_action(ClaimAction.REJECT)
    dispute = claim_action(ClaimAction.DISPUTE)
    remind = claim_action(ClaimAction.REMIND)
    settle = claim_action(ClaimAction.SETTLE)
    write_off = claim_action(ClaimAction.WRITE_OFF)
