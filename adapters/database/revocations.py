"""Which tokens are good no more (docs/security.md)."""

from datetime import UTC, datetime, timedelta

from sqlmodel import col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import upsert
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.revocations import RevocationRow

TOKEN, SUBJECT = "token", "subject"


def subject(role: Role, who: str) -> str:
    """Somebody, as revocations name them."""
    return f"{role}:{who}"


async def is_revoked(session: AsyncSession, actor: Actor, token_id: str | None, issued_at: datetime | None) -> bool:
    """Whether this token was revoked, by its id or with all of its bearer's. One that does not say when it was issued counts as old."""
    whose = (col(RevocationRow.what) == SUBJECT) & (col(RevocationRow.name) == subject(actor.role, actor.id))
    itself = (col(RevocationRow.what) == TOKEN) & (col(RevocationRow.name) == token_id)
    rows = (await session.exec(select(RevocationRow).where(or_(whose, itself)))).all()
    return any(row.what == TOKEN or issued_at is None or issued_at <= row.issued_until for row in rows)


async def revoke(session: AsyncSession, what: str, name: str, by: str, longest: timedelta) -> RevocationRow:
    """From now on; again moves a subject's moment on. What no token can outlive (`longest`) is forgotten."""
    now = datetime.now(UTC)
    await session.exec(delete(RevocationRow).where(col(RevocationRow.at) < now - longest - timedelta(days=1)))
    row = RevocationRow(what=what, name=name, issued_until=now, by=by, at=now)
    await upsert(session, RevocationRow, row.model_dump())
    return row
