"""Who asked to be forgotten, and what has to be kept for a legal reason (ARC-3): written by the API, and by the worker that forgets."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class ErasureRequestRow(SQLModel, table=True):
    """A customer's request to be forgotten. When it is done, the customer's id is not in it any more."""

    __tablename__: ClassVar[Any] = "erasure_requests"
    __table_args__: ClassVar[Any] = (
        Index("ix_erasure_requests_state", "state", "requested_at", "request_id"),
        Index("ix_erasure_requests_customer", "customer_id", "state"),
    )

    request_id: str = Field(primary_key=True)
    customer_id: str
    state: str
    """requested, approved, done, refused or withdrawn."""
    proof: str
    """The token by which the customer asked: its issuer and id."""
    requested_at: datetime = Field(sa_type=UtcDateTime)
    approvals: list[dict[str, JsonValue]] = Field(sa_column=Column(Json, nullable=False))
    """By whom, when; two different persons."""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = None
    reason: str | None = None
    """Why it was refused."""
    cases: int = 0
    """So many were forgotten for it."""


class LegalHoldRow(SQLModel, table=True):
    """A case, or everything of a customer, that is not forgotten while this is here."""

    __tablename__: ClassVar[Any] = "legal_holds"

    hold_id: str = Field(primary_key=True)
    case_id: str | None = Field(default=None, index=True)
    customer_id: str | None = Field(default=None, index=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
