"""Which parcels our books know, so that a notice that names nothing but a number finds who waits for it; returns have a row of their own."""

from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class ParcelRow(SQLModel, table=True):
    """A parcel of an order or a replacement, and the workflow that follows it."""

    __tablename__: ClassVar[Any] = "parcels"
    __table_args__: ClassVar[Any] = (
        Index("ix_parcels_workflow", "workflow_id", postgresql_ops={"workflow_id": "text_pattern_ops"}),
    )

    tracking: str = Field(primary_key=True)
    workflow_id: str = Field(primary_key=True)
    customer_id: str
