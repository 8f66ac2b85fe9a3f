"""Finding a handler inside a team (DSP-2): one at a time per database, so that many cases at once spread evenly."""

from datetime import UTC, datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.carries_out import carries_out
from adapters.database.agents import CHOOSING, agent_of
from adapters.database.engine import Database, insert_if_absent, take_turns
from adapters.database.work import loads_of
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
            return Assigned(handler=await give(session, self._policy, request))


async def give(session: AsyncSession, policy: Policy, request: AssignRequest, instead_of: str | None = None) -> str | None:
    """Choose who gets the case, and write that down; None: nobody can take it. The caller has taken its turn (`CHOOSING`).

    `instead_of`: who has it by that table, and cannot act.
    """
    chosen = await _free(session, policy, request)
    if chosen is None:
        return None
    case = col(AssignmentRow.case_id) == request.case_id
    await session.exec(delete(AssignmentRow).where(case, col(AssignmentRow.agent_id) == instead_of))
    row = {"case_id": request.case_id, "agent_id": chosen.agent_id, "team": request.team, "at": request.at}
    if await insert_if_absent(session, AssignmentRow, row):
        chosen.assigned_at = request.at
    return (await session.exec(select(AssignmentRow.agent_id).where(case))).one()  # somebody may have taken it meanwhile


async def _free(session: AsyncSession, policy: Policy, request: AssignRequest) -> AgentRow | None:
    calendars = slice_policy(policy, request.at).calendars
    there = select(AgentRow).where(col(AgentRow.present).is_(True), AgentRow.role == Role.AGENT)
    rows = [
        row
        for row in (await session.exec(there)).all()
        if able(agent_of(row), request.team, request.issue, calendars, request.at)
    ]
    loads = await loads_of(session, [row.agent_id for row in rows], request.at)
    free = [row for row in rows if loads[row.agent_id] < row.most]

    def rank(row: AgentRow) -> tuple[bool, int, datetime, str]:
        return (row.agent_id != request.owner, loads[row.agent_id], row.assigned_at or NEVER, row.agent_id)

    return min(free, key=rank, default=None)
