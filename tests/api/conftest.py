"""API tests share one running application for each database: a real server, a real worker, real tables, partners in memory."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from settings import Settings
from tests.support.processes.api import Web, running_web
from tests.support.processes.databases import ON_EACH, Postgres
from tests.support.processes.service import running_service


@asynccontextmanager
async def whole(temporal: WorkflowEnvironment, folder: Path, database_url: str | None = None) -> AsyncGenerator[Web]:
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        temporal_address=temporal.client.service_client.config.target_host,
        evidence_max_bytes=1024 * 1024,
        rate_limits={},  # one person of a test does a day's work in a second
    )
    async with (
        running_service(temporal, settings) as service,
        running_web(settings.model_copy(update={"task_queue": service.queue}), service) as web,
    ):
        yield web


@pytest.fixture(scope="session")
async def web_on_sqlite(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    async with whole(temporal, tmp_path_factory.mktemp("api")) as web:
        yield web


@pytest.fixture(scope="session")
async def web_on_postgresql(
    temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> AsyncIterator[Web]:
    async with whole(temporal, tmp_path_factory.mktemp("api"), postgres.create("api", "template_redress")) as web:
        yield web


@pytest.fixture(scope="session")
def web(web_on_sqlite: Web) -> Web:
    return web_on_sqlite


@pytest.fixture(params=ON_EACH)
def web_on_either(request: pytest.FixtureRequest) -> Web:
    """For tests of what the databases could do differently; a module of these calls it `web`."""
    return request.getfixturevalue(f"web_on_{request.param}")
