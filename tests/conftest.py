"""What tests share: one real Temporal server a session, on which a test moves each case's clock as it likes."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

sys.path.insert(0, str(Path(__file__).parent))

from temporal_server import start_temporal

pytest_plugins = ["databases", "browsers", "clamd"]


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    async with await start_temporal() as environment:
        yield environment
