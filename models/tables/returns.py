"""Returns as lists and reconciliation read them (RES-6): a projection of the cases that they belong to."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class ReturnRow(SQLModel, table=True):
    """One row a return. Its whole state is in its case's."""

    __tablename__: ClassVar[Any] = "returns"
    __table_args__: ClassVar[Any] = (
        Index("ix_returns_opened", "opened_at", "workflow_id"),
        Index("ix_returns_stage", "stage", "opened_at"),
        Index("ix_returns_merchant", "merchant_id", "opened_at"),
        Index("ix_returns_tracking", "tracking"),
        Index("ix_returns_sent_back", "sent_back_tracking"),
    )

    workflow_id: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    remedy_id: str
    version: int
    """The case's, when the row was written."""
    order_id: str
    customer_id: str
    merchant_id: str
    purpose: str
    stage: str
    result: str | None = None
    rma: str | None = None
    way: str | None = None
    carrier_id: str | None = None
    tracking: str | None = None
    """Of the parcel; before it is sent, the one that is expected."""
    sent_back_tracking: str | None = None
    deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    inspect_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    shipped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
