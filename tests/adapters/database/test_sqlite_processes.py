"""SQLite under several processes: each has its turn to write, and none leaves a lock when it ends."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from adapters.database.engine import Database, insert_if_absent
from models.tables.money import OrderLockRow
from settings import ROOT, Settings

WRITES_WITHOUT_A_PAUSE = """
import asyncio, itertools, sys
from adapters.database.engine import Database, insert_if_absent
from models.tables.money import OrderLockRow
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

COUNTS_UP = """
import asyncio, sys
from adapters.database.engine import Database, insert_if_absent
from models.tables.money import OrderLockRow
from settings import Settings
from sqlmodel import func, select

async def main():
    database = Database(Settings())
    for _ in range(int(sys.argv[1])):
        async with database.writing() as session:
            number = (await session.exec(select(func.count()).select_from(OrderLockRow))).one()
            assert await insert_if_absent(session, OrderLockRow, {"order_id": f"O-{number}"})
    await database.aclose()

asyncio.run(main())
"""
STOPS_SUDDENLY = """
import asyncio, sys
from sqlalchemy import text
from adapters.database.engine import Database, insert_if_absent
from models.tables.money import OrderLockRow
from settings import Settings

async def hold(stop):
    async with Database(Settings()).writing() as session:
        await insert_if_absent(session, OrderLockRow, {"order_id": "O-1"})
        asyncio.get_running_loop().call_later(0.1, stop.set)
        if sys.argv[1] == "query":
            counting = "SELECT count(*) FROM (WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 3000000) SELECT x FROM n)"
            await (await session.connection()).execute(text(counting))
        await asyncio.sleep(60)

async def main():
    global held
    stop = asyncio.Event()
    held = asyncio.create_task(hold(stop))
    await stop.wait()

loop = asyncio.new_event_loop()
loop.run_until_complete(main())
"""


@pytest.mark.parametrize("during", ["transaction", "query"])
def test_a_program_that_stops_suddenly_ends_at_once_and_leaves_no_lock(sqlite_folder: Path, during: str) -> None:
    subprocess.run(
        [sys.executable, "-c", STOPS_SUDDENLY, during], cwd=ROOT, env=_environment(sqlite_folder), check=True, timeout=60
    )
    with closing(sqlite3.connect(sqlite_folder / "redress.db", timeout=0, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        assert another.execute("SELECT count(*) FROM order_locks").fetchone() == (0,)


LOCKED = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
"""


async def test_who_waits_for_what_others_write_keeps_the_lock_of_its_own_writer(sqlite_folder: Path) -> None:
    """Else two processes write at once, over one another: the file is damaged."""
    database = Database(Settings(data_dir=sqlite_folder))
    try:
        async with database.writing() as session:
            await insert_if_absent(session, OrderLockRow, {"order_id": "O-1"})
            await database.wakes.wait(0.1)
            await database.wakes.wait(0.1)
            another = await asyncio.create_subprocess_exec(
                sys.executable, "-c", LOCKED, str(sqlite_folder / "redress.db"), stdout=asyncio.subprocess.PIPE
            )
            told, _ = await another.communicate()
        assert told.decode().strip() == "database is locked"
        await database.wakes.wait(0.1)
        began = asyncio.get_running_loop().time()
        async with database.writing() as session:
            await insert_if_absent(session, OrderLockRow, {"order_id": "O-2"})
        await database.wakes.wait(60)
        assert asyncio.get_running_loop().time() - began < 60, "the commit was not noticed"
    finally:
        await database.aclose()


def test_of_two_processes_each_reads_what_the_other_wrote_before_it_writes(sqlite_folder: Path) -> None:
    counting = [
        subprocess.Popen([sys.executable, "-c", COUNTS_UP, "100"], cwd=ROOT, env=_environment(sqlite_folder)) for _ in range(2)
    ]
    assert [process.wait(60) for process in counting] == [0, 0]
    with closing(sqlite3.connect(sqlite_folder / "redress.db")) as rows:
        assert rows.execute("SELECT count(*) FROM order_locks").fetchone() == (200,)


@pytest.mark.long
async def test_processes_that_write_without_a_pause_let_others_write_too(sqlite_folder: Path) -> None:
    busy = [
        subprocess.Popen([sys.executable, "-c", WRITES_WITHOUT_A_PAUSE, who], cwd=ROOT, env=_environment(sqlite_folder))
        for who in "ab"
    ]
    database = Database(Settings(data_dir=sqlite_folder))
    try:
        with closing(sqlite3.connect(sqlite_folder / "redress.db")) as rows:
            while rows.execute("SELECT count(DISTINCT substr(order_id, 1, 1)) FROM order_locks").fetchone()[0] < len(busy):
                assert all(process.poll() is None for process in busy)
                await asyncio.sleep(0.1)
        for number in range(20):
            async with database.writing() as session:
                await insert_if_absent(session, OrderLockRow, {"order_id": f"O-{number}"})
        assert all(process.poll() is None for process in busy), "no writer gave up"
    finally:
        for process in busy:
            process.kill()
            process.wait()
        await database.aclose()


def _environment(sqlite_folder: Path) -> dict[str, str]:
    return {"REDRESS_DATA_DIR": str(sqlite_folder), "PYTHONPATH": str(ROOT)}
