"""Alembic's entry: the connection of `adapters.database.migrate`, or, for a developer's `alembic revision`, that of the settings."""

from typing import Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection
from sqlmodel import AutoString

from adapters.database.engine import alone
from models.tables.columns import UtcDateTime
from models.tables.every import every_table
from settings import Settings

METADATA = every_table()


def render(kind: str, obj: object, _: object) -> str | Literal[False]:
    """Write our column types as the databases' own, so that a migration never changes with the code."""
    if kind == "type" and isinstance(obj, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(obj, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if kind == "type" and isinstance(obj, AutoString):
        return f"sa.String(length={obj.length})" if obj.length else "sa.String()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_item=render,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with alone(Settings(), writing=True) as own:
        run(own)
