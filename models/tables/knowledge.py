"""The knowledge base (REC-6), written by supervisors and, for how its answers do, by `activities/`."""

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


class KnowledgeShownRow(SQLModel, table=True):
    """Which case was shown which entry, and what came of it: the same case counts once."""

    __tablename__: ClassVar[Any] = "knowledge_shown"

    case_id: str = Field(primary_key=True)
    entry_id: str = Field(primary_key=True, index=True)
    helped: bool | None = None
