"""A claim on a carrier, a recovery from a merchant or a credit to one: a workflow of its own, which outlives its case (RES-9)."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case.actions import Act
    from models.claims import actions as bodies
    from models.claims.actions import ClaimAction
    from models.claims.state import ClaimAdjustment, ClaimStart
    from models.claims.views import ClaimView
    from models.common.partners import Notice
    from models.common.timeline import Viewer
    from rules.claims.permissions import view_of
    from workflows.claims import transitions
    from workflows.claims.context import ClaimContext
    from workflows.kit.calls import DIRECT
    from workflows.kit.cancellation import refuse_cancellation
    from workflows.kit.patches import generation_of_this, patched
    from workflows.kit.updates import update


@workflow.defn
class ClaimWorkflow:
    """One claim. People act by updates, the party's system by the signal `notice`, the case by the signal `adjust`."""

    @workflow.init
    def __init__(self, start: ClaimStart) -> None:
        self.context = ClaimContext(start.state.model_copy(deep=True), transitions.act)
        if start.state.version == 0 and generation_of_this() >= DIRECT:
            transitions.begin(
                self.context, directly=True
            )  # before anybody is heard: its first message is the same whatever comes

    @workflow.run
    async def run(self, start: ClaimStart) -> str:  # taken by __init__
        """Until it is settled, written off or withdrawn, and the time in which that may still change has passed."""
        context = self.context
        if context.state.version == 0 or (not transitions.begun(context) and patched(transitions.NEWS_FIRST)):
            transitions.begin(context)
        if context.telling_directly:
            await workflow.wait_condition(lambda: not context.telling_directly)
        while not context.finished:
            with refuse_cancellation(context):
                await context.pause(lambda: context.finished)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return context.state.status.value

    @workflow.query
    def view(self, viewer: Viewer) -> ClaimView:
        """The claim as the viewer may see it."""
        return view_of(self.context.state, viewer.actor)

    @workflow.signal
    async def notice(self, notice: Notice) -> None:
        """A webhook of the party's system."""
        await self.context.receive_notice(notice, transitions.READERS)

    @workflow.signal
    def adjust(self, change: ClaimAdjustment) -> None:
        """The case's: the responsibility moved."""
        transitions.adjust(self.context, change)

    @update(ClaimAction.ACCEPT)
    def accept(self, act: Act[bodies.AcceptClaim]) -> ClaimView:
        return self.context.perform(act, transitions.accept)

    @update(ClaimAction.ACCEPT_PART)
    def accept_part(self, act: Act[bodies.AcceptPart]) -> ClaimView:
        return self.context.perform(act, transitions.accept_part)

    @update(ClaimAction.REJECT)
    def reject(self, act: Act[bodies.RejectClaim]) -> ClaimView:
        return self.context.perform(act, transitions.reject)

    @update(ClaimAction.DISPUTE)
    def dispute(self, act: Act[bodies.DisputeClaim]) -> ClaimView:
        return self.context.perform(act, transitions.dispute)

    @update(ClaimAction.REMIND)
    def remind(self, act: Act[bodies.RemindClaim]) -> ClaimView:
        return self.context.perform(act, transitions.remind)

    @update(ClaimAction.SETTLE)
    def settle(self, act: Act[bodies.SettleClaim]) -> ClaimView:
        return self.context.perform(act, transitions.settle)

    @update(ClaimAction.WRITE_OFF)
    def write_off(self, act: Act[bodies.WriteOffClaim]) -> ClaimView:
        return self.context.perform(act, transitions.write_off)
