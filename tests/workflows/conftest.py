"""Workflow tests share one way to open a case."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from settings import Settings
from tests.support.processes.service import Service, running_service


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(temporal, Settings(data_dir=tmp_path)) as service:
        yield service
