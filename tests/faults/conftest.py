"""One Redress of real processes, on PostgreSQL, for all tests of this folder that kill something; one in this process for the others."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support.processes.databases import DIALECTS, Postgres, running_postgres
from tests.support.processes.moments import Books
from tests.support.processes.policies import ALL_ALONE, policy_with
from tests.support.processes.redress import Redress
from tests.support.processes.shop import Shop, running_shop

collect_ignore = [] if "postgresql" in DIALECTS else ["test_worker_killed.py", "test_others_killed.py", "test_database_killed.py"]
PATIENT = {"REDRESS_PARTNER_TIMEOUT": "25", "REDRESS_CIRCUIT_AFTER": "1000"}
"""A call may be held for as long as a test needs; one order's trouble is no other's."""

ALL_OF_THEM = 2700
"""Seconds of the first test of test_partners.py, for which every life is played."""
POLICY = {**ALL_ALONE, "poll_refund_every: 6h": "poll_refund_every: 40s"}
"""Every refund of these tests is clear and small; what no notice told is found within a test's time."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process of pytest plays all of it: what kills shares a Redress, and what asks for a machine of its own would slow another's down."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("faults"))
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.timeout(ALL_OF_THEM if item.path.name == "test_partners.py" else 900))


@contextmanager
def running_redress(folder: Path, database: str) -> Generator[Redress]:
    redress = Redress(folder)
    redress.environment |= PATIENT | {"REDRESS_DATABASE_URL": database, "REDRESS_POLICY": str(policy_with(folder, POLICY))}
    with redress.running():
        yield redress


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
