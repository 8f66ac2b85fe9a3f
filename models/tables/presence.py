"""Who is at work on a case, and what they have begun to write there: written by the API."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class PresenceRow(SQLModel, table=True):
    """One of the platform's people has a case open in a stream of that process (docs/desk.md)."""

    __tablename__: ClassVar[Any] = "presence"

    case_id: str = Field(primary_key=True)
    agent_id: str = Field(primary_key=True)
    process: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime, index=True)
    """Moved on by the process for as long as it lives."""


class DraftRow(SQLModel, table=True):
    """What one of the platform's people has written on a case and not sent yet. Nobody else reads it."""

    __tablename__: ClassVar[Any] = "drafts"
    __table_args__: ClassVar[Any] = (Index("ix_drafts_agent", "agent_id", "updated_at"),)

    case_id: str = Field(primary_key=True)
    agent_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """reply, note or proposal."""
    revision: int
    """Counts its savings: a screen that saves over a newer one is told."""
    case_version: int
    """Of the case as its writer saw it."""
    content: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
    updated_at: datetime = Field(sa_type=UtcDateTime)
