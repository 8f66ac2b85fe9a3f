"""`redress backup` and `redress restore`: all of it comes back, on either database, and what is not whole is named (OPS-5, docs/backup.md)."""

import asyncio
import hashlib
import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import obstore
import pytest
from sqlmodel import select
from typer.testing import CliRunner

from adapters import backup
from adapters.database.engine import Database
from adapters.evidence.store import object_store
from adapters.payloads.data_keys import DataKeys
from adapters.secrets import Keyring, change_secrets, made_payload_key
from cli import main
from commands.backup import check
from commands.kit.failure import CommandError
from models.common.errors import RedressError
from models.erasure.record import seal_of
from models.tables.case import ArchiveRow, CaseEvidenceRow
from models.tables.money import LedgerRow
from models.tables.payloads import DataKeyRow, PayloadReadRow
from settings import Settings

_numbers = itertools.count(1)
NOW = datetime(2026, 11, 29, 12, 30, 15, 123456, tzinfo=UTC)
PHOTO = b"a photo"
SHA = hashlib.sha256(PHOTO).hexdigest()
RECORD: dict[str, Any] = {"案": "RD-1", "amount": 12900, "deep": [{"none": None}]}


def posting(account: str, minor: int, entry: str = "E1") -> LedgerRow:
    return LedgerRow(entry=entry, account=account, order_id="O-1", kind="refund", amount_minor=minor, currency="CNY", at=NOW)


@pytest.fixture
async def kept(database: Database, database_settings: Settings) -> list[Any]:
    """A row of each kind that is not text, a piece of evidence, and a data key."""
    key = made_payload_key()
    change_secrets(database_settings, lambda known: known.model_copy(update={"payload_keys": (key,)}))
    await DataKeys(database, Keyring(database_settings)).of("RD-1")
    sealed = ArchiveRow(
        case_id="RD-1", edition=1, sha256=seal_of(RECORD), outcome="resolved", root_cause="x", at=NOW, record=RECORD
    )
    piece = CaseEvidenceRow(case_id="RD-1", sha256=SHA, media_type="image/png", size=7, name="杯子.png", role="customer", at=NOW)
    read = PayloadReadRow(at=NOW, reader="supervisor:sun", name="RD-1", payloads=3)
    async with database.writing() as session:
        session.add_all((posting("customer", 500), posting("merchant", -500), sealed, piece, read))
    await obstore.put_async(object_store(database_settings), f"{SHA[:2]}/{SHA}", PHOTO)
    return await rows(database)


async def rows(database: Database) -> list[Any]:
    async with database.reading() as session:
        every = [(await session.exec(select(table))).all() for table in (LedgerRow, ArchiveRow, CaseEvidenceRow, DataKeyRow)]
        return [row.model_dump() for some in every for row in some]


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_settings: Settings, tmp_path: Path) -> Settings:
    """Another place, with nothing in it, of the same kind; the secrets file was kept elsewhere."""
    secrets = database_settings.data_dir / "secrets.json"
    place = Settings(data_dir=tmp_path / "anew", secrets_file=secrets)
    if database_settings.database_url is None:
        return place
    url = request.getfixturevalue("postgres").create(f"restored_{next(_numbers)}")
    return place.model_copy(update={"database_url": url})


async def test_everything_comes_back_and_is_whole(
    kept: list[Any], database_settings: Settings, empty: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    first = await asyncio.to_thread(backup.save, database_settings, folder)
    made = await asyncio.to_thread(backup.save, database_settings, folder)  # the next day, into the same folder
    assert (made.tables["ledger"].count, made.evidence) == (2, 1)
    assert [found.name for found in folder.glob("rows-*")] == [made.folder] != [first.folder]
    with backup.rehearsed(database_settings, folder, tmp_path / "rehearsal") as copy:
        assert list(check.of_what_is_kept(copy)) == []
    await asyncio.to_thread(backup.load, empty, folder)
    assert list(check.of_what_is_kept(empty)) == []
    restored = Database(empty)
    assert await rows(restored) == kept
    assert await DataKeys(restored, Keyring(empty)).known("RD-1")
    async with restored.writing() as session:  # a number that the database counts goes on
        session.add(PayloadReadRow(at=NOW, reader="supervisor:sun", name="RD-2", payloads=1))
    await restored.aclose()
    with pytest.raises(RedressError, match="has tables already"):
        await asyncio.to_thread(backup.load, empty, folder)


@pytest.mark.usefixtures("kept")
async def test_a_backup_that_was_changed_or_broken_off_is_refused(
    database_settings: Settings, empty: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(RedressError, match="no whole backup"):
        backup.load(empty, folder)
    made = await asyncio.to_thread(backup.save, database_settings, folder)
    (folder / made.folder / "ledger.jsonl.gz").write_bytes(b"x")
    with pytest.raises(RedressError, match="damaged: ledger"):
        backup.load(empty, folder)


@pytest.mark.usefixtures("kept")
async def test_what_is_not_whole_is_named(database: Database, database_settings: Settings) -> None:
    async with database.writing() as session:
        session.add(posting("customer", 7, entry="E2"))
        archive = await session.get_one(ArchiveRow, ("RD-1", 1))
        archive.record = {**RECORD, "amount": 1}
    await obstore.put_async(object_store(database_settings), f"{SHA[:2]}/{SHA}", b"another photo")
    change_secrets(database_settings, lambda known: known.model_copy(update={"payload_keys": (made_payload_key(),)}))
    told = await asyncio.to_thread(lambda: list(check.of_what_is_kept(database_settings)))
    assert [sentence.split(" ")[0:3] for sentence in told] == [
        ["The", "ledger's", "entry"],
        ["The", "archive", "record"],
        ["The", "data", "key"],
        ["Evidence", "is", "not"],
    ]
    await obstore.delete_async(object_store(database_settings), f"{SHA[:2]}/{SHA}")
    assert f"Evidence is missing: {SHA}" in list(check.of_what_is_kept(database_settings))


@pytest.mark.usefixtures("kept")
def test_the_commands_copy_rehearse_and_check(
    database_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {
        "DATA_DIR": database_settings.data_dir,
        "DATABASE_URL": database_settings.database_url,
        "TEMPORAL_PORT": 9,
        "LANG": "en",
    }
    for name, value in here.items():
        if value is not None:
            monkeypatch.setenv(f"REDRESS_{name}", str(value))
    folder = str(tmp_path / "backup")
    assert "Keep a copy of the secrets file elsewhere" in said("backup", folder)
    assert "can be restored" in said("restore", folder, "--check")
    assert "so no workflow was looked for" in said("restore", "--check")
    answer = CliRunner().invoke(main, ["restore"])
    assert isinstance(answer.exception, CommandError)


def said(*words: str) -> str:
    return CliRunner().invoke(main, list(words), catch_exceptions=False).output
