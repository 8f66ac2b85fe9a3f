"""SQLite's own file for each test."""

from pathlib import Path

import pytest

from settings import Settings
from tests.support.processes.databases import make_tables


@pytest.fixture
def sqlite_folder(tmp_path: Path) -> Path:
    """A data folder with a migrated SQLite, whatever database the other tests use."""
    make_tables(Settings(data_dir=tmp_path))
    return tmp_path
