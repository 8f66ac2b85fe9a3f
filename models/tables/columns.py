"""The column types that the tables share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ARRAY, JSON, BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
TextList = JSON(none_as_null=True).with_variant(ARRAY(Text), "postgresql")
"""Several short texts that rows are found by (adapters/database/text_lists.py); PostgreSQL has GIN indexes of them."""
Serial = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts; SQLite counts plain integers only."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC instants on every database: SQLite would hand them back naive."""

    impl: Any = DateTime(timezone=True)
    cache_ok: Any = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant: its zone would be a guess."""
        if value is not None and value.tzinfo is None:
            message = "instants are aware"
            raise ValueError(message)
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's naive values the zone that they were stored in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
