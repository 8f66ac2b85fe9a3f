"""The keys of what Temporal keeps, and who had it decrypted (docs/payloads.md)."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from models.tables.columns import Serial, UtcDateTime


class DataKeyRow(SQLModel, table=True):
    """The key of one case's payloads, wrapped by a payload key of the secrets file. A destroyed one stays as a row without a key."""

    __tablename__: ClassVar[Any] = "data_keys"

    name: str = Field(primary_key=True)
    """The case's id; `redress` for what belongs to no case."""
    wrapped: bytes | None = Field(default=None, sa_type=LargeBinary)
    wrapped_by: str | None = Field(default=None, index=True)
    """The payload key's id."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    destroyed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PayloadReadRow(SQLModel, table=True):
    """Somebody had payloads decrypted for the Web UI; rows are only ever added."""

    __tablename__: ClassVar[Any] = "payload_reads"

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    at: datetime = Field(sa_type=UtcDateTime)
    reader: str
    """Role and id, as `supervisor:susan`."""
    name: str = Field(index=True)
    """Whose data key was used."""
    payloads: int
    """How many."""
