"""A Temporal server by roles on PostgreSQL, with TLS and API keys, and Redress on both, of two workers and two APIs."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.processes.databases import Postgres, running_postgres
from tests.support.processes.ports import free_port
from tests.support.processes.redress import Redress, until
from tests.support.processes.temporal_cluster import EVERYTHING, Cluster, running_cluster


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process of pytest plays all of this folder, one after the other."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in (pytest.mark.long, pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("cluster")):
                item.add_marker(mark)


@pytest.fixture
def database() -> Iterator[Postgres]:
    with running_postgres(port=free_port()) as database:
        yield database


@pytest.fixture
def by_roles(tmp_path: Path, database: Postgres) -> Iterator[Cluster]:
    """Each role is a process."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    with running_cluster(folder, database) as cluster:
        yield cluster


@pytest.fixture
def redress(tmp_path: Path, by_roles: Cluster, database: Postgres) -> Iterator[Redress]:
    with two_of_each(tmp_path, by_roles, database) as redress:
        yield redress


@contextmanager
def two_of_each(folder: Path, cluster: Cluster, database: Postgres, **more: str) -> Generator[Redress]:
    """Two workers, two APIs. `more`: of their environment."""
    redress = Redress(folder, apis=2)
    outside = redress.environment | {"REDRESS_DATABASE_URL": database.create("redress"), **more}
    redress.environment = outside | cluster.settings(EVERYTHING)
    until(lambda: "has everything" in redress.run("temporal", "setup").stdout)  # the server is starting
    redress.environment = outside | cluster.settings("redress:write")
    redress.start("--workers", "2", "--apis", "2")
    try:
        yield redress
    finally:
        redress.stop()
        redress.http.close()
