"""What is forgotten names every table (ARC-3)."""

from sqlalchemy import inspect

from adapters.database.engine import Database
from adapters.erasure.tables import TABLES


async def test_every_table_of_the_database_is_named_once_with_what_becomes_of_it(database: Database) -> None:
    """A new table that holds nothing of a customer is named as well: somebody has thought of it."""
    async with database.reading() as session:
        there = await (await session.connection()).run_sync(lambda sync: inspect(sync).get_table_names())
    named = [str(getattr(store.table, "__tablename__")) for store in TABLES]  # noqa: B009  # SQLAlchemy's own descriptor
    assert sorted(named) == sorted(name for name in there if name != "alembic_version" and not name.startswith("library_fts"))
