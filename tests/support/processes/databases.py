"""Databases for tests: every test that asks for `database` runs on SQLite and, where it is installed, on PostgreSQL.

One PostgreSQL a session, started as an ordinary user on a socket of its own; a fresh database, migrated before, for each test.
PostgreSQL's half is played with the long tests (`make test ARGS="-m long"`). Without PostgreSQL it is left out and the summary says
so; `REDRESS_REQUIRE_POSTGRES=1` makes that an error.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import pytest

from adapters.database.engine import Database, migrate
from settings import Settings

_numbers = itertools.count(1)
_left_out: set[str] = set()


def postgres_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: Debian keeps them off the PATH."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    found = str(newest[-1]) if newest else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


DIALECTS = ("sqlite", "postgresql") if postgres_programs() else ("sqlite",)
ON_EACH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.long)) if len(DIALECTS) > 1 else ("sqlite",)
"""What a test of a database is played on; PostgreSQL's half belongs to the long ones."""


@dataclass(frozen=True)
class Postgres:
    """A server of our own, in a folder of its own."""

    folder: Path
    programs: Path
    port: int | None = None
    """Of 127.0.0.1, beside the socket; None: on the socket alone."""

    @property
    def pid(self) -> int:
        """Of the server, whose children work for the connections."""
        return int((self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def make(self) -> None:
        """The empty server, not started."""
        data = ("-D", self.folder / "data", "-U", "redress")
        _as_ordinary_user(self.programs / "initdb", *data, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        """Ready when this returns; what was killed finds back to what it had promised."""
        address = f"127.0.0.1 -p {self.port}" if self.port else "''"
        options = f"-c listen_addresses={address} -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=200"
        self._control("-l", self.folder / "log", "-o", options, "-w", "start")

    def stop(self) -> None:
        self._control("-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """SIGKILL for the server and everybody who works in it, as when its machine loses power."""
        server = self.pid
        children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="utf-8").split()
        pids = [server, *(int(pid) for pid in children)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}").exists() for pid in pids):
            time.sleep(0.05)

    def _control(self, *arguments: str | Path) -> None:
        _as_ordinary_user(self.programs / "pg_ctl", "-D", self.folder / "data", *arguments)

    def url(self, name: str) -> str:
        return f"postgresql://redress@/{name}?host={self.folder}" + (f"&port={self.port}" if self.port else "")

    def create(self, name: str, template: str = "template0") -> str:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # pyright: ignore[reportArgumentType, reportCallIssue]
        return self.url(name)


def _as_ordinary_user(*command: str | Path) -> None:
    """PostgreSQL refuses to run as root."""
    user = "nobody" if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        user=user,
        extra_groups=[] if user else None,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": "/"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def running_postgres(port: int | None = None) -> Generator[Postgres]:
    """A PostgreSQL with nothing in it."""
    programs = postgres_programs()
    assert programs, "PostgreSQL is not installed; on Debian: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="rd-pg-", dir="/tmp"))  # a socket's path must be short
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    server = Postgres(folder, programs, port)
    try:
        server.make()
        server.start()
        yield server
    finally:
        with suppress(AssertionError):  # a test may have left it killed
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL with nothing in it but the migrated `template_redress`."""
    with running_postgres() as server:
        migrate(Settings(database_url=server.create("template_redress")))
        yield server


@cache
def _empty_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        migrate(Settings(data_dir=Path(folder)))
        return (Path(folder) / "redress.db").read_bytes()


def make_tables(settings: Settings) -> None:
    """The newest tables, unless they are there. SQLite's file is a copy: a migration takes a tenth of a second, and every case needs one."""
    if settings.database_url:
        migrate(settings)
    elif not (file := settings.data_dir / "redress.db").exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_empty_sqlite())


@pytest.fixture(params=ON_EACH)
def database_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings that name a fresh, migrated database."""
    if request.param == "sqlite":
        settings = Settings(data_dir=tmp_path)
        make_tables(settings)
        return settings
    server: Postgres = request.getfixturevalue("postgres")
    return Settings(data_dir=tmp_path, database_url=server.create(f"test_{next(_numbers)}", "template_redress"))


@pytest.fixture
async def database(database_settings: Settings) -> AsyncIterator[Database]:
    opened = Database(database_settings)
    yield opened
    await opened.aclose()


def pytest_configure() -> None:
    if "postgresql" not in DIALECTS and os.environ.get("REDRESS_REQUIRE_POSTGRES") == "1":
        message = "REDRESS_REQUIRE_POSTGRES=1, but PostgreSQL is not installed; on Debian: apt-get install postgresql"
        raise pytest.UsageError(message)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "postgresql" not in DIALECTS:
        _left_out.update(item.nodeid.replace("sqlite", "postgresql") for item in items if "[sqlite" in item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if "postgresql" not in DIALECTS:
        terminalreporter.section("left out: PostgreSQL is not installed (Debian: apt-get install postgresql)")
        for nodeid in sorted(_left_out) or ["every test that runs on both databases"]:
            terminalreporter.line(nodeid)
