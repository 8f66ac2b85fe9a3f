"""Tasks to make a service better (RES-3, RVW-3)."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class ImprovementRow(SQLModel, table=True):
    """One task: whose, what, until when, and the proof that it was done."""

    __tablename__: ClassVar[Any] = "improvements"
    __table_args__: ClassVar[Any] = (Index("ix_improvements_open", "state", "due"),)

    improvement_id: str = Field(primary_key=True)
    case_id: str | None = Field(default=None, index=True)
    """None: a review opened it, of many cases."""
    party: str
    party_id: str = Field(index=True)
    issue: str | None = None
    words: str
    state: str
    """`ImprovementState`."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due: datetime = Field(sa_type=UtcDateTime)
    proof: str | None = None
    done_by: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """`done_by`, `done_at`: also who gave it up, and when."""
    reason: str | None = None
    """Why it was given up."""
    review_id: str | None = Field(default=None, index=True)
    cause: dict[str, JsonValue] | None = Field(default=None, sa_column=Column(Json, nullable=True))
    """`Cause`, of one that a review opened."""
    reminders: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    effect: dict[str, JsonValue] | None = Field(default=None, sa_column=Column(Json, nullable=True))
    """`Effect`, once it was measured."""
