"""The sweep on its schedule: open cases whose workflow does not run, or does not get on (docs/running.md)."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.activities import SWEEP
    from models.sweep import SweepReport
    from workflows.kit.calls import PATIENT

AT_MOST = timedelta(minutes=30)
ALIVE = timedelta(minutes=1)


@workflow.defn
class SweepWorkflow:
    """One sweep."""

    @workflow.run
    async def run(self) -> SweepReport:
        return await workflow.execute_activity(
            SWEEP.name,
            workflow.now(),
            result_type=SWEEP.answer,
            start_to_close_timeout=AT_MOST,
            schedule_to_close_timeout=AT_MOST,
            heartbeat_timeout=ALIVE,
            retry_policy=PATIENT,
        )
