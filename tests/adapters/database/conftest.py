"""SQLite's own file for each test."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def sqlite_folder(migrated_sqlite: Path, tmp_path: Path) -> Path:
    """A data folder with a migrated SQLite, whatever database the other tests use."""
    shutil.copy(migrated_sqlite, tmp_path / "redress.db")
    return tmp_path
