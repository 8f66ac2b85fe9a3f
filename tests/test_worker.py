"""What a worker carries out, and on which task queue: a partner's limit is the partner's alone."""

from datetime import timedelta
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
from models.activities import LOOK_UP, PAY_BACK, SAVE_CASE
from models.case.actions import Action
from models.common.activity import Activity
from models.common.partner_registry import CASES, PARTNER_QUEUES
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, Outcome, RemedyKind, Stage, WaitFor
from settings import Settings
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import partners_in, running_service
from tests.support.processes.waiting import eventually
from worker import at_work, wire


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


async def test_a_case_goes_through_two_workers_that_share_the_queues(temporal: WorkflowEnvironment, settings: Settings) -> None:
    limited = settings.model_copy(
        update={"partner_rates": dict.fromkeys(PARTNER_QUEUES, 100.0)}
    )  # so that none is asked beside its queue
    async with running_service(temporal, limited.model_copy(update={"worker_serves": [CASES]})) as service:
        service.world.add(order(), parcel(status=ShipmentStatus.LOST))
        case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY})
        looked_up = LOOK_UP.task_queue(service.queue)
        await eventually(lambda: backlog(service.client.workflow_service, looked_up))
        others = limited.model_copy(update={"worker_serves": [*PARTNER_QUEUES], "task_queue": service.queue})
        partners = partners_in(service.world, service.ordering, others)
        async with at_work(service.client, others, wire(others, service.database, partners), patience=timedelta(0)):
            await case.waits_for(WaitFor.CONFIRMATION)
            await case.act(CUSTOMER, Action.CONFIRM)
            assert (await case.until(lambda view: view.stage is Stage.CLOSED)).outcome is Outcome.RESOLVED


async def backlog(server: WorkflowService, queue: str) -> int:
    """How many activities wait there for a worker."""
    request = DescribeTaskQueueRequest(
        namespace="default",
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        report_stats=True,
    )
    try:
        return (await server.describe_task_queue(request)).stats.approximate_backlog_count
    except RPCError:
        return 0  # a busy server gives such a look up


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
