"""Accounts that refunds shall go to (RES-16): apart from every history, so that they can be removed (ARC-3)."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class BankAccountRow(SQLModel, table=True):
    """An account as a customer gave it; refunds name it by its id, and only the payment provider is told its number."""

    __tablename__: ClassVar[Any] = "bank_accounts"

    account_id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    holder: str
    iban: str | None = None
    card_number: str | None = None
    bank: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
