"""What tests share: one real Temporal server a session, on which a test moves each case's clock as it likes."""

from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
from temporalio.testing import WorkflowEnvironment

from commands.kit.language import choose
from tests.support.processes.temporal_server import start_temporal

pytest_plugins = ["tests.support.processes.databases", "tests.support.processes.browser", "tests.support.processes.clamd"]

hypothesis.settings.register_profile("redress", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("redress")


@pytest.fixture(autouse=True)
def terminal_language() -> Iterator[None]:
    """No test leaves its language to the next."""
    yield
    choose(None)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    async with await start_temporal() as environment:
        yield environment
