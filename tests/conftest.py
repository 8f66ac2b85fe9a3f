"""What tests share: one real Temporal server a session, on which a test moves each case's clock as it likes."""

import asyncio
import gc
import inspect
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import wraps
from typing import Any

import hypothesis
import pytest
import structlog
from temporalio.testing import WorkflowEnvironment

from commands.kit.language import choose
from tests.support.processes.temporal_server import start_temporal

pytest_plugins = ["tests.support.processes.databases", "tests.support.processes.browser", "tests.support.processes.clamd"]

hypothesis.settings.register_profile("redress", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("redress")

# With local variables, as rich draws them, the traceback of one error in a page takes a minute.
plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])

INTERRUPTION = "_InterruptDeadlockError"
"""The SDK's own name of it; the class is private."""
SHARE = 0.75
"""Of a test's time-out, what its own coroutine may take; the rest is for its fixtures."""


@pytest.hookimpl(trylast=True)  # after pytest's own hook is set
def pytest_configure() -> None:
    """A machine that stands still for two seconds: the SDK interrupts the workflow task wherever it is, and gives it out again.

    In a finalizer nobody can catch that, and pytest would blame whichever test runs.
    """
    blame = sys.unraisablehook

    def look(unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_type.__name__ != INTERRUPTION:
            blame(unraisable)

    sys.unraisablehook = look
    gc.disable()  # until all is collected: what is imported stays, and to look through it again and again took a third of that time


@pytest.hookimpl(trylast=True)  # after those that mark
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A coroutine that takes too long is cancelled, and its fixtures end in order.

    The signal of pytest-timeout strikes whatever the event loop is at: a worker that loses a task to it never stops, nor does the session.
    """
    usual = float(config.getini("timeout"))
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            marked = item.get_closest_marker("timeout")
            item.obj = _in_time(item.obj, SHARE * (marked.args[0] if marked else usual))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tests that share processes are played by one process of pytest, or they are in one another's way."""
    gc.freeze()
    gc.enable()
    spread = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
    if spread and os.environ.get("PYTEST_XDIST_WORKER") and session.config.getoption("loadgroup"):
        said = f"pytest-xdist does not keep {spread[0]} with its group: does it know this pytest?"
        raise pytest.UsageError(said)


def _in_time(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    @wraps(test)
    async def bounded(*args: Any, **kwargs: Any) -> None:
        async with asyncio.timeout(seconds or None):
            await test(*args, **kwargs)

    return bounded


@pytest.fixture(autouse=True)
def terminal_language() -> Iterator[None]:
    """No test leaves its language to the next."""
    yield
    choose(None)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    async with await start_temporal() as environment:
        yield environment
