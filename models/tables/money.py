"""The books of money (RES-5): refunds' parts with their keys and states, and the ledger that has the amounts."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class OrderLockRow(SQLModel, table=True):
    """One row an order with money: locked while its books are written, so that two cases never give the same money twice."""

    __tablename__: ClassVar[Any] = "order_locks"

    order_id: str = Field(primary_key=True)


class RefundPartRow(SQLModel, table=True):
    """A refund's part: its key with the provider, and what the provider said. Never deleted; a failed part no longer counts as given."""

    __tablename__: ClassVar[Any] = "money"
    __table_args__: ClassVar[Any] = (Index("ix_money_automatic", "automatic", "intended_at"),)

    key: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    remedy_id: str
    attempt: int = 1
    order_id: str = Field(index=True)
    customer_id: str = Field(index=True)
    payment_id: str
    to: str = Field(default="original", sa_column_kwargs={"server_default": "original"})
    """original: where the money came from; balance: the customer's balance at the marketplace; bank_account: the account below."""
    account_id: str | None = None
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    refund_status: str = Field(sa_column_kwargs={"name": "reimbursement", "key": "refund_status"})
    refund_id: str | None = None
    refusal: str | None = None
    refusal_code: str | None = None
    automatic: bool = False
    intended_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class LedgerRow(SQLModel, table=True):
    """One posting of an entry (models/money/ledger.py). Append-only: written in the transaction of what it belongs to, never changed."""

    __tablename__: ClassVar[Any] = "ledger"
    __table_args__: ClassVar[Any] = (Index("ix_ledger_order", "order_id", "at"),)

    entry: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    order_id: str
    case_id: str | None = Field(default=None, index=True)
    remedy_id: str | None = None
    kind: str
    amount_minor: int = Field(sa_type=BigInteger)
    """What the account gained; lost, when it is negative. The amounts of an entry sum to zero."""
    currency: str
    at: datetime = Field(sa_type=UtcDateTime)
