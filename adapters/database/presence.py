"""Who of the platform's people has which case open (docs/desk.md)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import upsert
from models.case.desk_views import PresentView
from models.common.vocabulary import Role
from models.tables.case import AgentRow
from models.tables.presence import DraftRow, PresenceRow

LASTS = timedelta(seconds=100)
"""How long somebody counts as present after their process was heard of last; it is heard of three times meanwhile."""
WRITING = timedelta(minutes=1)

Present = Mapping[str, tuple[PresentView, ...]]
"""By case, who came first first."""


async def present(session: AsyncSession, cases: Iterable[str] | None = None) -> Present:
    """Who has these cases open; None: any case."""
    now = datetime.now(UTC)
    since = func.min(PresenceRow.since)
    person = (PresenceRow.case_id, PresenceRow.agent_id, AgentRow.name)
    drafts = select(DraftRow.case_id, DraftRow.agent_id).where(DraftRow.updated_at >= now - WRITING)
    chosen = (
        select(*person, since)
        .join(AgentRow, col(AgentRow.agent_id) == PresenceRow.agent_id)
        .where(PresenceRow.until > now)
        .group_by(*person)
        .order_by(since, PresenceRow.agent_id)
    )
    if cases is not None:
        named = [*cases]
        chosen, drafts = chosen.where(col(PresenceRow.case_id).in_(named)), drafts.where(col(DraftRow.case_id).in_(named))
    rows = (await session.exec(chosen)).all()
    writing = [(case_id, agent_id) for case_id, agent_id in (await session.exec(drafts)).all()] if rows else []
    found: dict[str, tuple[PresentView, ...]] = {}
    for case_id, agent_id, name, at in rows:
        one = PresentView(id=agent_id, name=name, since=at, writing=(case_id, agent_id) in writing)
        found[case_id] = (*found.get(case_id, ()), one)
    return found


async def present_on(session: AsyncSession, role: Role, cases: Collection[str]) -> Present:
    """The same for a reader of that role: parties of a case do not learn who works on it."""
    return await present(session, cases) if cases and role in Role.platform() else dict[str, tuple[PresentView, ...]]()


async def come(session: AsyncSession, case_id: str, agent_id: str, process: str) -> None:
    now = datetime.now(UTC)
    row = {"case_id": case_id, "agent_id": agent_id, "process": process, "since": now, "until": now + LASTS}
    await upsert(session, PresenceRow, row, keep=("since",))


async def go(session: AsyncSession, case_id: str, agent_id: str, process: str) -> None:
    mine = (col(PresenceRow.case_id) == case_id, col(PresenceRow.agent_id) == agent_id, col(PresenceRow.process) == process)
    await session.exec(delete(PresenceRow).where(*mine))


async def stay(session: AsyncSession, process: str, people: Collection[tuple[str, str]]) -> None:
    """These of this process, by case and person, are still there; whoever was not heard of for long is not."""
    now = datetime.now(UTC)
    kept: Any = await session.exec(update(PresenceRow).where(col(PresenceRow.process) == process).values(until=now + LASTS))
    if kept.rowcount < len(people):  # the process stood still for so long that they were taken for gone
        for case_id, agent_id in people:
            await come(session, case_id, agent_id, process)
    await session.exec(delete(PresenceRow).where(col(PresenceRow.until) <= now))


async def close(session: AsyncSession, process: str) -> None:
    """The process ends."""
    await session.exec(delete(PresenceRow).where(col(PresenceRow.process) == process))
