"""Reconciliation: our books against the payment provider's and the carriers', order after order, on a schedule (docs/money.md)."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.queues import queue_of
    from models.reconciliation import PageReport, ReconcilePage, ReconcileStart
    from workflows.effects import PATIENT

PAGES_A_RUN = 50
"""Then it continues as new: a scan of any length has a short history."""
A_PAGE = timedelta(minutes=15)
ALIVE = timedelta(minutes=1)
GIVES_UP_AFTER = timedelta(hours=12)
"""A partner that is down for so long fails the scan; the next one starts from the beginning."""


@workflow.defn
class ReconciliationWorkflow:
    """One scan."""

    @workflow.run
    async def run(self, start: ReconcileStart) -> PageReport:
        """Page after page; what became of all of them."""
        at = start.at or workflow.now()
        total, after = start.so_far or PageReport(), start.after
        for _ in range(PAGES_A_RUN):
            page = await reconcile_page(ReconcilePage(after=after, at=at))
            total, after = total.plus(page), page.after
            if after is None:
                break
        else:
            workflow.continue_as_new(ReconcileStart(after=after, at=at, so_far=total))
        return total


async def reconcile_page(request: ReconcilePage) -> PageReport:
    """Compare some orders. Raises ActivityError when a partner is down for long."""
    return await workflow.execute_activity(
        "reconcile_page",
        request,
        result_type=PageReport,
        task_queue=queue_of(workflow.info().task_queue, "reconcile_page"),
        start_to_close_timeout=A_PAGE,
        schedule_to_close_timeout=GIVES_UP_AFTER,
        heartbeat_timeout=ALIVE,
        retry_policy=PATIENT,
        summary=f"after {request.after}" if request.after else "from the first order",
    )
