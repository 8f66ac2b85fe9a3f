"""The table of what reconciliation found (docs/money.md)."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class DifferenceRow(SQLModel, table=True):
    """One difference; seen again, it is the same row."""

    __tablename__: ClassVar[Any] = "differences"
    __table_args__: ClassVar[Any] = (Index("ix_differences_state", "state", "first_seen"),)

    difference_id: str = Field(primary_key=True)
    kind: str
    state: str
    order_id: str | None = Field(default=None, index=True)
    """None: it is about a scan as a whole."""
    case_id: str | None = Field(default=None, index=True)
    team: str | None = None
    subject: str
    ours: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
    theirs: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
    first_seen: datetime = Field(sa_type=UtcDateTime)
    last_seen: datetime = Field(sa_type=UtcDateTime)
    told_to: str | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked: int = 0
    """How often it became a person's task."""
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until when a person is to decide; None: no decision is asked for."""
    decision: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = None
    note: str | None = None
