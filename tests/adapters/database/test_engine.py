"""The database: the same tables, transactions and guards on SQLite and PostgreSQL."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlmodel import select

from adapters.database.engine import Database, alembic_config, alone, insert_if_absent, migrate, upgrade, upsert, url_of
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from models.tables.case import ContactRow, WebhookRow
from models.tables.every import every_table
from models.tables.money import OrderLockRow
from settings import ROOT, Settings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def has_it(_: object, name: str | None, *_kind: object) -> bool:
    """Whether SQLite has it too, and not by itself: the tables of its full-text search are no models."""
    return name not in {"ix_cases_queue", "ix_cases_id", "ix_library_terms"} and not (name or "").startswith("library_fts")


def contact(**change: object) -> dict[str, object]:
    return {"customer_id": "C-1", "locale": "zh", "zone": "Asia/Shanghai", "updated_at": NOW, **change}


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")  # PostgreSQL's alone
async def test_migrations_give_exactly_the_tables_of_the_models(database_settings: Settings) -> None:
    engine = create_engine(url_of(database_settings, sync=True))
    with engine.connect() as connection:
        options: dict[str, Any] = {"compare_type": True, "compare_server_default": True}
        if connection.dialect.name == "sqlite":
            options["include_object"] = has_it
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), every_table())
    engine.dispose()
    assert differences == []


async def test_a_migrated_database_is_ready_and_a_fresh_one_says_what_to_do(database: Database, tmp_path: Path) -> None:
    await database.check()
    fresh = Database(Settings(data_dir=tmp_path / "fresh"))
    with pytest.raises(RedressError, match="migration") as refused:
        await fresh.check()
    assert refused.value.fault.type is ErrorType.UNAVAILABLE
    await fresh.aclose()


async def test_a_database_that_is_ahead_serves_the_programs_of_before_and_is_not_migrated_by_them(
    database_settings: Settings, database: Database
) -> None:
    async with database.writing() as session:
        await (await session.connection()).execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.check()
    with pytest.raises(RedressError, match="newer program"):
        migrate(database_settings)


def test_the_programs_of_before_read_and_write_the_tables_after_each_migration(tmp_path: Path) -> None:
    """Of a release and its way back (docs/releases.md): nothing that they know is taken away, no row of theirs lacks what is new."""
    wrong = list[str]()
    known: dict[str, dict[str, bool]] = {}
    revisions = reversed([script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()])
    with alone(Settings(data_dir=tmp_path), writing=True) as connection:
        for revision in revisions:
            upgrade(connection, revision)
            now = columns(connection)
            for table, before in known.items():
                after = now.get(table, {})
                wrong += [f"{revision} takes {table}.{name} away" for name in before.keys() - after.keys()]
                wrong += [f"{revision} wants {table}.{name}" for name, wanted in after.items() if wanted and not before.get(name)]
            known = now
    assert len(known) > 40
    assert wrong == []


def columns(connection: Connection) -> dict[str, dict[str, bool]]:
    """Those of each table, and whether a new row has to name them."""
    looked = inspect(connection)
    return {
        table: {
            column["name"]: not column["nullable"] and column["default"] is None and not column.get("primary_key")
            for column in looked.get_columns(table)
        }
        for table in looked.get_table_names()
        if has_it(None, table)
    }


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    fresh = Settings(data_dir=tmp_path / "fresh")
    assert str(migrate(fresh)).startswith("None → ")
    assert migrate(fresh) is None


def test_processes_that_migrate_at_once_take_turns(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "adapters.database"],
            cwd=ROOT,
            env={"REDRESS_DATABASE_URL": f"sqlite:///{tmp_path}/shared.db"},
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    errors = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], errors


def test_an_address_that_we_do_not_speak_is_refused_with_what_to_write() -> None:
    for address in ("mysql://host/name", "sqlite://"):
        with pytest.raises(RedressError, match="postgresql://"):
            url_of(Settings(database_url=address))


async def test_what_fails_half_way_is_undone_whole(database: Database) -> None:
    async def fails_half_way() -> None:
        async with database.writing() as session:
            await insert_if_absent(session, OrderLockRow, {"order_id": "O-1"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails_half_way()
    async with database.reading() as session:
        assert (await session.exec(select(OrderLockRow))).all() == []


async def test_only_rows_that_were_not_there_are_reported_as_new(database: Database) -> None:
    rows = [{"partner": "payment", "notice_id": f"n{number}", "at": NOW} for number in (1, 2)]
    async with database.writing() as session:
        assert await insert_if_absent(session, WebhookRow, rows[0]) == [("payment", "n1")]
        assert await insert_if_absent(session, WebhookRow, *rows) == [("payment", "n2")]
        assert await insert_if_absent(session, WebhookRow) == []


async def test_an_upsert_overwrites_all_but_what_it_is_told_to_keep(database: Database) -> None:
    async with database.writing() as session:
        await upsert(session, ContactRow, contact(name="Li", email="li@example.com", channels=["sms"]))
        await upsert(session, ContactRow, contact(name="Li Hua", email=None, channels=None), keep=("email", "channels"))
    async with database.reading() as session:
        row = (await session.exec(select(ContactRow))).one()
    assert (row.name, row.email, row.channels, row.updated_at) == ("Li Hua", "li@example.com", ["sms"], NOW)


async def test_words_that_postgresql_cannot_store_do_not_stop_a_write(database: Database) -> None:
    async with database.writing() as session:
        await upsert(session, ContactRow, contact(channels=["a\x00b", "\\u0000 中文"]))
    async with database.reading() as session:
        row = (await session.exec(select(ContactRow))).one()
    assert row.channels == ["a\ufffdb", "\\u0000 中文"]


async def test_many_writers_at_once_all_get_their_turn(database: Database) -> None:
    async def count_up() -> None:
        async with database.writing() as session:
            await insert_if_absent(session, ContactRow, contact(name="0"))
            row = (await session.exec(select(ContactRow).with_for_update())).one()
            row.name = str(int(row.name or 0) + 1)

    await asyncio.gather(*(count_up() for _ in range(30)))
    async with database.reading() as session:
        assert (await session.exec(select(ContactRow.name))).one() == "30"
