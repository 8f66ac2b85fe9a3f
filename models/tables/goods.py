"""Item reservations (RES-1): which pieces of an order which remedy of which case has."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class ItemReservationRow(SQLModel, table=True):
    """A remedy's pieces of one line. Never deleted; released ones are the customer's to ask about again."""

    __tablename__: ClassVar[Any] = "takings"

    case_id: str = Field(primary_key=True)
    remedy_id: str = Field(primary_key=True)
    line_id: str = Field(primary_key=True)
    order_id: str = Field(index=True)
    quantity: int
    released: bool = False
    at: datetime = Field(sa_type=UtcDateTime)
