"""The desk (docs/desk.md): `case_words` is written by `activities/` alone, what people save for themselves and their teams by the API."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, TextList, UtcDateTime


class CaseWordsRow(SQLModel, table=True):
    """What a case is found by: the terms of its description (number 0) and of everything that was said on it, with single Chinese characters."""

    __tablename__: ClassVar[Any] = "case_words"
    __table_args__: ClassVar[Any] = (Index("ix_case_words_terms", "terms", postgresql_using="gin"),)

    case_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    terms: list[str] = Field(sa_column=Column(TextList, nullable=False))


class SavedRow(SQLModel):
    """What is one person's (`owner`) or a team's (`team`)."""

    id: str = Field(primary_key=True)
    owner: str | None = Field(default=None, index=True)
    team: str | None = Field(default=None, index=True)
    """`all`: every team's."""
    name: str
    updated_at: datetime = Field(sa_type=UtcDateTime)
    updated_by: str


class SavedViewRow(SavedRow, table=True):
    """A list of cases that is looked at again and again."""

    __tablename__: ClassVar[Any] = "saved_views"

    filters: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
    """`CaseFilters` without what is as usual."""
    sort: str


class SavedReplyRow(SavedRow, table=True):
    """An answer to customers, with variables."""

    __tablename__: ClassVar[Any] = "saved_replies"

    words_zh: str
    words_en: str
    issues: list[str] = Field(sa_column=Column(Json, nullable=False))
    """Issue codes; empty: every issue."""
