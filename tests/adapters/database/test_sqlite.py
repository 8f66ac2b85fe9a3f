"""SQLite under many tasks and processes: whoever is cancelled leaves nothing locked, and nobody is kept from writing for long."""

import asyncio
import gc
import itertools
import logging
import sqlite3
import threading
from collections.abc import Coroutine, Generator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database import sqlite
from adapters.database.engine import Database, insert_if_absent
from models.tables.money import OrderLockRow
from settings import Settings
from tests.support.processes.waiting import eventually, until

LONG = (
    "SELECT count(*) FROM (WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 2000000) SELECT x FROM n)"
)
"""A query of some tenths of a second."""


class CancelledAt:
    """Work that is cancelled at its n-th await (and at a later one again), however short that is; gives how many awaits there were."""

    def __init__(self, work: Coroutine[Any, Any, None], *awaits: int) -> None:
        self._work, self._awaits = work, awaits

    def __await__(self) -> Generator[Any, None, int]:
        raised: BaseException | None = None
        for number in itertools.count(1):
            try:
                waited_for = self._work.throw(raised) if raised else self._work.send(None)
            except StopIteration:
                return number
            if number in self._awaits:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            raised = None
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001  # the work shall see it
                raised = error
        raise AssertionError


async def _write(database: Database, order_id: str) -> None:
    async with database.writing() as session:
        await insert_if_absent(session, OrderLockRow, {"order_id": order_id})
        await session.exec(select(OrderLockRow))
        await insert_if_absent(session, OrderLockRow, {"order_id": f"{order_id}+"})


async def _cancelled(work: Coroutine[Any, Any, None], *awaits: int) -> int:
    return await CancelledAt(work, *awaits)


async def _look(session: AsyncSession, query: str) -> int:
    return (await (await session.connection()).execute(text(query))).scalar_one()


async def _count(database: Database) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count()).select_from(OrderLockRow))).one()


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("sqlite")}


async def _may_write(connection: sqlite3.Connection) -> bool:
    """Whether nobody holds the lock; one that is just being given back is looked for again."""
    return _free(connection)


def _free(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE").execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    return True


@pytest.mark.parametrize("short", [sqlite.SHORT_SECONDS, 0.0], ids=["in the loop", "by turns and in the thread"])
async def test_a_writer_that_is_cancelled_at_any_moment_keeps_nobody_from_writing(
    sqlite_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, short: float
) -> None:
    """From connecting to COMMIT, and once more while it cleans up. That is no error, so none is logged."""
    monkeypatch.setattr(sqlite, "SHORT_SECONDS", short)
    monkeypatch.setattr(sqlite, "STEPS", 250 if short else 1)

    async def attempt(order_id: str, *awaits: int) -> int:
        database = Database(Settings(data_dir=sqlite_folder))
        try:
            return await asyncio.create_task(_cancelled(_write(database, order_id), *awaits))
        finally:
            await database.aclose()

    before, moments = _threads(), await attempt("O")
    assert moments > (3 if short else 6)
    with closing(sqlite3.connect(sqlite_folder / "redress.db", timeout=0, isolation_level=None)) as another:
        for first in range(1, moments):
            for second in (0, first + 1, first + 2, first + 3):
                caught: list[BaseException] = []
                try:
                    await attempt(f"O-{first}-{second}", first, second)
                except asyncio.CancelledError as error:
                    caught.append(error)  # whoever logs an error holds on to all that was in hand then
                assert await eventually(lambda: _may_write(another))
                await until(lambda: _threads() <= before)
        halves = "SELECT count(*) FROM order_locks a WHERE a.order_id || '+' NOT IN (SELECT order_id FROM order_locks) AND a.order_id NOT LIKE '%+'"
        assert another.execute(halves).fetchone() == (0,)
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_writer_that_gave_up_waiting_does_not_take_the_lock_afterwards(sqlite_folder: Path) -> None:
    database = Database(Settings(data_dir=sqlite_folder))
    with closing(sqlite3.connect(sqlite_folder / "redress.db", timeout=0, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await _write(database, "O-1")
        another.execute("COMMIT")
        await asyncio.sleep(0.2)
        another.execute("BEGIN IMMEDIATE").execute("ROLLBACK")
        assert another.execute("SELECT count(*) FROM order_locks").fetchone() == (0,)
    await database.aclose()


async def test_a_cancelled_task_waits_for_its_query_and_then_gives_the_lock_back(sqlite_folder: Path) -> None:
    database = Database(Settings(data_dir=sqlite_folder))

    async def look_for_long() -> None:
        async with database.writing() as session:
            await insert_if_absent(session, OrderLockRow, {"order_id": "O-1"})
            await _look(session, LONG)

    looking = asyncio.create_task(look_for_long())
    await asyncio.sleep(0.05)
    for _ in range(2):
        looking.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await looking
    with closing(sqlite3.connect(sqlite_folder / "redress.db", timeout=0, isolation_level=None)) as another:
        assert await _may_write(another)
        assert another.execute("SELECT count(*) FROM order_locks").fetchone() == (0,)
    await database.aclose()


async def test_whoever_waits_for_the_lock_keeps_no_other_task_waiting(sqlite_folder: Path) -> None:
    database, loop = Database(Settings(data_dir=sqlite_folder)), asyncio.get_running_loop()
    with closing(sqlite3.connect(sqlite_folder / "redress.db", timeout=0, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(_write(database, "O-1"))
        due = loop.time() + 0.2
        await asyncio.sleep(0.2)
        assert loop.time() < due + 2
        another.execute("ROLLBACK")
        await writing
    await database.aclose()


async def test_neither_a_long_query_nor_many_statements_keep_other_tasks_from_their_turn(sqlite_folder: Path) -> None:
    database, turns = Database(Settings(data_dir=sqlite_folder)), itertools.count()

    async def take_turns() -> None:
        while True:
            next(turns)
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    async with database.writing() as session:
        await insert_if_absent(session, OrderLockRow, {"order_id": "before"})
        before = next(turns)
        assert await _look(session, LONG) == 2_000_000
        assert next(turns) > before + 10
        await insert_if_absent(session, OrderLockRow, {"order_id": "after"})
    async with database.writing() as session:
        before = next(turns)
        for number in range(1000):
            await insert_if_absent(session, OrderLockRow, {"order_id": f"O-{number}"})
        assert next(turns) > before + 10
    other.cancel()
    assert await _count(database) == 1002, "what was interrupted undid nothing"
    await database.aclose()


async def test_only_what_takes_long_goes_to_the_thread(sqlite_folder: Path) -> None:
    engine = create_async_engine(f"{sqlite.DRIVER}:///{sqlite_folder}/redress.db")
    executed: list[tuple[str, bool]] = []

    def note(sql: str) -> None:
        executed.append((sql.split(maxsplit=1)[0], threading.current_thread() is threading.main_thread()))

    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.file.set_trace_callback(note)
        for statement in ("BEGIN IMMEDIATE", "INSERT INTO order_locks VALUES ('O-1')", "SELECT * FROM order_locks"):
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql("INSERT INTO order_locks VALUES (?)", [("O-2",), ("O-3",)])
        await connection.commit()
        await connection.exec_driver_sql("BEGIN")
    await engine.dispose()
    here = [("BEGIN", True), ("INSERT", True), ("SELECT", True)]
    assert executed == [*here, ("INSERT", False), ("INSERT", False), ("COMMIT", False), ("BEGIN", True), ("ROLLBACK", True)]


def test_closing_ends_the_transaction_also_where_a_cursor_is_held(sqlite_folder: Path) -> None:
    connection = sqlite.connect(str(sqlite_folder / "redress.db"))
    connection.execute("BEGIN IMMEDIATE")
    rows = connection.execute("SELECT 1 UNION SELECT 2")
    assert next(rows) == (1,)
    connection.close()
    with closing(sqlite3.connect(sqlite_folder / "redress.db", timeout=0, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")


async def test_closing_the_database_ends_its_threads_and_leaves_one_file(sqlite_folder: Path) -> None:
    before = _threads()
    database = Database(Settings(data_dir=sqlite_folder))
    async with database.reading() as one, database.reading() as two:
        for session in (one, two):
            await _look(session, LONG)
    assert len(_threads() - before) == 2
    await database.aclose()
    await until(lambda: _threads() <= before)
    assert not (sqlite_folder / "redress.db-wal").exists()


async def test_a_long_log_is_brought_into_the_file_while_nobody_can_write(
    sqlite_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And by nobody else: SQLite before 3.51.3 damages the file when a checkpoint meets a writer (https://sqlite.org/wal.html#walresetbug)."""
    file, connect = sqlite_folder / "redress.db", sqlite.connect
    met: list[bool] = []

    def connected(path: str, *, waits: bool = True) -> sqlite3.Connection:
        opened = connect(path, waits=waits)
        if log.exists() and log.stat().st_size >= sqlite.LONG_LOG:  # for a checkpoint
            met.append(_free(another))
        return opened

    monkeypatch.setattr(sqlite, "connect", connected)
    log, database = file.with_name("redress.db-wal"), Database(Settings(data_dir=sqlite_folder))
    longest = 0
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)) as another:
        for number in range(40):
            async with database.writing() as session:
                connection = await session.connection()
                assert (await connection.exec_driver_sql("PRAGMA wal_autocheckpoint")).scalar_one() == 0
                await connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS bulk (content)")
                await connection.exec_driver_sql("INSERT INTO bulk VALUES (randomblob(500000))")
            longest = max(longest, log.stat().st_size) if number else 0
        assert another.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert another.execute("SELECT count(*), sum(length(content)) FROM bulk").fetchone() == (40, 20_000_000)
    await database.aclose()
    assert met
    assert not any(met)
    assert longest < 2 * sqlite.LONG_LOG


@pytest.mark.filterwarnings("default")
async def test_a_connection_that_is_forgotten_gives_its_lock_back(sqlite_folder: Path) -> None:
    before = _threads()
    engine = create_async_engine(f"{sqlite.DRIVER}:///{sqlite_folder}/redress.db")
    connection = await engine.connect()
    await connection.exec_driver_sql("BEGIN IMMEDIATE")
    del connection
    with pytest.warns(SAWarning, match="garbage collector"):
        gc.collect()
    with closing(sqlite3.connect(sqlite_folder / "redress.db", timeout=0, isolation_level=None)) as another:
        assert await eventually(lambda: _may_write(another))
    await until(lambda: _threads() <= before)
