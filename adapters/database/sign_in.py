"""Browsers that are signed in, and links that sign one in once (docs/console.md). What is secret leaves this module once and is kept as a hash."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlmodel import col, delete, update
from sqlmodel.ext.asyncio.session import AsyncSession

from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.sign_in import BrowserSessionRow, SignInLinkRow

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a browser was last here."""


def hash_of(secret: str) -> str:
    """As what is secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def begin(session: AsyncSession, actor: Actor, until: datetime) -> str:
    """Sign a browser in; what its cookie holds. Sessions that are over are forgotten."""
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
    await session.exec(delete(BrowserSessionRow).where(col(BrowserSessionRow.expires_at) < now))
    session.add(
        BrowserSessionRow(
            id=hash_of(secret),
            role=actor.role.value,
            person=actor.id,
            teams=list(actor.teams),
            created_at=now,
            seen_at=now,
            expires_at=until,
        )
    )
    return secret


async def session_of(session: AsyncSession, secret: str, idle: timedelta) -> BrowserSessionRow | None:
    """The session of a cookie, unless it is over: it expired, nobody used it for `idle`, or it was signed out."""
    row = await session.get(BrowserSessionRow, hash_of(secret))
    now = datetime.now(UTC)
    return None if row is None or now >= row.expires_at or now - row.seen_at >= idle else row


async def seen(session: AsyncSession, row: BrowserSessionRow) -> None:
    """The browser is here."""
    mine = col(BrowserSessionRow.id) == row.id
    await session.exec(update(BrowserSessionRow).where(mine).values(seen_at=datetime.now(UTC)))


async def end(session: AsyncSession, secret: str) -> None:
    """Sign the browser out."""
    await session.exec(delete(BrowserSessionRow).where(col(BrowserSessionRow.id) == hash_of(secret)))


async def make_link(session: AsyncSession, role: Role, person: str, life: timedelta) -> str:
    """What a link holds that signs somebody in, once, within `life`. Links that are over are forgotten."""
    secret, now = secrets.token_urlsafe(24), datetime.now(UTC)
    await session.exec(delete(SignInLinkRow).where(col(SignInLinkRow.expires_at) < now - timedelta(days=1)))
    session.add(SignInLinkRow(id=hash_of(secret), role=role.value, person=person, expires_at=now + life))
    return secret


async def link_of(session: AsyncSession, secret: str) -> SignInLinkRow | None:
    """The link, unless it expired or was used."""
    row = await session.get(SignInLinkRow, hash_of(secret))
    return None if row is None or row.used_at is not None or datetime.now(UTC) >= row.expires_at else row


async def use_link(session: AsyncSession, secret: str) -> bool:
    """Use the link up; False when somebody else did, or it expired: of two who come at the same moment one gets in."""
    now = datetime.now(UTC)
    row = col(SignInLinkRow.id) == hash_of(secret)
    good = col(SignInLinkRow.used_at).is_(None) & (col(SignInLinkRow.expires_at) > now)
    done = await session.exec(update(SignInLinkRow).where(row, good).values(used_at=now))
    return done.rowcount == 1
