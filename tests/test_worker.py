"""What a worker carries out, and on which task queue: a partner's limit is the partner's alone."""

from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError, WorkflowService
from temporalio.testing import WorkflowEnvironment

import models.activities
from adapters.connect import Partners
from adapters.database.engine import Database
from models.activities import PAY_BACK, SAVE_CASE
from models.common.activity import Activity
from models.common.partner_registry import PARTNER_QUEUES
from settings import Settings
from tests.support.processes.service import running_service
from tests.support.processes.waiting import eventually
from worker import wire


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


async def test_every_activity_that_workflows_know_is_carried_out_once_on_its_own_queue(settings: Settings) -> None:
    database, partners = Database(settings), Partners.connect(settings)
    wiring = wire(settings, database, partners)
    wired = [(call.__name__, queue) for queue in (None, *PARTNER_QUEUES) for call in wiring.of(queue)]
    entries: list[Activity[Any, Any]] = [entry for entry in vars(models.activities).values() if isinstance(entry, Activity)]
    known = [(entry.name, queue) for entry in entries for queue in {entry.queue, *((None,) if entry.direct else ())}]
    assert sorted(wired, key=str) == sorted(known, key=str)
    assert (PAY_BACK.task_queue("cases"), SAVE_CASE.task_queue("cases")) == ("cases-payment", "cases")
    await partners.aclose()
    await database.aclose()


async def test_a_partners_limit_is_set_on_its_own_queue_alone(temporal: WorkflowEnvironment, settings: Settings) -> None:
    limited = settings.model_copy(update={"partner_rates": {"payment": 7.0}})
    async with running_service(temporal, limited) as service:
        rates = {queue: await rate(service.client.workflow_service, f"{service.queue}-{queue}") for queue in PARTNER_QUEUES}
    assert rates.pop("payment") == 7
    assert min(rates.values()) > 1_000


async def rate(server: WorkflowService, queue: str) -> float:
    """How many activities a second its workers ask for; asked until one polls."""
    request = DescribeTaskQueueRequest(
        namespace="default", task_queue=TaskQueue(name=queue), task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    )

    async def polled() -> float | None:
        try:
            pollers = (await server.describe_task_queue(request)).pollers
        except RPCError:
            return None  # a busy server gives such a look up
        return pollers[0].rate_per_second if pollers else None

    per_second = await eventually(polled)
    assert per_second is not None
    return per_second
