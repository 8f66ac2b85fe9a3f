"""Loops of the worker over messages that wait for something. Any number of them may run.

A row is claimed by moving its next attempt ahead (the lease); after a crash the lease runs out and the row is claimed again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database
from models.tables.case import MessageRow

BATCH = 20
LEASE = timedelta(seconds=60)
Due = Sequence[ColumnElement[bool]]
Messages = Sequence[MessageRow]
T = TypeVar("T")
BUSY_SECONDS, IDLE_SECONDS, TROUBLE_SECONDS = 0.5, 2.0, 5.0

log = structlog.stdlib.get_logger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


async def claim(database: Database, due: Due, now: datetime, take: Callable[[AsyncSession, Messages], Awaitable[T]]) -> T | None:
    """Claim a batch of the messages that are due, the oldest first, and `take` them in the same transaction. None: nothing is due."""
    waiting = (*due, col(MessageRow.next_attempt_at) <= now)
    async with database.reading() as session:
        if (await session.exec(select(MessageRow.id).where(*waiting).limit(1))).first() is None:
            return None  # an idle loop takes no writer's turn
    async with database.writing() as session:
        oldest = select(MessageRow).where(*waiting).order_by(col(MessageRow.next_attempt_at)).limit(BATCH)
        rows = (await session.exec(oldest.with_for_update(skip_locked=True))).all()
        for row in rows:
            row.next_attempt_at = now + LEASE
        with session.no_autoflush:  # each row is written once, at the end
            return await take(session, rows)


async def repeat(
    step: Callable[[], Awaitable[int]],
    stop: asyncio.Event,
    trouble: str,
    *,
    busy: float = BUSY_SECONDS,
    idle: float = IDLE_SECONDS,
) -> None:
    """Take a batch at each step, which says how many rows it had, until told to stop; ends after the rows in hand.

    `busy`: seconds after a step that had some, but no full batch; `idle`: at most, after steps that had none.
    `trouble`: what the log says of a step that failed, because the database is away, for one.
    """
    pause = busy
    while not stop.is_set():
        try:
            done = await step()
            pause = 0.0 if done == BATCH else busy if done else min(pause * 2 or busy, idle)
        except Exception:
            log.exception(trouble)
            pause = TROUBLE_SECONDS
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
