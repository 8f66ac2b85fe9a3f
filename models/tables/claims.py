"""The tables of claims (RES-9): written by `activities/claims.py` alone, read by lists and totals, whether their case still runs or not."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime

SUMMED = ["claimed_minor", "accepted_minor", "recovered_minor", "written_off_minor", "party", "who", "team", "due"]
"""With these in it, PostgreSQL reads the totals of a list, and whose they are, from the index alone."""


class ClaimRow(SQLModel, table=True):
    """One row a claim: its columns for lists and totals, its `state` (ClaimState) for the view."""

    __tablename__: ClassVar[Any] = "claims"
    __table_args__: ClassVar[Any] = (
        Index("ix_claims_party", "party", "who", "opened_at"),
        Index("ix_claims_due", "due", "claim_id"),
        Index("ix_claims_amount", "claimed_minor", "claim_id"),
        Index("ix_claims_opened", "opened_at", "claim_id"),
        Index("ix_claims_saved", "saved_at", "claim_id"),
        Index("ix_claims_totals", "kind", "status", "currency", postgresql_include=SUMMED),
    )

    claim_id: str = Field(primary_key=True)
    version: int
    case_id: str = Field(index=True)
    order_id: str
    kind: str
    status: str
    party: str
    who: str
    team: str | None = None
    cause: str
    currency: str
    claimed_minor: int = Field(sa_type=BigInteger)
    accepted_minor: int | None = Field(default=None, sa_type=BigInteger)
    recovered_minor: int = Field(sa_type=BigInteger)
    """What came in; of a credit, what we paid."""
    written_off_minor: int = Field(sa_type=BigInteger)
    waiting_on: str
    due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the row was written, as with cases."""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    epoch: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    events: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """`epoch` and `events`: which task saved it, as with cases."""
    state: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))


class ClaimHistoryRow(SQLModel, table=True):
    """What happened to a claim, in order; kept like a case's timeline."""

    __tablename__: ClassVar[Any] = "claim_history"

    claim_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    event: str
    role: str
    actor_id: str
    data: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
