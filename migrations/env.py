"""Alembic's entry: the connection of `adapters.database.migrate`, or, for a developer's `alembic revision`, that of the settings."""

from typing import Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection, create_engine
from sqlmodel import AutoString, SQLModel

from adapters.database.engine import url_of
from models.tables import (
    addresses,
    bank_accounts,
    chargebacks,
    claims,
    credit_notes,
    desk,
    erasure,
    goods,
    improvements,
    knowledge,
    library,
    money,
    parcels,
    payloads,
    reconciliation,
    returns,
    reviews,
    revocations,
    root_causes,
)
from models.tables import case as case_tables
from settings import Settings

METADATA = SQLModel.metadata
TABLES = (
    erasure,
    root_causes,
    reconciliation,
    returns,
    chargebacks,
    claims,
    credit_notes,
    case_tables,
    desk,
    knowledge,
    library,
    money,
    goods,
    addresses,
    bank_accounts,
    improvements,
    parcels,
    reviews,
    payloads,
    revocations,
)
"""Every module with tables: importing it makes them known."""


def render(kind: str, obj: object, _: object) -> str | Literal[False]:
    """Write our column types as the databases' own, so that a migration never changes with the code."""
    if kind == "type" and isinstance(obj, case_tables.UtcDateTime):
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
    with create_engine(url_of(Settings(), sync=True)).begin() as own:
        run(own)
