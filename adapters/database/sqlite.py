"""SQLite for many tasks and several processes: readers beside one writer, and a lock that nobody keeps by accident.

SQLAlchemy's own asynchronous driver for SQLite, aiosqlite, makes every call in a thread and offers no way to change how it waits there. Waiting
in a thread does not do here. SQLite looks for the lock every 100 ms only, so that a process that writes without a pause starves the others;
and the thread takes the lock also for a task that has been cancelled meanwhile. Hence this dialect of our own, which stands on the
standard library's `sqlite3` and on the base classes that SQLAlchemy offers to drivers:

- A call that finds the database locked is made again every few milliseconds by the event loop. A task that is cancelled then has no lock.
- A call that the thread has begun is waited for, also by a cancelled task: whatever is done with the connection next finds it at rest.
- What is short is done in the event loop itself, which costs a fraction of the way to a thread and back: beginning and rolling back, changing
  rows, and queries for as long as `SHORT_SECONDS`. A query that takes longer is interrupted and made again in the thread.
- What waits for the disk or takes long is done in the connection's own thread: connecting, COMMIT, `executemany`, closing.
- Closing ends the transaction.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, Engine, Pool, event
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection, AsyncAdapt_terminate
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection

T = TypeVar("T")
Parameters = Sequence[Any] | Mapping[str, Any]

BUSY_SECONDS = 10.0
"""How long one waits for another process's writer before giving up."""
AGAIN = (0.002, 0.008)
"""Seconds between two looks, by chance, so that those who wait do not march in step."""
SHORT_SECONDS = 0.002
"""How long a query, or several statements in a row, may keep the event loop from other tasks."""
STEPS = 250
"""Steps of SQLite's machine, some 10 µs, between two looks at the clock."""
PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "wal_autocheckpoint=0", "journal_size_limit=0")
"""Nobody but `checkpoint` brings the log into the file; a log that was brought there whole is cut when it begins anew."""
LONG_LOG = 4_000_000
"""Bytes of the log from which it is brought into the file, as by SQLite itself otherwise."""
DRIVER = "sqlite+redress"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY}
_SHORT = ("BEGIN", "INSERT", "UPDATE", "DELETE")
"""What is done in the event loop without a limit: our writers change a few rows, by their keys."""


class _File(sqlite3.Connection):
    """A connection whose end is the end of its transaction; otherwise a cursor that somebody still holds would keep both, and the lock."""

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # closed already
            self.rollback()
        super().close()


class AsyncConnection:
    """A file and the thread that belongs to it: what SQLAlchemy asks of an asynchronous driver's connection (`AsyncIODBAPIConnection`)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._closing: Future[None] | None = None
        self._turn_ends = 0.0

    async def open(self) -> None:
        try:
            await self.in_thread(self._open)
        except BaseException:
            self.stop()
            raise

    @property
    def file(self) -> sqlite3.Connection:
        """Raises sqlite3.ProgrammingError when it is not open."""
        if self._file is None or self._closing is not None:
            message = "Cannot operate on a closed database."
            raise sqlite3.ProgrammingError(message)
        return self._file

    def cursor(self) -> "AsyncCursor":
        return AsyncCursor(self, self.file.cursor())

    async def commit(self) -> None:
        await self.in_thread(self._commit)

    async def rollback(self) -> None:
        if self._closing is None:  # to close is to roll back
            self.file.rollback()

    async def close(self) -> None:
        await _whole(self.stop())

    def stop(self) -> Future[None]:
        """Have the thread close the file and end. Needs no event loop: the garbage collector has none."""
        if self._closing is None:
            self._closing = self._thread.submit(self._close)
            self._thread.shutdown(wait=False)
        return self._closing

    async def execute(self, statement: str, call: Callable[[], T]) -> T:
        """Make the call that executes the statement: in the event loop, unless it may take long or turns out to."""
        if statement.startswith(_SHORT):
            return await _when_free(partial(self._in_loop, call))
        if statement.startswith("SELECT"):
            try:
                return await _when_free(partial(self._in_loop, partial(self._interrupted, call)))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
        return await self.in_thread(call)

    async def in_thread(self, call: Callable[[], T]) -> T:
        return await _when_free(lambda: _whole(self._thread.submit(call)))

    async def _in_loop(self, call: Callable[[], T]) -> T:
        """Other tasks have their turn first, unless they had it just now."""
        if time.monotonic() > self._turn_ends:
            await asyncio.sleep(0)
            self._turn_ends = time.monotonic() + SHORT_SECONDS
        return call()

    def _interrupted(self, call: Callable[[], T]) -> T:
        """Make a query's call; raises sqlite3.OperationalError (SQLITE_INTERRUPT) as soon as it has taken `SHORT_SECONDS`."""
        until = time.monotonic() + SHORT_SECONDS
        self.file.set_progress_handler(lambda: time.monotonic() > until, STEPS)
        try:
            return call()
        finally:
            self.file.set_progress_handler(None, STEPS)

    def _open(self) -> None:
        self._file = connect(self._path, waits=False)

    def _commit(self) -> None:
        self.file.commit()
        checkpoint(self.file, self._path)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()


async def _when_free(attempt: Callable[[], Awaitable[T]]) -> T:
    """Try, and again while the database is locked, for `BUSY_SECONDS`."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return await attempt()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in _BUSY or time.monotonic() > until:
                raise
        await asyncio.sleep(random.uniform(*AGAIN))  # noqa: S311  # no secret


async def _whole(begun: Future[T]) -> T:
    """Wait until the thread is done with a call; whoever is cancelled meanwhile is told only then."""
    done = asyncio.wrap_future(begun)
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


class AsyncCursor:
    """A cursor whose rows are there as soon as its statement has been executed (`AsyncIODBAPICursor`)."""

    def __init__(self, connection: AsyncConnection, cursor: sqlite3.Cursor) -> None:
        self._connection = connection
        self._cursor = cursor
        self._rows: list[Any] = []
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:  # noqa: ANN401  # as sqlite3 has it
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, operation: str, parameters: Parameters = ()) -> None:
        self._rows = await self._connection.execute(operation, lambda: self._cursor.execute(operation, parameters).fetchall())

    async def executemany(self, operation: str, parameters: Iterable[Parameters]) -> None:
        await self._connection.in_thread(partial(self._cursor.executemany, operation, parameters))

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._cursor.close()


class _AdaptedConnection(AsyncAdapt_terminate, AsyncAdapt_dbapi_connection):
    """The connection as SQLAlchemy's synchronous half sees it."""

    __slots__ = ()

    def create_function(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # as sqlite3 has it
        self.driver_connection.file.create_function(*args, **kwargs)

    async def _terminate_graceful_close(self) -> None:
        await self.driver_connection.close()

    def _terminate_force_close(self) -> None:
        self.driver_connection.stop()


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's SQLite with this module's connections: `create_async_engine("sqlite+redress:///file")`."""

    driver = "redress"
    is_async = True
    has_terminate = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003  # always a file
        return AsyncAdaptedQueuePool

    def connect(self, *cargs: Any, **cparams: Any) -> DBAPIConnection:  # noqa: ANN401  # the file's path is all that we take
        driver: Any = AsyncConnection(cargs[0])
        connection: Any = _AdaptedConnection(self.loaded_dbapi, driver)
        connection.run_async(AsyncConnection.open)
        return connection

    def do_terminate(self, dbapi_connection: DBAPIConnection) -> None:
        dbapi_connection.terminate()

    def get_driver_connection(self, connection: DBAPIConnection) -> Any:  # noqa: ANN401  # as SQLAlchemy has it
        return connection.driver_connection


registry.register("sqlite.redress", __name__, "Dialect")


def connect(path: str, *, waits: bool = True) -> sqlite3.Connection:
    """A connection that begins no transaction of its own; `waits`: by SQLite's own means when the database is busy."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=_File)
    for pragma in PRAGMAS if waits else (*PRAGMAS, "busy_timeout=0"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def checkpoint(writer: sqlite3.Connection, path: str) -> None:
    """Bring a long log into the file, while nobody else can write.

    Before 3.51.3 SQLite damages the file when somebody begins the log anew during a checkpoint (https://sqlite.org/wal.html#walresetbug),
    and most machines have an older one.
    """
    try:
        if Path(f"{path}-wal").stat().st_size < LONG_LOG:
            return
    except FileNotFoundError:
        return
    with suppress(sqlite3.OperationalError):  # somebody writes, and sees to it afterwards
        writer.execute("BEGIN IMMEDIATE")
        try:
            with closing(connect(path, waits=False)) as another:
                another.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        finally:
            writer.rollback()


def mark_writers(engine: Engine) -> None:
    """A transaction of `execution_options(writing=True)` is a writer's from its first word: it never finds out half-way that it is too late."""

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")

    event.listen(engine, "begin", begun)
