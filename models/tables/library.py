"""The library (ARC-2): what cases are searched by, and what they teach. All but lessons is made from the cases and may be made anew.

`library` is the index, `library_passages` the texts that searches show; what a person's data is erased from is these two and the state. On
SQLite the words are searched in the table `library_fts` (FTS5), whose rows are those of `library`.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, Serial, TextList, UtcDateTime


class LibraryRow(SQLModel, table=True):
    """The words that some readers find a case by. Those who read the same of it share a row; a case has one or two."""

    __tablename__: ClassVar[Any] = "library"
    __table_args__: ClassVar[Any] = (Index("ix_library_terms", "terms", postgresql_using="gin").ddl_if(dialect="postgresql"),)

    document: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    """Grows: what was said last is looked at first."""
    case_id: str = Field(index=True)
    readers: list[str] = Field(sa_column=Column(TextList, nullable=False))
    """Roles, and persons as `role:id`."""
    terms: list[str] = Field(sa_column=Column(TextList, nullable=False))
    """With the traits of the case in the platform's row."""
    digest: int = Field(sa_type=BigInteger)
    """Of what the row was made from: as long as it is the same, the row is too."""


class LibraryPassageRow(SQLModel, table=True):
    """A text of a case, and who may read it."""

    __tablename__: ClassVar[Any] = "library_passages"

    case_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    kind: str
    readers: list[str] = Field(sa_column=Column(Json, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)
    said_by: str | None = None
    text: str


class LibraryTermRow(SQLModel, table=True):
    """How many rows of `library` have a word: the rarer, the more it says. The word "" counts all of them."""

    __tablename__: ClassVar[Any] = "library_terms"

    term: str = Field(primary_key=True)
    documents: int


class LibraryDueRow(SQLModel, table=True):
    """A case was saved: a worker looks whether there is something new to find it by (activities/library.py)."""

    __tablename__: ClassVar[Any] = "library_due"

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    case_id: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class LessonRow(SQLModel, table=True):
    """What a case teaches: one lesson a case, until it was accepted written anew as often as somebody likes."""

    __tablename__: ClassVar[Any] = "lessons"
    __table_args__: ClassVar[Any] = (Index("ix_lessons_state", "state", "at", "case_id"),)

    case_id: str = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    """`LessonContent`."""
    state: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    reviewed_by: str | None = None
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = None
    entry_id: str | None = None
