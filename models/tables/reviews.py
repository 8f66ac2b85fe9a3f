"""The table of reviews (RVW-3)."""

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class ReviewRow(SQLModel, table=True):
    """One review; of the same period there is one, as it was made last."""

    __tablename__: ClassVar[Any] = "reviews"

    review_id: str = Field(primary_key=True)
    since: date
    until: date = Field(index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    report: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
    """`Review`."""
