"""People of the service centre as rows of `agents`, and the first of them, which the policy names (DSP-2)."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database, insert_if_absent, take_turns, upsert
from models.policy.agents import AgentPolicy
from models.tables.case import AgentRow

log = structlog.stdlib.get_logger(__name__)

CHOOSING = "assignments"
"""Whoever gives cases to people takes turns about this."""


def agent_of(row: AgentRow) -> AgentPolicy:
    """The person of a row."""
    return AgentPolicy.model_validate({"id": row.agent_id, **row.model_dump(exclude={"agent_id", "assigned_at"})})


def row_of(agent: AgentPolicy) -> dict[str, Any]:
    """The columns that a person's description sets."""
    return {"agent_id": agent.id, **agent.model_dump(mode="json", exclude={"id"})}


async def known_as(session: AsyncSession, who: str) -> AgentPolicy | None:
    """The person of that id, when the table knows one."""
    row = await session.get(AgentRow, who)
    return None if row is None else agent_of(row)


async def enter(session: AsyncSession, person: AgentPolicy) -> None:
    """Put the person into the table, or change who is there."""
    await upsert(session, AgentRow, row_of(person))


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
