"""Tasks to make a service better (RES-3, RVW-3)."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class ImprovementRow(SQLModel, table=True):
    """One task: whose, what, until when, and the proof that it was done."""

    __tablename__: ClassVar[Any] = "improvements"
    __table_args__: ClassVar[Any] = (Index("ix_improvements_open", "state", "due"),)

    improvement_id: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    party: str
    party_id: str = Field(index=True)
    issue: str | None = None
    words: str
    state: str
    """open or done."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due: datetime = Field(sa_type=UtcDateTime)
    proof: str | None = None
    done_by: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
