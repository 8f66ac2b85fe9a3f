"""A worker's figures for Prometheus: of this process, and of all cases as the database and the Temporal server have them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.database.engine import Database
from adapters.partners.circuit import Circuit, CircuitMetrics
from adapters.telemetry.core import Core
from adapters.telemetry.counted import Counted, counted
from adapters.telemetry.failing import FailingTasks
from models.common.partner_registry import PARTNER_QUEUES
from settings import Settings

COUNTED_EVERY = 15.0
"""Seconds: whoever asks more often gets the same figures of the database and of the queues."""
ASKED_WITHIN = timedelta(seconds=2)

log = structlog.stdlib.get_logger(__name__)


class Gauges:
    """What a worker says of itself and of what it sees. The figures of all cases are the same from each worker: take the largest."""

    def __init__(  # noqa: PLR0917
        self,
        settings: Settings,
        database: Database,
        client: Client,
        failing: FailingTasks,
        circuits: Iterable[Circuit],
        core: Core,
    ) -> None:
        self._database, self._client, self._failing, self._core = database, client, failing, core
        self._queues = (settings.task_queue, *(f"{settings.task_queue}-{queue}" for queue in PARTNER_QUEUES))
        self._counted_at = 0.0
        self._registry = CollectorRegistry()
        self._registry.register(CircuitMetrics(circuits))
        self._open = self._gauge("open_cases", "Open cases, by stage.", "stage")
        self._overdue = self._gauge("overdue_cases", "Open cases that missed a promise and have not kept it yet.")
        self._due = self._gauge("messages_due", "Messages of the outbox that are to be sent now.")
        self._late = self._gauge("messages_late_seconds", "How long the oldest message that is due has been so.")
        self._money = self._gauge("money_under_way_minor", "Refunds reserved or asked for, and not arrived.", "currency")
        self._unmoved = self._gauge("refunds_late_seconds", "How long the oldest of them has not moved.")
        self._differences = self._gauge("differences_open", "Open differences between our books and others', by kind.", "kind")
        self._library = self._gauge("library_due", "Saved cases that the library has yet to look at.")
        self._backlog = self._gauge("task_queue_backlog", "Tasks that wait for a worker.", "queue", "type")
        self._lag = self._gauge("task_queue_lag_seconds", "How long the oldest of them has waited.", "queue", "type")
        self._failing_tasks = self._gauge(
            "case_task_failing", "Attempts of a workflow task that fails again and again.", "case_id"
        )

    def _gauge(self, name: str, says: str, *labels: str) -> Gauge:
        return Gauge(f"redress_{name}", says, labels, registry=self._registry)

    async def exposed(self) -> bytes:
        """All of it, with those of Temporal's core, in Prometheus' text format. What cannot be counted keeps its last value."""
        if monotonic() - self._counted_at > COUNTED_EVERY or not self._counted_at:
            self._counted_at = monotonic()
            try:
                async with self._database.reading() as session:
                    self._show(await counted(session, datetime.now(UTC)))
                await self._ask_queues()
            except (SQLAlchemyError, OSError, RPCError, RuntimeError) as error:
                log.warning("figures.incomplete", error=type(error).__name__)
        _show(self._failing_tasks, self._failing.found)
        return generate_latest(self._registry) + await self._core.figures()

    def _show(self, now: Counted) -> None:
        self._overdue.set(now.overdue)
        self._due.set(now.messages_due)
        self._late.set(now.messages_late_seconds)
        self._unmoved.set(now.refunds_late_seconds)
        self._library.set(now.library_due)
        _show(self._open, now.open_cases)
        _show(self._money, now.money_under_way)
        _show(self._differences, now.differences)

    async def _ask_queues(self) -> None:
        types = {"activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY, "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW}
        for queue in self._queues:
            for name, type_ in types.items():
                if name == "workflow" and queue != self._queues[0]:
                    continue
                asked = DescribeTaskQueueRequest(
                    namespace=self._client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=type_, report_stats=True
                )
                stats = (await self._client.workflow_service.describe_task_queue(asked, timeout=ASKED_WITHIN)).stats
                self._backlog.labels(queue, name).set(stats.approximate_backlog_count)
                self._lag.labels(queue, name).set(stats.approximate_backlog_age.ToTimedelta().total_seconds())


def _show(gauge: Gauge, values: Mapping[str, float]) -> None:
    """What is no more is not shown."""
    gauge.clear()
    for label, value in values.items():
        gauge.labels(label).set(value)
