"""Tokens that are good no more although they have not expired (docs/security.md)."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from models.tables.columns import UtcDateTime


class RevocationRow(SQLModel, table=True):
    """One token by its id, or every token of somebody that was issued until then."""

    __tablename__: ClassVar[Any] = "revocations"

    what: str = Field(primary_key=True)
    """`token` or `subject`."""
    name: str = Field(primary_key=True)
    """The token's `jti`; or role and subject, as `agent:alice`."""
    issued_until: datetime = Field(sa_type=UtcDateTime)
    """Of a subject: tokens that were issued later are good."""
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
