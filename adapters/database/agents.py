"""People of the service centre as rows of `agents`, and the first of them, which the policy names (DSP-2)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.drafts import discard_all
from adapters.database.engine import Database, insert_if_absent, take_turns, upsert
from adapters.database.revocations import SUBJECT, revoke, subject
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.policy.agents import AgentPolicy
from models.tables.case import AgentRow

log = structlog.stdlib.get_logger(__name__)

CHOOSING = "assignments"
"""Whoever gives cases to people takes turns about this."""


def agent_of(row: AgentRow) -> AgentPolicy:
    """The person of a row."""
    return AgentPolicy.model_validate({"id": row.agent_id, **row.model_dump(exclude={"agent_id", "assigned_at", "away_since"})})


def row_of(agent: AgentPolicy) -> dict[str, Any]:
    """The columns that a person's description sets."""
    return {"agent_id": agent.id, **agent.model_dump(mode="json", exclude={"id"})}


async def known_as(session: AsyncSession, who: str) -> AgentPolicy | None:
    """The person of that id, when the table knows one."""
    row = await session.get(AgentRow, who)
    return None if row is None else agent_of(row)


async def is_there(session: AsyncSession, who: Actor | None) -> bool:
    """Whether it is somebody, and the table still has them in that role."""
    known = None if who is None else await known_as(session, who.id)
    return known is not None and who is not None and known.role is who.role


async def enter(session: AsyncSession, person: AgentPolicy) -> None:
    """Put the person into the table, or change who is there."""
    row = await session.get(AgentRow, person.id)
    goes = row is not None and row.present and not person.present
    since = None if row is None or person.present else datetime.now(UTC) if goes else row.away_since
    await upsert(session, AgentRow, row_of(person) | {"away_since": since})
    if row is not None:
        await session.refresh(row)


async def remove(session: AsyncSession, person: AgentPolicy, by: str, longest: timedelta) -> None:
    """Take the person out of the table. Their tokens are good no more, and whatever they have is handed on (`activities/case/handover.py`)."""
    await session.exec(delete(AgentRow).where(col(AgentRow.agent_id) == person.id))
    await discard_all(session, person.id)
    await revoke(session, SUBJECT, subject(person.role, person.id), by, longest)


async def is_last_supervisor(session: AsyncSession, who: str) -> bool:
    """Whether nobody could let people in without them. The caller does nothing that somebody else may do meanwhile."""
    await take_turns(session, CHOOSING)
    supervisors = (await session.exec(select(AgentRow.agent_id).where(AgentRow.role == Role.SUPERVISOR))).all()
    return [*supervisors] == [who]


async def seed(session: AsyncSession, agents: Sequence[AgentPolicy]) -> None:
    """Insert the policy's first people while there is nobody."""
    await take_turns(session, CHOOSING)
    if (await session.exec(select(AgentRow.agent_id).limit(1))).first() is None:
        await insert_if_absent(session, AgentRow, *({"assigned_at": None, **row_of(agent)} for agent in agents))


async def seed_agents(database: Database, agents: Sequence[AgentPolicy]) -> None:
    """The same at the start of a program. A database that is away is no reason not to start."""
    try:
        async with database.writing() as session:
            await seed(session, agents)
    except SQLAlchemyError as error:
        log.warning("agents.not_seeded", error=type(error).__name__)
