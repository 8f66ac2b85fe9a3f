"""What people have written on cases and not sent yet (docs/desk.md)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import JsonValue
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import storable, take_turns, upsert
from models.case.desk_views import DraftKind
from models.tables.presence import DraftRow


async def drafts_of(session: AsyncSession, agent_id: str, case_id: str | None = None, most: int = 100) -> Sequence[DraftRow]:
    """One person's, of a case or of all, those changed last first."""
    mine = select(DraftRow).where(DraftRow.agent_id == agent_id).order_by(col(DraftRow.updated_at).desc()).limit(most)
    return (await session.exec(mine if case_id is None else mine.where(DraftRow.case_id == case_id))).all()


async def save(
    session: AsyncSession,
    where: tuple[str, str, DraftKind],
    content: Mapping[str, JsonValue],
    case_version: int,
    follows: int | None,
) -> tuple[DraftRow, bool]:
    """Keep it, and whether it was kept: what another screen of the same person saved after `follows` stays, and is given back instead."""
    await take_turns(session, "draft " + " ".join(where))
    before = await session.get(DraftRow, where)
    if before is not None and follows is not None and before.revision > follows:
        return before, False
    row = DraftRow(
        case_id=where[0],
        agent_id=where[1],
        kind=where[2],
        revision=before.revision + 1 if before else 1,
        case_version=case_version,
        content=storable(dict(content)),
        updated_at=datetime.now(UTC),
    )
    await upsert(session, DraftRow, row.model_dump())
    return row, True


async def discard(session: AsyncSession, case_id: str, agent_id: str, kind: DraftKind, until: datetime | None = None) -> None:
    """`until`: unless it was changed after that."""
    mine = [col(DraftRow.case_id) == case_id, col(DraftRow.agent_id) == agent_id, col(DraftRow.kind) == kind]
    if until is not None:
        mine.append(col(DraftRow.updated_at) <= until)
    await session.exec(delete(DraftRow).where(*mine))


async def discard_all(session: AsyncSession, agent_id: str) -> None:
    """Whoever has left sends nothing more."""
    await session.exec(delete(DraftRow).where(col(DraftRow.agent_id) == agent_id))
