"""Teams and people of the service centre: who can do what, who is there, who has how much (DSP-2)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.agents import agent_of, enter, is_last_supervisor, remove
from adapters.database.work import loads_of
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, Language, Parts, PartsOf, only_for
from api.http.problems import ProblemError, not_found, problem
from api.http.responses import ALWAYS, OWN, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Instant
from models.common.readers import Inside, Platform
from models.common.vocabulary import ErrorType, Priority, Role, SlaState
from models.policy.agents import AgentDetails, AgentPolicy
from models.tables.case import AgentRow, AssignmentRow, CaseRow
from rules.case.assignment import on_shift
from rules.policy.checks import agent_faults
from rules.policy.load import slice_policy

teams = APIRouter(prefix="/v1/teams", tags=["people"], route_class=SeenRoute)
agents = APIRouter(prefix="/v1/agents", tags=["people"], route_class=SeenRoute)

PLATFORM = Role.platform()
SUPERVISORS = frozenset({Role.SUPERVISOR})
WHO = Path(description="The person's id, the `sub` of their token.", examples=["lin.wei"])
AgentId = Annotated[Identifier, WHO]
PERSON = {
    "person": {
        "summary": "A logistics specialist · 物流专员",
        "value": {"name": "林薇", "teams": ["logistics"], "skills": ["logistics"], "shift": "service", "most": 15},
    }
}


class Team(Frozen):
    """A team of the policy. `present` counts agents who are there and on shift now."""

    id: Inside[str]
    name: Inside[str]
    people: Inside[int]
    present: Inside[int]


class Agent(AgentPolicy):
    """A person, how many open cases they have, and whether it is their working time."""

    held: Platform[int]
    on_shift: Platform[bool]


class Presence(Frozen):
    present: bool


class Load(Frozen):
    """The open cases of a person. `to_do`: those that they have to do something about; `room`: how many more of these may be given to them."""

    id: Platform[str]
    held: Platform[int]
    to_do: Platform[int]
    most: Platform[int]
    room: Platform[int]
    by_priority: Platform[dict[Priority, int]]
    by_sla_state: Platform[dict[SlaState, int]]
    next_deadline: Platform[Instant | None]


@teams.get("", summary="Teams · 团队", responses=READING)
async def list_teams(parts: PartsOf, caller: CallerOf, language: Language) -> tuple[Team, ...]:
    """Every team of the policy, with how many people it has and how many of them are there."""
    only_for(caller, PLATFORM | {Role.ANALYST})
    async with parts.database.reading() as session:
        people = [agent for agent in await _agents(session, parts) if agent.role is Role.AGENT]
    there = Counter(team for agent in people if agent.present and agent.on_shift for team in agent.teams)
    all_ = Counter(team for agent in people for team in agent.teams)
    return tuple(
        Team(id=team, name=name.in_(language), people=all_[team], present=there[team])
        for team, name in parts.policy.teams.items()
    )


@agents.get("", summary="People · 人员", responses=READING)
async def list_agents(
    parts: PartsOf, caller: CallerOf, team: Annotated[Identifier | None, Query(description="Only of this team.")] = None
) -> tuple[Agent, ...]:
    """Agents, supervisors and analysts, by id."""
    only_for(caller, PLATFORM)
    async with parts.database.reading() as session:
        return tuple(agent for agent in await _agents(session, parts) if team is None or team in agent.teams)


@agents.put(
    "/{agent_id}",
    summary="Add or change a person · 新增或修改人员",
    responses={201: {"description": "Added.", "model": Agent}, **READING},
    dependencies=[Depends(check_body)],
)
async def put_agent(
    *,
    parts: PartsOf,
    caller: CallerOf,
    agent_id: AgentId,
    body: Annotated[AgentDetails, Body(openapi_examples=PERSON)],  # pyright: ignore[reportArgumentType]
    response: Response,
) -> Agent:
    """Nobody of the staff gets in who is not here. Counts from the next request and the next case on; what they have, they keep, unless
    they are no agent or supervisor any more: then it is handed on.
    """
    only_for(caller, SUPERVISORS)
    person = AgentPolicy(id=agent_id, **dict(body))
    for field, detail in agent_faults(person, parts.policy):
        raise problem(ErrorType.INVALID, f"{field}: {detail}.", _unfit(field, parts), field=field, rule="DSP-2")
    async with parts.database.writing() as session:
        if person.role is not Role.SUPERVISOR:
            await _keep_a_supervisor(session, agent_id)
        if await session.get(AgentRow, agent_id) is None:
            response.status_code = 201
        await enter(session, person)
        return await _agent(session, parts, agent_id)


@agents.delete("/{agent_id}", status_code=204, summary="Remove a person · 移除人员", responses=problems(*ALWAYS, 404, 409))
async def remove_agent(parts: PartsOf, caller: CallerOf, agent_id: AgentId) -> None:
    """Who has left. Their tokens are good no more, no new one counts, and their cases are handed on within seconds."""
    only_for(caller, SUPERVISORS)
    async with parts.database.writing() as session:
        agent = await _agent(session, parts, agent_id)
        await _keep_a_supervisor(session, agent_id)
        await remove(session, agent, caller.actor.id, timedelta(hours=parts.settings.jwt_max_hours))


@agents.post(
    "/{agent_id}/presence",
    summary="Come or go · 上岗或离岗",
    responses=OWN,
    dependencies=[Depends(check_body)],
)
async def be_present(parts: PartsOf, caller: CallerOf, agent_id: AgentId, body: Presence) -> Agent:
    """Agents for themselves, supervisors for everybody. Whoever is away gets no new cases; what waits for them is handed on after a while."""
    only_for(caller, PLATFORM)
    if caller.role is Role.AGENT and caller.actor.id != agent_id:
        raise _only_oneself(caller)
    async with parts.database.writing() as session:
        row = await session.get(AgentRow, agent_id)
        if row is None:
            raise not_found()
        await enter(session, agent_of(row).model_copy(update={"present": body.present}))
        return await _agent(session, parts, agent_id)


@agents.get("/{agent_id}/load", summary="What a person has · 当前负荷", responses=OWN)
async def load(parts: PartsOf, caller: CallerOf, agent_id: AgentId) -> Load:
    """How many open cases, how urgent, and when the next is due."""
    only_for(caller, PLATFORM)
    async with parts.database.reading() as session:
        agent = await _agent(session, parts, agent_id)
        mine = select(AssignmentRow.case_id).where(AssignmentRow.agent_id == agent_id)
        cases = select(CaseRow.priority, CaseRow.sla_state, CaseRow.next_deadline).where(col(CaseRow.case_id).in_(mine))
        rows = (await session.exec(cases)).all()
        to_do = (await loads_of(session, [agent_id], datetime.now(UTC)))[agent_id]
    return Load(
        id=agent_id,
        held=agent.held,
        to_do=to_do,
        most=agent.most,
        room=max(agent.most - to_do, 0),
        by_priority=dict(Counter(Priority(priority) for priority, _, _ in rows if priority)),
        by_sla_state=dict(Counter(SlaState(state) for _, state, _ in rows)),
        next_deadline=min((deadline for _, _, deadline in rows if deadline), default=None),
    )


async def _agents(session: AsyncSession, parts: Parts, only: str | None = None) -> list[Agent]:
    chosen = select(AgentRow).order_by(AgentRow.agent_id)
    if only is not None:
        chosen = chosen.where(AgentRow.agent_id == only)
    rows = (await session.exec(chosen)).all()
    counted = select(AssignmentRow.agent_id, func.count()).group_by(col(AssignmentRow.agent_id))
    if only is not None:
        counted = counted.where(AssignmentRow.agent_id == only)
    held = dict((await session.exec(counted)).all())
    now = datetime.now(UTC)
    calendars = slice_policy(parts.policy, now).calendars
    people = [agent_of(row) for row in rows]
    return [Agent(**dict(person), held=held.get(person.id, 0), on_shift=on_shift(person, calendars, now)) for person in people]


async def _agent(session: AsyncSession, parts: Parts, agent_id: str) -> Agent:
    found = await _agents(session, parts, agent_id)
    if not found:
        raise not_found()
    return found[0]


async def _keep_a_supervisor(session: AsyncSession, leaving: str) -> None:
    """409 when nobody could let people in any more."""
    if await is_last_supervisor(session, leaving):
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            f"{leaving} is the only supervisor: nobody could let people in any more. Add another one first.",
            f"{leaving} 是唯一的主管，移除后将无人能管理人员名单。请先添加另一位主管。",
            rule="DSP-2",
        )


def _unfit(field: str, parts: Parts) -> str:
    known = parts.policy.calendars if field == "shift" else parts.policy.teams
    return f"{field}：须为以下之一：{'、'.join(sorted(known))}。"


def _only_oneself(caller: Caller) -> ProblemError:
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"You, {caller.actor.id}, come and go for yourself only; a supervisor may for everybody.",
        f"您（{caller.actor.id}）只能设置自己的在岗状态；主管可设置所有人。",
        rule="role",
    )
