"""What whoever runs it is told of a database that cannot be used: which file, and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError, OperationalError

from adapters.database.engine import Database
from adapters.database.trouble import UNREACHABLE, trouble_of
from settings import ROOT, Settings
from tests.support.processes.databases import make_tables


class ServerError(Exception):
    """As the PostgreSQL driver raises it."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("no")
        self.sqlstate = sqlstate


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


async def test_a_damaged_file_is_named_with_what_to_do(settings: Settings) -> None:
    make_tables(settings)
    file = settings.data_dir / "redress.db"
    for rest in settings.data_dir.glob("redress.db-*"):
        rest.unlink()
    file.write_bytes(b"not a database, whatever its name says " * 200)
    database = Database(settings)
    with pytest.raises(DatabaseError) as damaged:
        await database.check()
    await database.aclose()
    told = trouble_of(damaged.value, settings)
    assert str(file) in told
    assert "backup" in told


def test_the_command_that_migrates_says_so_too(settings: Settings) -> None:
    (settings.data_dir / "redress.db").write_bytes(b"not a database, whatever its name says " * 200)
    environment = os.environ | {"REDRESS_DATA_DIR": str(settings.data_dir), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "adapters.database"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert str(settings.data_dir / "redress.db") in ended.stderr


@pytest.mark.parametrize(
    ("sqlstate", "word"),
    [("53100", "full"), ("28P01", "password"), ("3D000", "no such database"), ("XX001", "damaged"), (None, UNREACHABLE)],
)
def test_a_servers_trouble_is_told_by_its_code(sqlstate: str | None, word: str) -> None:
    settings = Settings(database_url="postgresql://redress:very-secret@db.example/cases")
    told = trouble_of(OperationalError("select 1", None, ServerError(sqlstate)), settings)
    assert word in told
    assert "very-secret" not in told
