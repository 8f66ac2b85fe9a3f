"""What runs on a schedule: kept on the Temporal server as the settings want it, by whichever worker starts."""

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from models.reconciliation.difference import ReconcileStart
from models.review.activities import ReviewStart
from settings import Settings

RECONCILIATION, REVIEW, SWEEP = "reconciliation", "review", "sweep"

log = structlog.stdlib.get_logger(__name__)


async def keep_schedules(client: Client, settings: Settings, home: str) -> None:
    """`home`: the market's zone. Make them, or bring them to the settings; again changes nothing. A pause that somebody set stays."""
    reconciled = ScheduleSpec(cron_expressions=[settings.reconcile_cron], time_zone_name=settings.reconcile_zone or home)
    swept = ScheduleSpec(cron_expressions=[settings.sweep_cron])
    await _keep(client, settings, RECONCILIATION, "ReconciliationWorkflow", reconciled, ReconcileStart())
    reviewed = ScheduleSpec(cron_expressions=[settings.review_cron], time_zone_name=home)
    await _keep(client, settings, REVIEW, "ReviewWorkflow", reviewed, ReviewStart())
    await _keep(client, settings, SWEEP, "SweepWorkflow", swept)


async def _keep(client: Client, settings: Settings, name: str, workflow: str, spec: ScheduleSpec, *start: object) -> None:
    wanted = Schedule(
        action=ScheduleActionStartWorkflow(workflow, args=start, id=name, task_queue=settings.task_queue),
        spec=spec,
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(lambda found: _brought_to(wanted, found))
    else:
        log.info("schedule.made", schedule=name, cron=spec.cron_expressions[0], zone=spec.time_zone_name)


def _brought_to(wanted: Schedule, found: ScheduleUpdateInput) -> ScheduleUpdate:
    wanted.state = found.description.schedule.state
    return ScheduleUpdate(wanted)
