"""The table of chargebacks (RES-12): one row each, and the row is the truth; no workflow has another word on it."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class ChargebackRow(SQLModel, table=True):
    """Written by the webhook that tells of it, by the loop that follows it, and by people's answers, each under its lock."""

    __tablename__: ClassVar[Any] = "chargebacks"
    __table_args__: ClassVar[Any] = (
        Index("ix_chargebacks_look_at", "look_at"),
        Index("ix_chargebacks_due", "due", "chargeback_id"),
        Index("ix_chargebacks_heard_at", "heard_at", "chargeback_id"),
    )

    chargeback_id: str = Field(primary_key=True)
    order_id: str | None = Field(default=None, index=True)
    case_id: str | None = Field(default=None, index=True)
    merchant_id: str | None = Field(default=None, index=True)
    team: str | None = None
    payment_id: str | None = None
    """None: the provider was not asked yet."""
    status: str | None = None
    open: bool = True
    """While it is, no refund of the payment leaves."""
    due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until when evidence counts, while nobody has answered."""
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    heard_at: datetime = Field(sa_type=UtcDateTime)
    look_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the loop sees to it next; None: it is over, and everybody knows."""
    looks: int = 0
    """How often it was heard of or answered: who saw to an earlier word does not put away a later one."""
    state: dict[str, JsonValue] = Field(sa_column=Column(Json, nullable=False))
    """`ChargebackState`."""
