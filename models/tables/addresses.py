"""Addresses that orders shall go to instead (RES-1): apart from every history, so that they can be removed (ARC-3)."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class AddressRow(SQLModel, table=True):
    """An address as a customer gave it; cases name it by its id."""

    __tablename__: ClassVar[Any] = "addresses"

    address_id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    name: str
    phone: str | None = None
    region: str
    city: str
    street: str
    street2: str | None = None
    postal_code: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
