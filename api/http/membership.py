"""What the table of people says of an agent wins over what the token says (DSP-2)."""

from dataclasses import replace

from adapters.database.engine import Database
from api.http.auth import Caller
from api.http.problems import problem
from models.common.vocabulary import ErrorType, Role
from models.tables.case import AgentRow


async def as_member(database: Database, caller: Caller) -> Caller:
    """The caller with the teams that they are on: the table's, of which the token may name some.

    Raises ProblemError for whom the table knows in another role, or on none of the token's teams. Whom it does not know is as their token says.
    """
    if caller.role is not Role.AGENT:
        return caller
    async with database.reading() as session:
        row = await session.get(AgentRow, caller.actor.id)
    if row is None:
        return caller
    named = caller.actor.teams
    teams = tuple(team for team in row.teams if not named or team in named)
    if row.role != Role.AGENT or not teams:
        raise problem(
            ErrorType.NOT_ALLOWED_FOR_ROLE,
            f"You are not, or not any more, what your token says: {row.role} of {', '.join(row.teams) or 'no team'}. Get a new token.",
            f"您的身份与令牌不符：现为 {row.role}，团队：{'、'.join(row.teams) or '无'}。请重新获取令牌。",
            rule="DSP-2",
        )
    return replace(caller, actor=caller.actor.model_copy(update={"teams": teams}))
