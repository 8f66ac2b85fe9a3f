"""Who read what of a case, and which messages of their team: written by the API."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Serial, UtcDateTime


class CaseReadRow(SQLModel, table=True):
    """Somebody read something of a case within that hour; rows are only ever added, and removed when they are old."""

    __tablename__: ClassVar[Any] = "case_reads"
    __table_args__: ClassVar[Any] = (
        Index("uq_case_reads_once", "case_id", "reader", "kind", "what", "hour", unique=True),
        Index("ix_case_reads_case", "case_id", "at", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    case_id: str
    reader: str
    """Role and id, as `supervisor:susan`."""
    kind: str
    """view, evidence, export, print or decode."""
    what: str = ""
    """Of a piece of evidence its hash."""
    hour: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it was read first in that hour."""


class MessageReadRow(SQLModel, table=True):
    """One of a team has read what the team was told."""

    __tablename__: ClassVar[Any] = "message_reads"

    message_id: int = Field(sa_column=Column(BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True))
    reader: str = Field(primary_key=True)
    """Role and id, as `agent:lily`; `*`: everybody, of the time when a team read together."""
    at: datetime = Field(sa_type=UtcDateTime)
