"""The weekly review on its schedule, and what follows from it (RVW-3, docs/review.md)."""

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from models.activities import FOLLOW_IMPROVEMENT, WRITE_REVIEW
    from models.review.activities import ReviewStart, WriteReview, Written
    from models.review.improvement import FollowImprovement
    from workflows.kit.calls import PATIENT, call_own

from datetime import timedelta

AT_MOST = timedelta(minutes=30)
"""A great market's period; then it is tried again."""
GIVES_UP_AFTER = timedelta(hours=12)


def improvement_workflow(improvement_id: str) -> str:
    return f"improvement-{improvement_id}"


@workflow.defn
class ReviewWorkflow:
    """One review. Its improvements are followed by workflows of their own, which outlive it."""

    @workflow.run
    async def run(self, start: ReviewStart) -> Written:
        written = await workflow.execute_activity(
            WRITE_REVIEW.name,
            WriteReview(start=start, at=workflow.now()),
            result_type=WRITE_REVIEW.answer,
            start_to_close_timeout=AT_MOST,
            schedule_to_close_timeout=GIVES_UP_AFTER,
            retry_policy=PATIENT,
        )
        for improvement_id in written.follow:
            try:
                await workflow.start_child_workflow(
                    ImprovementWorkflow.run,
                    improvement_id,
                    id=improvement_workflow(improvement_id),
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    parent_close_policy=ParentClosePolicy.ABANDON,
                )
            except WorkflowAlreadyStartedError:
                workflow.logger.info("improvement.is_followed_already")
        return written


@workflow.defn
class ImprovementWorkflow:
    """Follows an improvement until it had an effect, nothing can be said of it, or it was given up with a reason."""

    def __init__(self) -> None:
        self._changed = False

    @workflow.signal
    def changed(self) -> None:
        """Somebody has done it, or given it up."""
        self._changed = True

    @workflow.run
    async def run(self, improvement_id: str) -> None:
        while True:
            self._changed = False
            look = FollowImprovement(improvement_id=improvement_id, at=workflow.now())
            until = (await call_own(FOLLOW_IMPROVEMENT, look)).at
            if until is None:
                return
            wait = max(timedelta(), until - workflow.now())
            try:
                await workflow.wait_condition(lambda: self._changed, timeout=wait, timeout_summary="until something is due")
            except TimeoutError:
                continue
