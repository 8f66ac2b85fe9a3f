"""Finding a handler inside a team (DSP-2): one at a time per database, so that many cases at once spread evenly."""

from collections import Counter
from datetime import UTC, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from adapters.database import Database, insert_if_absent
from models.effects import Assigned, AssignRequest
from models.policy import Policy
from models.tables import AgentRow, AssignmentRow, OrderLockRow
from models.vocabulary import Role
from rules.calendars import is_open
from rules.policy import slice_policy

EVERY_ASSIGNMENT = "*assignments*"
"""The lock under which a handler is chosen; no order has this id, an asterisk is not allowed in one."""
NEVER = datetime.min.replace(tzinfo=UTC)


class DispatchActivities:
    """Chooses handlers."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    @activity.defn(name="assign_handler")
    async def assign_handler(self, request: AssignRequest) -> Assigned:
        """The least loaded agent of the team who is there, on shift and able to; the same case again keeps its handler."""
        async with self._database.writing() as session:
            await insert_if_absent(session, OrderLockRow, {"order_id": EVERY_ASSIGNMENT})
            await session.exec(select(OrderLockRow).where(OrderLockRow.order_id == EVERY_ASSIGNMENT).with_for_update())
            standing = await session.get(AssignmentRow, request.case_id)
            if standing is not None:
                return Assigned(handler=standing.agent_id)
            chosen = await self._free(session, request)
            if chosen is None:
                return Assigned(handler=None)
            chosen.assigned_at = request.at
            session.add(AssignmentRow(case_id=request.case_id, agent_id=chosen.agent_id, team=request.team, at=request.at))
            return Assigned(handler=chosen.agent_id)

    async def _free(self, session: AsyncSession, request: AssignRequest) -> AgentRow | None:
        calendars = slice_policy(self._policy, request.at).calendars
        agents = (await session.exec(select(AgentRow).where(col(AgentRow.present).is_(True), AgentRow.role == Role.AGENT))).all()
        able = [
            agent
            for agent in agents
            if request.team in agent.teams
            and agent.agent_id not in request.not_to
            and (not agent.skills or request.issue in agent.skills or request.issue.group in agent.skills)
            and (agent.shift is None or agent.shift not in calendars or is_open(calendars[agent.shift], request.at))
        ]
        counted = select(AssignmentRow.agent_id, func.count()).group_by(col(AssignmentRow.agent_id))
        loads = Counter(dict((await session.exec(counted)).all()))
        free = [agent for agent in able if loads[agent.agent_id] < agent.most]
        return min(free, key=lambda agent: (loads[agent.agent_id], agent.assigned_at or NEVER, agent.agent_id), default=None)
