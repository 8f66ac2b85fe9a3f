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
from settings import Settings

RECONCILIATION = "reconciliation"

log = structlog.stdlib.get_logger(__name__)


async def keep_schedules(client: Client, settings: Settings, home: str) -> None:
    """`home`: the market's zone. Make them, or bring them to the settings; again changes nothing. A pause that somebody set stays."""
    zone = settings.reconcile_zone or home
    wanted = Schedule(
        action=ScheduleActionStartWorkflow(
            "ReconciliationWorkflow", ReconcileStart(), id=RECONCILIATION, task_queue=settings.task_queue
        ),
        spec=ScheduleSpec(cron_expressions=[settings.reconcile_cron], time_zone_name=zone),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(RECONCILIATION, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(RECONCILIATION).update(lambda found: _brought_to(wanted, found))
    else:
        log.info("schedule.made", schedule=RECONCILIATION, cron=settings.reconcile_cron, zone=zone)


def _brought_to(wanted: Schedule, found: ScheduleUpdateInput) -> ScheduleUpdate:
    wanted.state = found.description.schedule.state
    return ScheduleUpdate(wanted)
