"""Loops of the worker over rows that wait for something. Any number of them may run.

A row is claimed by moving its next attempt ahead (the lease); after a crash the lease runs out and the row is claimed again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

BATCH = 20
LEASE = timedelta(seconds=60)
BUSY_SECONDS, IDLE_SECONDS, TROUBLE_SECONDS = 0.5, 2.0, 5.0

log = structlog.stdlib.get_logger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


async def repeat(step: Callable[[], Awaitable[int]], stop: asyncio.Event, trouble: str) -> None:
    """Take a batch at each step, which says how many rows it had, until told to stop; ends after the rows in hand.

    `trouble`: what the log says of a step that failed, because the database is away, for one.
    """
    pause = BUSY_SECONDS
    while not stop.is_set():
        try:
            done = await step()
            pause = 0.0 if done == BATCH else BUSY_SECONDS if done else min(pause * 2 or BUSY_SECONDS, IDLE_SECONDS)
        except Exception:
            log.exception(trouble)
            pause = TROUBLE_SECONDS
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
