"""What runs on a schedule: kept on the Temporal server as the settings want it, by whichever worker starts."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.trouble import unusable
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from models.reconciliation.difference import ReconcileStart
from models.review.activities import ReviewStart
from settings import Settings

RECONCILIATION, REVIEW, SWEEP = "reconciliation", "review", "sweep"
YEAR = 366

log = structlog.stdlib.get_logger(__name__)


async def keep_schedules(client: Client, settings: Settings, home: str) -> None:
    """`home`: the market's zone. Make them, or bring them to the settings; again changes nothing. A pause that somebody set stays.

    Raises RedressError: INVALID for a cron or zone that the server does not take, naming the setting, else UNAVAILABLE.
    """
    reconciled = ScheduleSpec(cron_expressions=[settings.reconcile_cron], time_zone_name=settings.reconcile_zone or home)
    swept = ScheduleSpec(cron_expressions=[settings.sweep_cron])
    reviewed = ScheduleSpec(cron_expressions=[settings.review_cron], time_zone_name=home)
    for name, workflow, spec, *start in (
        (RECONCILIATION, "ReconciliationWorkflow", reconciled, ReconcileStart()),
        (REVIEW, "ReviewWorkflow", reviewed, ReviewStart()),
        (SWEEP, "SweepWorkflow", swept),
    ):
        try:
            await _keep(client, settings, name, workflow, spec, *start)
        except RPCError as error:
            wrong = error.status is RPCStatusCode.INVALID_ARGUMENT
            raise RedressError(_bad(name, spec, error) if wrong else unusable(error, settings)) from error
    if (day := unsteady(settings, home, datetime.now(UTC).date())) is not None:
        log.warning("schedule.unsteady", schedule=RECONCILIATION, cron=settings.reconcile_cron, day=str(day))


def unsteady(settings: Settings, home: str, today: date) -> date | None:
    """The next day on which reconciliation runs twice or not at all, since the zone's clocks are changed at its hour; None: there is none.

    Only of a cron with plain numbers for minute and hour: one that runs more often misses little.
    """
    try:
        zone = ZoneInfo(settings.reconcile_zone or home)
        minutes, hours, *_ = settings.reconcile_cron.split()
        times = [time(int(hour), int(minute)) for hour in hours.split(",") for minute in minutes.split(",")]
    except (ValueError, ZoneInfoNotFoundError):
        return None
    for day in (today + timedelta(days=days) for days in range(YEAR)):
        for at in (datetime.combine(day, moment, zone) for moment in times):
            if at.utcoffset() != at.replace(fold=1).utcoffset():  # a moment that is not there, or is there twice
                return day
    return None


def _bad(name: str, spec: ScheduleSpec, error: RPCError) -> Fault:
    cron, zone = spec.cron_expressions[0], spec.time_zone_name or "UTC"
    setting = {RECONCILIATION: "REDRESS_RECONCILE_CRON", REVIEW: "REDRESS_REVIEW_CRON", SWEEP: "REDRESS_SWEEP_CRON"}[name]
    zone_setting = " (REDRESS_RECONCILE_ZONE)" if name == RECONCILIATION else ""
    return Fault(
        type=ErrorType.INVALID,
        field=setting.removeprefix("REDRESS_").lower(),
        detail=f"{setting} is {cron!r}, in the zone {zone}{zone_setting}: Temporal does not take that ({error.message}).",
        detail_zh=f"{setting} 为 {cron!r}，时区 {zone}{zone_setting}：Temporal 无法接受（{error.message}）。",
    )


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
