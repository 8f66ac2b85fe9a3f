"""The application's own database (the read side, the outbox and the books of money): SQLite or PostgreSQL by one setting.

Both behave alike: `writing()` is one transaction that commits at the end of its block, `reading()` never changes anything.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, cast

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, ColumnElement, Connection, CursorResult, Executable, Table, create_engine, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.sqlite import DRIVER, connect, mark_writers
from adapters.database.wakes import Announcer, Wakes
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import ROOT, Settings

MIGRATION_LOCK = 7_239_581
"""PostgreSQL's advisory lock that lets one process migrate at a time."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")
_DRIVERS = {"sqlite": ("sqlite+pysqlite", DRIVER), "postgresql": ("postgresql+psycopg", "postgresql+psycopg")}


def url_of(settings: Settings, *, sync: bool = False) -> URL:
    """The database's address with our driver in it. Raises RedressError (INVALID) for one that we do not speak."""
    url = make_url(settings.database_url or f"sqlite:///{settings.data_dir / 'redress.db'}")
    backend = "postgresql" if url.drivername == "postgres" else url.get_backend_name()
    if backend not in _DRIVERS or (backend == "sqlite" and url.database in {None, "", ":memory:"}):
        raise RedressError(
            Fault(
                type=ErrorType.INVALID,
                detail=f"REDRESS_DATABASE_URL names {backend}; write postgresql://user:password@host/name or sqlite:///path/to/file.db.",
                field="database_url",
            )
        )
    return url.set(drivername=_DRIVERS[backend][0 if sync else 1])


class Database:
    """A pool of connections. Make it in the event loop that uses it; `aclose()` at the end."""

    def __init__(self, settings: Settings) -> None:
        url = url_of(settings)
        self.dialect = url.get_backend_name()
        options: dict[str, Any] = {"json_serializer": _json}
        if self.dialect == "postgresql":
            options |= {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}  # a restarted server is found at the next use
        else:
            url = url.set(database=_file_of(url))
        self._engine = create_async_engine(url, **options)
        if self.dialect == "sqlite":
            mark_writers(self._engine.sync_engine)
        self._writer = self._engine.execution_options(writing=True)
        self._announcer = Announcer(self._engine) if self.dialect == "postgresql" else None
        self._turn = asyncio.Lock()
        self.wakes = Wakes(url)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """A session for looking; whatever it changes is rolled back."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        """One transaction: committed when the block ends, undone when it raises. On SQLite writers take turns from the start."""
        if self._announcer is None:
            async with self._turn, self._transaction() as session:
                yield session
        else:
            async with self._transaction() as session:
                yield session
            self._announcer.wrote()

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[AsyncSession]:
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    async def check(self) -> None:
        """Raise when the database cannot be used: unreachable, or behind what this program expects (UNAVAILABLE).

        One that is ahead will do: migrations only add, so that programs of the release before go on while they are replaced.
        """
        async with self.reading() as session:
            found = await (await session.connection()).run_sync(_revision)
        wanted, known = _revisions()
        if found != wanted and (found is None or found in known):
            detail = (
                f"The database is at migration {found}, this program needs {wanted}; "
                "run `python -m adapters.database`, or stop `redress up` and start it again."
            )
            raise RedressError(Fault(type=ErrorType.UNAVAILABLE, detail=detail))

    async def aclose(self) -> None:
        await self.wakes.aclose()
        if self._announcer is not None:
            await self._announcer.aclose()
        await self._engine.dispose()


async def execute(session: AsyncSession, prepared: Executable, **values: Any) -> CursorResult[Any]:  # noqa: ANN401  # of any type
    """Execute a statement that was built once, with `bindparam` for what differs: rows come without objects, at a third of their cost.

    The session knows nothing of it: what its objects changed is not written first.
    """
    return await (await session.connection()).execute(prepared, values)


async def insert_if_absent(session: AsyncSession, table: type[SQLModel], *rows: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Insert what is not there yet, whichever unique key it has; the primary keys of the rows that are new."""
    if not rows:
        return []
    statement = _insert_if_absent(session.get_bind().dialect.name, _table(table))
    added = await (await session.connection()).execute(statement, [dict(row) for row in rows])
    return [tuple(row) for row in added.all()]


async def upsert(
    session: AsyncSession,
    table: type[SQLModel],
    row: Mapping[str, Any],
    *,
    keep: Sequence[str] = (),
    unless_newer: str | None = None,
) -> bool:
    """Insert the row, or overwrite the one with its primary key, except the columns of `keep`.

    `unless_newer` names a column: a stored row whose value there is greater stays as it is. True when the row was written.
    """
    statement = _upsert(session.get_bind().dialect.name, _table(table), tuple(row), tuple(keep), unless_newer)
    return (await (await session.connection()).execute(statement, dict(row))).first() is not None


async def take_turns(session: AsyncSession, about: str) -> datetime:
    """Let one transaction at a time go on from here, until it ends, about the same thing. On SQLite a writer is alone anyway.

    The moment at which it goes on, by the database's own clock: of two about the same thing the second has the later one.
    """
    if session.get_bind().dialect.name != "postgresql":
        return datetime.now(UTC)
    await (await session.connection()).execute(text("SELECT pg_advisory_xact_lock(hashtext(:about))"), {"about": about})
    return (await (await session.connection()).execute(text("SELECT clock_timestamp()"))).scalar_one()


async def saved_until_now(session: AsyncSession, saved: Any) -> datetime:  # noqa: ANN401  # a column
    """Whoever writes that column from now on, or is doing so, was told a later moment than this by `take_turns`."""
    if session.get_bind().dialect.name != "postgresql":
        newest: datetime | None = (await session.exec(select(func.max(saved)))).one()
        return newest or NEVER
    begun = text(
        "SELECT coalesce(min(xact_start), clock_timestamp()) - interval '1 microsecond' FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return (await (await session.connection()).execute(begun)).scalar_one()


def migrate(settings: Settings) -> str | None:
    """Bring the database to the newest tables. Processes that start at once take turns; the second finds nothing to do.

    What was done, `0011 → 0012`; None: nothing. Raises RedressError (UNAVAILABLE) for a database that a newer program made.
    """
    with alone(settings, writing=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        before, (head, known) = _revision(connection), _revisions()
        if before is not None and before not in known:
            detail = (
                f"The database is at migration {before}, which this program does not know: use the newer program that made it."
            )
            raise RedressError(Fault(type=ErrorType.UNAVAILABLE, detail=detail))
        upgrade(connection, "head")
        return None if before == head else f"{before} → {head}"


@contextmanager
def alone(settings: Settings, *, writing: bool = False) -> Generator[Connection]:
    """One transaction without an event loop, which sees the database as it was when it began, and commits at the end."""
    url = url_of(settings, sync=True)
    options: dict[str, Any] = {"json_serializer": _json}
    if url.get_backend_name() == "sqlite":
        options["creator"] = partial(connect, _file_of(url))
    else:
        options["isolation_level"] = "READ COMMITTED" if writing else "REPEATABLE READ"
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        mark_writers(engine)
    try:
        with engine.execution_options(writing=writing).begin() as connection:
            yield connection
    finally:
        engine.dispose()


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the tables to that migration."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The migration that the database is at; None: it has no tables of ours."""
    return _revision(connection)


def alembic_config() -> Config:
    """Alembic's configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _table(table: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[getattr(table, "__tablename__")]  # noqa: B009  # typed as SQLAlchemy's own descriptor


@cache
def _insert_if_absent(dialect: str, table: Table) -> Executable:
    return _insert(dialect, table).on_conflict_do_nothing().returning(*table.primary_key.columns)


@cache  # the statements are few, and to build one costs as much as to run it
def _upsert(dialect: str, table: Table, names: tuple[str, ...], keep: tuple[str, ...], unless_newer: str | None) -> Executable:
    columns = table.columns
    keys = [column for column in columns if column.primary_key]
    statement = _insert(dialect, table)
    fresh = statement.excluded
    older: ColumnElement[bool] | None = columns[unless_newer] <= fresh[unless_newer] if unless_newer else None
    changed = {name: fresh[name] for name in names if name not in keep and not columns[name].primary_key}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=older).returning(*keys)


def _insert(dialect: str, table: Table) -> sqlite.Insert:
    """Both dialects' inserts have the same `on_conflict_…` methods; the type of one stands for both."""
    build: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return build(table)


def _json(value: object) -> str:
    """JSON that both databases take: PostgreSQL stores no NUL character, whoever wrote it."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(storable(value), ensure_ascii=False, separators=(",", ":")) if "\\u0000" in written else written


def storable(value: T) -> T:
    """A text, or any JSON value, with the replacement character for every NUL, which PostgreSQL does not store."""
    match value:
        case str():
            return cast("T", value.replace("\x00", "\ufffd"))
        case dict():
            return cast("T", {storable(key): storable(item) for key, item in cast("dict[object, object]", value).items()})
        case list() | tuple():
            return cast("T", [storable(item) for item in cast("list[object]", value)])
        case _:
            return value


def _file_of(url: URL) -> str:
    """SQLite's file; its folder is made."""
    file = Path(url.database or "").absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    return str(file)


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """The migration that this program needs, and all that it knows: as they were when it looked first."""
    scripts = ScriptDirectory.from_config(alembic_config())
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())
