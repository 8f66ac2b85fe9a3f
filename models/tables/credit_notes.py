"""The tables of credit notes (RES-15): the documents, their numbers, and which orders the loop has to look at."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class CreditNoteRow(SQLModel, table=True):
    """One document. Only added: `note` never changes, `told_at` says that the case has heard of it."""

    __tablename__: ClassVar[Any] = "credit_notes"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("merchant_id", "year", "sequence"),
        Index("ix_credit_notes_issued_at", "issued_at", "note_id"),
    )

    note_id: str = Field(primary_key=True)
    entry: str = Field(unique=True)
    """The ledger's, that it is made for."""
    merchant_id: str
    year: int
    sequence: int
    order_id: str = Field(index=True)
    case_id: str | None = Field(default=None, index=True)
    customer_id: str | None = Field(default=None, index=True)
    gross_minor: int = Field(sa_type=BigInteger)
    tax_minor: int = Field(sa_type=BigInteger)
    currency: str
    issued_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
    """`CreditNote`."""


class CreditNoteNumberRow(SQLModel, table=True):
    """The last number of a merchant's calendar year: locked, and raised in the transaction of its document, so that none is left out."""

    __tablename__: ClassVar[Any] = "credit_note_numbers"

    merchant_id: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int = 0


class CreditNoteDueRow(SQLModel, table=True):
    """An order whose ledger has moved: written in the transaction of the entry, deleted when every document of it is made and told of."""

    __tablename__: ClassVar[Any] = "credit_notes_due"
    __table_args__: ClassVar[Any] = (Index("ix_credit_notes_due_look_at", "look_at"),)

    order_id: str = Field(primary_key=True)
    look_at: datetime = Field(sa_type=UtcDateTime)
