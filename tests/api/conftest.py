"""API tests share one running application: a real server, a real worker, a real database, partners in memory."""

from collections.abc import AsyncIterator

import pytest
from service import Service, running_service
from sqlmodel import delete
from temporalio.testing import WorkflowEnvironment
from web import Web, running_web

from models.tables import AgentRow
from settings import Settings


@pytest.fixture(scope="session")
async def at_work(
    temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Settings, Service]]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("api"),
        temporal_address=temporal.client.service_client.config.target_host,
        evidence_max_bytes=1024 * 1024,
    )
    async with running_service(temporal, settings) as service:
        yield settings.model_copy(update={"task_queue": service.queue}), service


@pytest.fixture(scope="session")
async def web(at_work: tuple[Settings, Service]) -> AsyncIterator[Web]:
    settings, service = at_work
    async with running_web(settings, service) as web:
        async with service.database.writing() as session:
            await session.exec(delete(AgentRow))  # the policy's people work by the clock on the wall; a test names its own
        yield web
