"""SQLite under many tasks and processes: whoever is cancelled leaves nothing locked, and nobody is kept from writing for long."""

import asyncio
import itertools
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Coroutine, Generator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from adapters.database.engine import Database, insert_if_absent
from models.tables.money import OrderLockRow
from settings import ROOT, Settings
from tests.support.processes.waiting import eventually

WRITES_WITHOUT_A_PAUSE = """
import asyncio, itertools, sys
from adapters.database import Database, insert_if_absent
from models.books import OrderLockRow
from settings import Settings

async def main():
    database, numbers = Database(Settings()), itertools.count()
    async def write():
        while True:
            async with database.writing() as session:
                for _ in range(5):
                    await insert_if_absent(session, OrderLockRow, {"order_id": f"{sys.argv[1]}-{next(numbers)}"})
    await asyncio.gather(*(write() for _ in range(10)))

asyncio.run(main())
"""


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


@pytest.fixture
def folder(migrated_sqlite: Path, tmp_path: Path) -> Path:
    shutil.copy(migrated_sqlite, tmp_path / "redress.db")
    return tmp_path


async def _write(database: Database, order_id: str) -> None:
    async with database.writing() as session:
        await insert_if_absent(session, OrderLockRow, {"order_id": order_id})
        await session.exec(select(OrderLockRow))
        await insert_if_absent(session, OrderLockRow, {"order_id": f"{order_id}+"})


async def _cancelled(work: Coroutine[Any, Any, None], *awaits: int) -> int:
    return await CancelledAt(work, *awaits)


async def _may_write(connection: sqlite3.Connection) -> bool:
    """Whether nobody holds the lock; one that is just being given back is looked for again."""
    try:
        connection.execute("BEGIN IMMEDIATE").execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    return True


async def test_a_writer_that_is_cancelled_at_any_moment_keeps_nobody_from_writing(folder: Path) -> None:
    database = Database(Settings(data_dir=folder))
    moments = await asyncio.create_task(_cancelled(_write(database, "O")))
    with closing(sqlite3.connect(folder / "redress.db", timeout=0, isolation_level=None)) as another:
        for first in range(1, moments):
            for second in (0, first + 1, first + 3):
                caught: list[BaseException] = []
                try:
                    await asyncio.create_task(_cancelled(_write(database, f"O-{first}-{second}"), first, second))
                except asyncio.CancelledError as error:
                    caught.append(error)  # whoever logs an error holds on to all that was in hand then
                assert await eventually(lambda: _may_write(another))
        halves = "SELECT count(*) FROM order_locks a WHERE a.order_id || '+' NOT IN (SELECT order_id FROM order_locks) AND a.order_id NOT LIKE '%+'"
        assert another.execute(halves).fetchone() == (0,)
    await _write(database, "at last")
    await database.aclose()


async def test_a_writer_that_gave_up_waiting_does_not_take_the_lock_afterwards(folder: Path) -> None:
    database = Database(Settings(data_dir=folder))
    with closing(sqlite3.connect(folder / "redress.db", timeout=0, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await _write(database, "O-1")
        another.execute("COMMIT")
        await asyncio.sleep(0.2)
        another.execute("BEGIN IMMEDIATE").execute("ROLLBACK")
        assert another.execute("SELECT count(*) FROM order_locks").fetchone() == (0,)
    await database.aclose()


@pytest.mark.long
async def test_processes_that_write_without_a_pause_let_others_write_too(folder: Path) -> None:
    environment = {"REDRESS_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    busy = [subprocess.Popen([sys.executable, "-c", WRITES_WITHOUT_A_PAUSE, who], cwd=ROOT, env=environment) for who in "ab"]
    database = Database(Settings(data_dir=folder))
    try:
        with closing(sqlite3.connect(folder / "redress.db")) as rows:
            while rows.execute("SELECT count(DISTINCT substr(order_id, 1, 1)) FROM order_locks").fetchone()[0] < len(busy):
                assert all(process.poll() is None for process in busy)
                await asyncio.sleep(0.1)
        for number in range(20):
            await _write(database, f"O-{number}")
        assert all(process.poll() is None for process in busy), "no writer gave up"
    finally:
        for process in busy:
            process.kill()
            process.wait()
        await database.aclose()
