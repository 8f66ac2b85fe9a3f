"""Reconciliation: our books against the partners', order after order, on a schedule (docs/money.md).

A partner that is silent holds up nobody: everything else is compared first, then what was missed is asked for again and again. What is
missing in the end, and a scan that fails, is told to the supervisors.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from models.activities import END_SCAN, RECONCILE_PAGE
    from models.reconciliation.difference import MOST_NAMED, PageReport, ReconcilePage, ReconcileStart, ScanEnd
    from workflows.kit.calls import PATIENT, call_own

PAGES_A_RUN = 50
"""Then it continues as new: a scan of any length has a short history."""
A_PAGE = timedelta(minutes=15)
ALIVE = timedelta(minutes=3)
"""So long one order may take, when every partner is slow."""
GIVES_UP_AFTER = timedelta(hours=6)
"""So long silent partners are asked again; and so long a page is tried while our own database is away, then the scan fails."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=2)
"""Between two rounds; each is twice as long as the one before."""


@workflow.defn
class ReconciliationWorkflow:
    """One scan."""

    @workflow.run
    async def run(self, start: ReconcileStart) -> PageReport:
        """Every order compared, or people told why not; what became of all of them."""
        at, until = start.at or workflow.now(), start.until or workflow.now() + GIVES_UP_AFTER
        run = f"{workflow.info().workflow_id} {workflow.info().run_id}"
        try:
            total = await compared(start, at, until)
        except ActivityError as error:
            await end_scan(ScanEnd(at=at, failed=words_of(error), run=run))
            raise
        return total.plus(await end_scan(ScanEnd(at=at, missed=total.missed, run=run)))


async def compared(scan: ReconcileStart, at: datetime, until: datetime) -> PageReport:
    """Page after page, round after round. Raises ActivityError when our own database is down for long."""
    for _ in range(PAGES_A_RUN):
        page = await reconcile_page(ReconcilePage(after=scan.after, at=at, scopes=scan.scopes, only=scan.only))
        again = page.model_copy(update={"orders": 0})  # they were counted in the first round
        scan = scan.model_copy(update={"after": page.after, "so_far": scan.so_far.plus(again if scan.round else page)})
        if page.after is None:
            if not scan.so_far.missed or workflow.now() >= until:
                return scan.so_far
            await workflow.sleep(pause_before(scan.round), summary=f"silent: {', '.join(sorted(scan.so_far.missed))}")
            scan = next_round(scan)
    return workflow.continue_as_new(scan.model_copy(update={"at": at, "until": until}))


def next_round(scan: ReconcileStart) -> ReconcileStart:
    """Once more those that were silent: about the orders that were missed, or about all when these are too many to name."""
    missed = scan.so_far.missed
    few = all(one.orders <= MOST_NAMED for one in missed.values())
    named = sorted({order_id for one in missed.values() for order_id in one.named})
    so_far = scan.so_far.model_copy(update={"missed": {}})
    change = {"so_far": so_far, "scopes": tuple(missed), "only": tuple(named) if few else (), "round": scan.round + 1}
    return scan.model_copy(update=change)


def pause_before(round_: int) -> timedelta:
    return min(FIRST_PAUSE * 2**round_, LONGEST_PAUSE)


def words_of(error: ActivityError) -> str:
    """What lies at the bottom of it, by its type: what it says may be personal."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return (cause.type if isinstance(cause, ApplicationError) else None) or type(cause).__name__


async def reconcile_page(request: ReconcilePage) -> PageReport:
    """Compare some orders. Raises ActivityError when that is not possible for long."""
    return await workflow.execute_activity(
        RECONCILE_PAGE.name,
        request,
        result_type=RECONCILE_PAGE.answer,
        task_queue=RECONCILE_PAGE.task_queue(workflow.info().task_queue),
        start_to_close_timeout=A_PAGE,
        schedule_to_close_timeout=GIVES_UP_AFTER,
        heartbeat_timeout=ALIVE,
        retry_policy=PATIENT,
        summary=f"after {request.after}" if request.after else "from the first order",
    )


async def end_scan(end: ScanEnd) -> PageReport:
    """Have the supervisors told of the scan itself."""
    return await call_own(END_SCAN, end)
