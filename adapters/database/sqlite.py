"""SQLite for many tasks and several processes: readers beside one writer, and a lock that nobody keeps by accident.

SQLite's own waiting is not used in the event loop. It looks again every 100 ms only, so that a process which writes without a pause starves
the others; and a thread that waits there takes the lock also when whoever wanted it has been cancelled since. Here a call that finds
the database busy is tried anew every few milliseconds, in the loop, and whoever is cancelled goes away without the lock.
"""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import Connection, Engine, event

BUSY_SECONDS = 10.0
"""How long one waits for another process's writer before giving up."""
AGAIN = (0.002, 0.008)
"""Seconds between two looks, by chance, so that those who wait do not march in step."""
PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL")
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY}


class _File(sqlite3.Connection):
    """A connection whose end is the end of its transaction; otherwise a cursor that somebody still holds would keep both, and the lock."""

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # closed already
            self.rollback()
        super().close()


class PatientConnection(aiosqlite.Connection):
    """aiosqlite's connection with its thread, where every call comes to its end and waits in the loop for its turn."""

    def __init__(self, path: str) -> None:
        super().__init__(partial(connect, path, waits=False), iter_chunk_size=64)
        self._thread.daemon = True
        self._stopping: asyncio.Future[Any] | None = None

    async def _execute(self, fn: Callable[..., Any], *args: object, **kwargs: object) -> Any:  # noqa: ANN401  # whatever fn returns
        if _instant(fn):
            return fn(*args, **kwargs)
        loop = asyncio.get_running_loop()
        until = loop.time() + BUSY_SECONDS
        while True:
            try:
                return await self._whole(partial(fn, *args, **kwargs))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in _BUSY or loop.time() > until:
                    raise
            await asyncio.sleep(random.uniform(*AGAIN))  # noqa: S311  # no secret

    async def _whole(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the call returns
        """A call that the thread has begun is waited for, also by a cancelled task: what is done with the connection next finds it at rest."""
        if not self._running or self._connection is None:
            message = "Connection closed"
            raise ValueError(message)
        done = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((done, call))
        cancelled: asyncio.CancelledError | None = None
        while not done.done():
            try:
                await asyncio.wait((done,))
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            done.exception()  # nobody else will look at it
            raise cancelled
        return done.result()

    def stop(self) -> asyncio.Future[Any] | None:
        """Once: nobody would answer a second wish to stop."""
        if self._stopping is None:
            self._stopping = super().stop()
        return self._stopping


def _instant(call: Callable[..., Any]) -> bool:
    """Making a cursor and closing one touch no file: not worth the way to the thread, which is at rest now, and back."""
    name = getattr(call, "__name__", None)
    return name == "cursor" or (name == "close" and isinstance(getattr(call, "__self__", None), sqlite3.Cursor))


def connect(path: str, *, waits: bool = True) -> sqlite3.Connection:
    """A connection that begins no transaction of its own; `waits`: by SQLite's own means when the database is busy."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=_File)
    for pragma in PRAGMAS if waits else (*PRAGMAS, "busy_timeout=0"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def mark_writers(engine: Engine) -> None:
    """A transaction of `execution_options(writing=True)` is a writer's from its first word: it never finds out half-way that it is too late."""

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")

    event.listen(engine, "begin", begun)
