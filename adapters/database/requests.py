"""Requests that were acted on so long ago that their workflow does not carry their ids any more (rules/common/requests.py)."""

from sqlmodel.ext.asyncio.session import AsyncSession

from models.tables.case import RequestRow


async def digest_of(session: AsyncSession, workflow_id: str, request_id: str) -> int | None:
    """Of what was asked for; None: it is not known here."""
    row = await session.get(RequestRow, (workflow_id, request_id))
    return row.digest if row else None
