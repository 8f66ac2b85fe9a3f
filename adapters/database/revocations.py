"""Which tokens are good no more (docs/security.md)."""

from datetime import UTC, datetime, timedelta

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import upsert
from models.common.vocabulary import Role
from models.tables.revocations import RevocationRow

TOKEN, SUBJECT = "token", "subject"


def subject(role: Role, who: str) -> str:
    """Somebody, as revocations name them."""
    return f"{role}:{who}"


async def revoke(session: AsyncSession, what: str, name: str, by: str, longest: timedelta) -> RevocationRow:
    """From now on; again moves a subject's moment on. What no token can outlive (`longest`) is forgotten."""
    now = datetime.now(UTC)
    await session.exec(delete(RevocationRow).where(col(RevocationRow.at) < now - longest - timedelta(days=1)))
    row = RevocationRow(what=what, name=name, issued_until=now, by=by, at=now)
    await upsert(session, RevocationRow, row.model_dump())
    return row
