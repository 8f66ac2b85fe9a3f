"""Answers to common questions (REC-6): the entries, what the search begins with, and how they did."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class KnowledgeRow(SQLModel, table=True):
    """An answer to a common question (REC-6), and how it did."""

    __tablename__: ClassVar[Any] = "knowledge"

    entry_id: str = Field(primary_key=True)
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    issues: list[str] = Field(sa_column=Column(Json, nullable=False))
    """Issue codes; empty: every issue."""
    keywords: list[str] = Field(sa_column=Column(Json, nullable=False))
    state: str
    """draft or published."""
    shown: int = 0
    helped: int = 0
    not_helped: int = 0
    updated_at: datetime = Field(sa_type=UtcDateTime)
    updated_by: str


class KnowledgeTermRow(SQLModel, table=True):
    """In which entries a term occurs: what the search begins with."""

    __tablename__: ClassVar[Any] = "knowledge_terms"

    term: str = Field(primary_key=True)
    entry_id: str = Field(primary_key=True, index=True)


class UnansweredRow(SQLModel, table=True):
    """What somebody asked and nothing answered well enough, so that an answer can be written."""

    __tablename__: ClassVar[Any] = "unanswered_questions"

    words: str = Field(primary_key=True)
    """In one form: two that differ in script or capitals alone are the same."""
    role: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    said: str
    """As they said it last."""
    asked: int = 1
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)


class KnowledgeShownRow(SQLModel, table=True):
    """Which case was shown which entry, and what came of it: the same case counts once."""

    __tablename__: ClassVar[Any] = "knowledge_shown"

    case_id: str = Field(primary_key=True)
    entry_id: str = Field(primary_key=True, index=True)
    helped: bool | None = None
