"""Finding a handler inside a team (DSP-2): one at a time per database, so that many cases at once spread evenly."""

from datetime import UTC, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.carries_out import carries_out
from adapters.database.agents import CHOOSING, agent_of
from adapters.database.engine import Database, insert_if_absent, take_turns
from models.activities import ASSIGN_HANDLER
from models.case.activities import Assigned, AssignRequest
from models.common.vocabulary import Role
from models.policy.policy import Policy
from models.tables.case import AgentRow, AssignmentRow
from rules.case.assignment import able
from rules.policy.load import slice_policy

NEVER = datetime.min.replace(tzinfo=UTC)


class DispatchActivities:
    """Chooses handlers."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    @carries_out(ASSIGN_HANDLER)
    async def assign_handler(self, request: AssignRequest) -> Assigned:
        """The least loaded agent of the team who is there, on shift and able to; the same case in the same team again keeps its handler."""
        async with self._database.writing() as session:
            await take_turns(session, CHOOSING)
            standing = await session.get(AssignmentRow, request.case_id)
            if standing is not None and standing.team == request.team:
                return Assigned(handler=standing.agent_id)
            if standing is not None:  # of the team that had the case before
                await session.delete(standing)
                await session.flush()
            chosen = await self._free(session, request)
            if chosen is None:
                return Assigned(handler=None)
            row = {"case_id": request.case_id, "agent_id": chosen.agent_id, "team": request.team, "at": request.at}
            if await insert_if_absent(session, AssignmentRow, row):
                chosen.assigned_at = request.at
            now = select(AssignmentRow.agent_id).where(AssignmentRow.case_id == request.case_id)
            return Assigned(handler=(await session.exec(now)).one())  # somebody may have taken it meanwhile

    async def _free(self, session: AsyncSession, request: AssignRequest) -> AgentRow | None:
        calendars = slice_policy(self._policy, request.at).calendars
        there = select(AgentRow).where(col(AgentRow.present).is_(True), AgentRow.role == Role.AGENT)
        rows = [
            row
            for row in (await session.exec(there)).all()
            if able(agent_of(row), request.team, request.issue, calendars, request.at)
        ]
        loads = await loads_of(session, [row.agent_id for row in rows])
        free = [row for row in rows if loads[row.agent_id] < row.most]
        return min(free, key=lambda row: (loads[row.agent_id], row.assigned_at or NEVER, row.agent_id), default=None)


async def loads_of(session: AsyncSession, agents: list[str]) -> dict[str, int]:
    """How many open cases each of them has."""
    held = select(AssignmentRow.agent_id, func.count()).where(col(AssignmentRow.agent_id).in_(agents))
    counted = dict((await session.exec(held.group_by(col(AssignmentRow.agent_id)))).all())
    return {agent: counted.get(agent, 0) for agent in agents}
