"""Refuses "Request Cancellation" of the Temporal Web UI: goods and money may be on their way, so only people's actions end a workflow."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from temporalio.exceptions import FailureError, is_cancelled_exception

from models.common.events import Event
from workflows.kit.context import Context

T = TypeVar("T")


@contextmanager
def refuse_cancellation(context: Context[Any, Any]) -> Generator[None]:
    """Leave the block when cancellation is requested, and tell so on the timeline; the caller takes the work up again."""
    try:
        yield
    except (asyncio.CancelledError, FailureError) as error:
        if not is_cancelled_exception(error):
            raise
        context.note(Event.CANCELLATION_REFUSED)


async def run_uncancelled(context: Context[Any, Any], work: Coroutine[Any, Any, T]) -> T:
    """Run work that cannot be taken up again to its end, whatever is requested meanwhile."""
    task = asyncio.create_task(work)
    while not task.done():
        with refuse_cancellation(context):
            await asyncio.shield(task)
    return task.result()
