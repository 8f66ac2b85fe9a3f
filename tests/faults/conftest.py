"""One Redress of real processes, on PostgreSQL, for all tests of this folder that kill something; one in this process for the others."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from settings import ROOT
from tests.support.processes.databases import DIALECTS, Postgres, running_postgres
from tests.support.processes.moments import Books
from tests.support.processes.redress import Redress
from tests.support.processes.shop import Shop, running_shop

collect_ignore = [] if "postgresql" in DIALECTS else ["test_worker_killed.py", "test_others_killed.py", "test_database_killed.py"]
PATIENT = {"REDRESS_PARTNER_TIMEOUT": "25", "REDRESS_CIRCUIT_AFTER": "1000"}
"""A call may be held for as long as a test needs; one order's trouble is no other's."""

POLICY = {
    "poll_refund_every: 6h": "poll_refund_every: 40s",
    "  automatic: 20000\n": "  automatic: 100000000\n",
    "  agent: 200000\n": "  agent: 100000000\n",
    "max_minor_a_day: 2000000": "max_minor_a_day: 100000000",
}
"""Every refund of these tests is clear and small; what no notice told is found within a test's time."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process of pytest plays all that kill, another the rest: they share a Redress. Each may take its time: real processes are started."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("killed" if "killed" in item.path.name else "faults"))
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.timeout(900))


@contextmanager
def running_redress(folder: Path, database: str) -> Generator[Redress]:
    policy = folder / "policy.yaml"
    text = (ROOT / "policies" / "default.yaml").read_text(encoding="utf-8")
    for usual, here in POLICY.items():
        assert usual in text
        text = text.replace(usual, here)
    policy.write_text(text, encoding="utf-8")
    redress = Redress(folder)
    redress.environment |= PATIENT | {"REDRESS_DATABASE_URL": database, "REDRESS_POLICY": str(policy)}
    redress.start()
    try:
        yield redress
    finally:
        redress.stop()
        redress.http.close()


@pytest.fixture(scope="session")
def redress(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Redress]:
    with running_redress(tmp_path_factory.mktemp("redress"), postgres.create("faults")) as redress:
        yield redress


@pytest.fixture(scope="session")
def redress_with_own_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Redress, Postgres]]:
    """One whose database may be killed: it is nobody else's."""
    with running_postgres() as database, running_redress(tmp_path_factory.mktemp("own"), database.create("own")) as redress:
        yield redress, database


@pytest.fixture(scope="session")
def books(redress: Redress) -> Iterator[Books]:
    books = Books(redress.environment["REDRESS_DATABASE_URL"])
    yield books
    books.close()


@pytest.fixture(scope="module")
async def shop(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with running_shop(temporal, tmp_path_factory.mktemp("shop")) as shop:
        yield shop
