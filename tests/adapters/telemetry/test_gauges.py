"""A worker's port: alive, ready, and gauges of this process and of all cases."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from adapters.database.engine import Database
from adapters.partners.circuit import Circuit
from adapters.telemetry import readiness
from adapters.telemetry.core import Core
from adapters.telemetry.failing import FailingTasks
from adapters.telemetry.gauges import Gauges
from adapters.telemetry.port import open_port
from models.common.errors import RedressError
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, Kind, WaitFor
from settings import Settings
from tests.support.builders.orders import order, parcel
from tests.support.processes.ports import free_port
from tests.support.processes.service import Service, running_service


class NoCore(Core):
    """Temporal's core is one in a process, and the tests' has no gauges."""

    def __init__(self) -> None:
        pass

    async def figures(self) -> bytes:
        return b"temporal_request_total 1\n"


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(temporal, Settings(data_dir=tmp_path)) as service:
        yield service


async def seen(settings: Settings, database: Database, client: Client, path: str, **headers: str) -> httpx.Response:
    gauges = Gauges(settings, database, client, FailingTasks(client), [Circuit("merchant")], NoCore())

    async def checks() -> dict[str, str]:
        return await readiness.checks(settings, database, lambda: readiness.temporal(client))

    async with open_port(settings, checks, gauges.exposed), httpx.AsyncClient() as http:
        return await http.get(f"http://127.0.0.1:{settings.worker_port}{path}", headers=headers)


async def test_a_worker_says_that_it_can_work_and_how_all_cases_are(service: Service, tmp_path: Path) -> None:
    service.world.add(order(minor=400_000), parcel(status=ShipmentStatus.LOST))
    case = await service.open(Kind.COMPLAINT, issue=Issue.LOST)
    await case.waits_for(WaitFor.PLAN)
    port = free_port()
    token = SecretStr("let-me-see")
    settings = Settings(data_dir=tmp_path, task_queue=service.queue, worker_port=port, metrics_token=token)
    assert (await seen(settings, service.database, service.client, "/healthz")).json() == {"status": "ok"}
    ready = await seen(settings, service.database, service.client, "/readyz")
    assert (ready.status_code, set(ready.json()["checks"].values())) == (200, {"ok"})
    assert (await seen(settings, service.database, service.client, "/metrics")).status_code == 401
    told = (await seen(settings, service.database, service.client, "/metrics", Authorization="Bearer let-me-see")).text
    for line in (
        'redress_open_cases{stage="resolution"} 1.0',
        "redress_overdue_cases 0.0",
        "redress_refunds_late_seconds 0.0",
        'redress_partner_open{partner="merchant"} 0.0',
        f'redress_task_queue_lag_seconds{{queue="{service.queue}",type="workflow"}} 0.0',
        f'redress_task_queue_backlog{{queue="{service.queue}-payment",type="activity"}} 0.0',
        "temporal_request_total 1",
    ):
        assert line in told.splitlines()
    assert "\nredress_library_due " in told


async def test_a_worker_without_its_database_says_so_and_one_whose_port_is_taken_does_not_start(
    service: Service, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(data_dir=tmp_path / "elsewhere", worker_port=taken.getsockname()[1])
        with pytest.raises(RedressError, match="REDRESS_WORKER_PORT"):
            await seen(settings, service.database, service.client, "/readyz")
    database = Database(settings)
    ready = await seen(settings, database, service.client, "/readyz")
    assert (ready.status_code, ready.json()["checks"]["temporal"]) == (503, "ok")
    assert ready.json()["checks"]["database"] != "ok"
    await database.aclose()
    await asyncio.sleep(0)
