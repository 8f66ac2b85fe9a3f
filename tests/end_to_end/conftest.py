"""One Redress for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes.redress import Redress


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process of pytest plays all of these: they share a Redress. Each may take its time: real processes are started."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("end_to_end"))
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def redress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redress]:
    redress = Redress(tmp_path_factory.mktemp("redress"))
    with redress.running():
        yield redress


@pytest.fixture
def redress_of_its_own(tmp_path: Path) -> Iterator[Redress]:
    redress = Redress(tmp_path)
    with redress.running():
        yield redress
