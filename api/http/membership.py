"""Whether a good token counts: it was not revoked, and whoever of the staff bears it is in the table of people (DSP-2, docs/security.md)."""

from dataclasses import replace

from adapters.database.engine import Database
from adapters.database.standing import Standing, standing_of
from api.http.auth import Caller, unauthenticated
from api.http.problems import ProblemError, problem
from models.common.base import Bilingual
from models.common.vocabulary import ErrorType, Role

REVOKED = Bilingual(en="The token was revoked; get a new one.", zh="令牌已被吊销，请重新获取。")


async def admitted(database: Database, caller: Caller) -> Caller:
    """The caller, an agent with the teams that they are on: the table's, of which the token may name some.

    Raises ProblemError: 401 for a token that was revoked; 403 for one of the staff whom the table does not know in that role, and for an agent on
    none of the token's teams.
    """
    async with database.reading() as session:
        standing = await standing_of(session, caller.actor, caller.token_id, caller.issued_at)
    if standing.revoked:
        raise unauthenticated(REVOKED)
    if caller.role not in Role.staff():
        return caller
    if standing.role is not caller.role:
        raise _no_member(caller, standing)
    if caller.role is not Role.AGENT:
        return caller
    named = caller.actor.teams
    teams = tuple(team for team in standing.teams if not named or team in named)
    if not teams:
        raise _of_no_team(caller, standing)
    return replace(caller, actor=caller.actor.model_copy(update={"teams": teams}))


def _no_member(caller: Caller, standing: Standing) -> ProblemError:
    who, role = caller.actor.id, caller.role
    if standing.role is None:
        en, zh = f"{who} is not among the people of the service centre, or has left", f"人员名单中没有 {who}，或其已离职"
    else:
        en, zh = f"{who} is {standing.role} among the people of the service centre, not {role}", f"{who} 现为 {standing.role}"
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"{en}: a token of the role {role} counts only for who is {role} there. A supervisor enters people by PUT /v1/agents/{who}, "
        f"an operator by `redress people add {who} --role {role}`.",
        f"{zh}：{role} 令牌仅对名单中的 {role} 有效。主管可通过 PUT /v1/agents/{who} 添加人员，"
        f"运维人员可执行 `redress people add {who} --role {role}`。",
        rule="DSP-2",
    )


def _of_no_team(caller: Caller, standing: Standing) -> ProblemError:
    teams, named = standing.teams, caller.actor.teams
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"You are on the teams: {', '.join(teams) or 'none'}; your token names: {', '.join(named) or 'none'}. An agent sees the cases of "
        f"their own teams. Get a token for one of these, or have a supervisor change them by PUT /v1/agents/{caller.actor.id}.",
        f"您所在的团队：{'、'.join(teams) or '无'}；令牌中的团队：{'、'.join(named) or '无'}。客服只能查看本团队的工单。"
        f"请重新获取令牌，或请主管通过 PUT /v1/agents/{caller.actor.id} 修改。",
        rule="DSP-2",
    )
