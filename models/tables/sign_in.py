"""How browsers are signed in (docs/console.md): of secrets only their SHA-256 is kept."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.tables.columns import Json, UtcDateTime


class BrowserSessionRow(SQLModel, table=True):
    """A browser that is signed in. To everything but the cookie it is a token: `id` is its `jti`, `created_at` its `iat`."""

    __tablename__: ClassVar[Any] = "browser_sessions"

    id: str = Field(primary_key=True)
    """The SHA-256 of what is in the cookie, in hexadecimal."""
    role: str
    person: str = Field(index=True)
    teams: list[str] = Field(sa_column=Column(Json, nullable=False))
    """Those that the sign-in named; none: all of the person's."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    """Written once a minute at most."""
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """However much it is used."""


class SignInLinkRow(SQLModel, table=True):
    """A link that signs somebody in, once."""

    __tablename__: ClassVar[Any] = "sign_in_links"

    id: str = Field(primary_key=True)
    """The SHA-256 of what is in the link, in hexadecimal."""
    role: str
    person: str
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
