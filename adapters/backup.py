"""A copy of everything that Redress keeps, and the way back: rows as JSON lines, and evidence (docs/backup.md).

It is the same whichever database and evidence store it comes from or goes to. The secrets file is not in it.
"""

import base64
import gzip
import hashlib
import json
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore
from pydantic import ValidationError
from sqlalchemy import Column, Connection, LargeBinary, Table, func, insert, inspect, select, text

from adapters.database.engine import alone, migrate, revision_of, upgrade
from adapters.evidence.store import object_store
from models.common.base import Frozen, Instant
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from models.tables.columns import UtcDateTime
from models.tables.every import every_table
from settings import Settings

AT_A_TIME = 1000
"""Rows that are read or written at once."""
MANIFEST, EVIDENCE = "backup.json", "evidence"


class Rows(Frozen):
    """One table of a backup."""

    count: int
    sha256: str
    """Of its file."""


class Backup(Frozen):
    """What a backup says of itself; written last, so that one without it is none."""

    at: Instant
    """Everything that was committed before is in it."""
    revision: str
    """The migration that its rows are of."""
    folder: str
    """Where its rows are."""
    tables: dict[str, Rows]
    evidence: int
    """How many files, thumbnails included."""


def save(settings: Settings, folder: Path) -> Backup:
    """Copy all rows, as they are at one moment, and the evidence that the folder has not yet. Nothing has to be stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    rows = folder / f"rows-{at:%Y%m%dT%H%M%S%f}"
    rows.mkdir()
    with alone(settings) as connection:
        revision = revision_of(connection)
        if revision is None:
            raise _no("The database has no tables yet: there is nothing to copy.", "数据库中还没有表，无可备份。")
        tables = {table.name: _written(connection, table, rows) for table in every_table().sorted_tables}
    evidence = _copied(
        object_store(settings), LocalStore(folder / EVIDENCE, mkdir=True)
    )  # after the rows: all that they name is there
    backup = Backup(at=at, revision=revision, folder=rows.name, tables=tables, evidence=evidence)
    new = folder / f".{MANIFEST}"
    new.write_text(backup.model_dump_json(indent=1), encoding="utf-8")
    new.replace(folder / MANIFEST)
    for older in folder.glob("rows-*"):
        if older != rows:
            shutil.rmtree(older)
    return backup


def load(settings: Settings, folder: Path) -> Backup:
    """Fill the database, which must have no tables yet, and copy the evidence that is not there. An older backup's tables are migrated."""
    backup = described(folder)
    with alone(settings, writing=True) as connection:
        if revision_of(connection) is not None:
            raise _no(
                "The database has tables already: restore into an empty one (REDRESS_DATABASE_URL, or another REDRESS_DATA_DIR).",
                "数据库中已有表：请恢复到空数据库（REDRESS_DATABASE_URL，或另一个 REDRESS_DATA_DIR）。",
            )
        _fill(connection, backup, folder)
    migrate(settings)
    _copied(LocalStore(folder / EVIDENCE, mkdir=True), object_store(settings))
    return backup


def described(folder: Path) -> Backup:
    """What the folder's backup says of itself, when its rows are as they were written. Raises RedressError (INVALID)."""
    try:
        backup = Backup.model_validate_json((folder / MANIFEST).read_bytes())
        damaged = [name for name, rows in backup.tables.items() if _sha256(_file(folder / backup.folder, name)) != rows.sha256]
    except (OSError, ValidationError) as error:
        raise _no(f"{folder} holds no whole backup ({type(error).__name__}).", f"{folder} 中没有完整的备份。") from error
    if damaged:
        names = ", ".join(damaged)
        raise _no(f"{folder} is damaged: {names} is not what was written.", f"{folder} 已损坏：{names} 与备份时不同。")
    return backup


@contextmanager
def rehearsed(settings: Settings, folder: Path, into: Path) -> Generator[Settings]:
    """The settings of a copy that is restored into an empty folder; its evidence is read where it is."""
    place = {"database_url": None, "data_dir": into, "evidence_url": f"file://{(folder / EVIDENCE).absolute()}"}
    secrets = settings.secrets_file or settings.data_dir / "secrets.json"
    copy = settings.model_copy(update={**place, "secrets_file": secrets})
    backup = described(folder)
    with alone(copy, writing=True) as connection:
        _fill(connection, backup, folder)
    migrate(copy)
    yield copy


def _fill(connection: Connection, backup: Backup, folder: Path) -> None:
    upgrade(connection, backup.revision)
    for table in every_table().sorted_tables:
        if table.name in backup.tables:
            _read(connection, table, folder / backup.folder)


def _file(rows: Path, table: str) -> Path:
    return rows / f"{table}.jsonl.gz"


def _written(connection: Connection, table: Table, rows: Path) -> Rows:
    count, file = 0, _file(rows, table.name)
    found = connection.execution_options(stream_results=True, yield_per=AT_A_TIME).execute(select(table))
    with gzip.open(file, "wt", encoding="utf-8", compresslevel=1) as lines:
        for row in found:
            values = {column.name: _plain(value) for column, value in zip(table.columns, row, strict=True) if value is not None}
            lines.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return Rows(count=count, sha256=_sha256(file))


def _plain(value: Any) -> Any:  # noqa: ANN401  # of any column
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


def _read(connection: Connection, table: Table, rows: Path) -> None:
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}  # of that migration
    columns = [column for column in table.columns if column.name in known]
    with gzip.open(_file(rows, table.name), "rt", encoding="utf-8") as lines:
        while some := list(islice(lines, AT_A_TIME)):
            connection.execute(insert(table), [_row(columns, json.loads(line)) for line in some])
    numbered = table.autoincrement_column
    if numbered is not None and connection.dialect.name == "postgresql":
        last = select(func.coalesce(func.max(numbered), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(text(f"'{table.name}'"), text(f"'{numbered.name}'"))
        connection.execute(select(func.setval(sequence, last, text("false"))))


def _row(columns: list[Column[Any]], row: dict[str, Any]) -> dict[str, Any]:
    return {column.key: _value(column, row.get(column.name)) for column in columns}


def _value(column: Column[Any], value: Any) -> Any:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(column.type, LargeBinary) else value


def _copied(source: ObjectStore, target: ObjectStore) -> int:
    """Copy what is not there with the same size; how many there are now. A piece never changes: it is named by its hash."""
    try:
        there = {known["path"]: known["size"] for known in _all(target)}
        every = {known["path"]: known["size"] for known in _all(source)}
        for path, size in every.items():
            if there.get(path) != size:
                obstore.put(target, path, obstore.get(source, path).bytes())
    except (BaseError, OSError) as error:
        raise _no(f"The evidence cannot be copied ({error}).", f"凭证无法复制（{error}）。") from error
    return len(every)


def _all(store: ObjectStore) -> Iterator[Any]:
    for some in obstore.list(store):
        yield from some


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _no(en: str, zh: str) -> RedressError:
    return RedressError(Fault(type=ErrorType.INVALID, detail=en, detail_zh=zh, rule="backup"))
