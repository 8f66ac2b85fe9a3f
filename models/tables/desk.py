"""What cases are found by at the desk (docs/desk.md). `case_words` is written by `activities/` alone."""

from typing import Any, ClassVar

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import TextList


class CaseWordsRow(SQLModel, table=True):
    """What a case is found by: the terms of its description (number 0) and of everything that was said on it, in their order."""

    __tablename__: ClassVar[Any] = "case_words"
    __table_args__: ClassVar[Any] = (Index("ix_case_words_terms", "terms", postgresql_using="gin"),)

    case_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    terms: list[str] = Field(sa_column=Column(TextList, nullable=False))
