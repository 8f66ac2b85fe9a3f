"""Work queues: the cases of a team that wait for its people, what is due next first, and each handed to one (DSP-2)."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import ColumnElement, TextClause, and_, or_
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.agents import CHOOSING
from adapters.database.engine import take_turns, upsert
from adapters.database.work import CLAIMED_FOR, DUE, NEVER_DUE, URGENCY, in_queue, is_free
from api.cases.listing import COLUMNS, item_of
from api.http.auth import Caller
from api.http.cursor import Cursor, Key, Order, following, instant, row_id
from api.http.dependencies import CallerOf, Parts, PartsOf, RequestKey, only_for
from api.http.problems import ProblemError, not_found, problem
from api.http.responses import ALWAYS, OWN, problems
from api.http.routes import SeenRoute
from api.http.schemas import CaseItem
from models.case.action_bodies import Take
from models.case.actions import Act, Action
from models.case.views import CaseView
from models.common.base import Frozen, Identifier
from models.common.readers import Platform
from models.common.vocabulary import ErrorType, Priority, Role
from models.tables.case import AgentRow, AssignmentRow, CaseRow

router = APIRouter(prefix="/v1/queues", tags=["queues"], route_class=SeenRoute)

ATTEMPTS = 10
"""So many cases may be gone by the time that they are asked for."""
GONE = frozenset({ErrorType.NOT_ALLOWED_NOW, ErrorType.CLOSED, ErrorType.NOT_FOUND})


def due(value: Any) -> datetime:  # noqa: ANN401  # of JSON
    """Cursors of earlier releases have nothing where there is no deadline."""
    return NEVER_DUE if value is None else instant(value)


CASE_ID: Any = col(CaseRow.case_id)
KEYS = (Key(URGENCY, Priority, label="urgency"), Key(DUE, due, label="due"), Key(CASE_ID, row_id))
ORDER = Order("queue", KEYS, saved=col(CaseRow.saved_at))

TeamId = Annotated[Identifier, Path(description="A team of the policy.", examples=["logistics"])]


class QueuePage(Frozen):
    """A page of a queue; `next` is where the following one is, None on the last."""

    team: Platform[str]
    cases: Platform[tuple[CaseItem, ...]]
    next: Platform[str | None]


@router.get("/{team}", summary="A team's queue · 团队队列", responses=OWN)
async def queue(
    parts: PartsOf,
    caller: CallerOf,
    team: TeamId,
    *,
    free: Annotated[bool, Query(description="Only those that nobody has.")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[Cursor, Query()] = None,
) -> QueuePage:
    """What the platform's people have to move, what they have while a merchant or carrier is asked, and whose customer waits for a reply
    or is not reached.

    The most urgent priority first, of these the nearest deadline; what is not graded yet stands among P2.
    """
    _of_the_team(parts, caller, team, Role.platform())
    select_columns: Any = select
    chosen: Any = select_columns(*COLUMNS, URGENCY.label("urgency"), DUE.label("due")).where(*_waiting(team))
    if free:
        chosen = chosen.where(col(CaseRow.handler).is_(None))
    async with parts.database.reading() as session:
        shown = await ORDER.page(session, chosen, cursor, limit)
    more = following(f"/v1/queues/{team}", {"limit": limit, "free": str(free).lower()}, shown.cursor)
    return QueuePage(team=team, cases=tuple(item_of(row) for row in shown.rows), next=more)


@router.post("/{team}/next", summary="Take the next case · 领取下一件", responses=problems(*ALWAYS, 404, 504))
async def take_next(parts: PartsOf, caller: CallerOf, team: TeamId, key: RequestKey = None) -> CaseView:
    """You get the most urgent case that nobody has and that you can do; nobody else gets it. 404 when there is none.

    The same request again, with the same Idempotency-Key, gives the same case.
    """
    _of_the_team(parts, caller, team, frozenset({Role.AGENT}))
    claim = hashlib.blake2b(f"{caller.actor.id}|next|{team}|{key or uuid.uuid4()}".encode(), digest_size=16).hexdigest()
    act = Act[Take](actor=caller.actor, request_id=claim, body=Take(if_free=True))
    tried: list[str] = []
    while len(tried) < ATTEMPTS and (case_id := await _claim(parts, caller, team, claim, tried)) is not None:
        try:
            return await parts.engine.act(case_id, Action.TAKE, act)
        except ProblemError as error:
            if error.fault.type not in GONE:
                raise  # the claim stays: a retry with the same key gets this case
        await _release(parts, caller, case_id, claim)
        tried.append(case_id)
    raise problem(
        ErrorType.NOT_FOUND, f"Nothing waits for you in the queue of {team}.", f"{team} 队列中没有待您领取的工单。", rule="DSP-2"
    )


def _of_the_team(parts: Parts, caller: Caller, team: str, roles: frozenset[Role]) -> None:
    """403 for other roles; 404 for a team that is unknown or not one's own, which look the same."""
    only_for(caller, roles)
    outside = caller.role is Role.AGENT and team not in caller.actor.teams
    if team not in parts.policy.teams or outside:
        raise not_found()


def _waiting(team: str) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (col(CaseRow.team) == team, *in_queue(datetime.now(UTC)))


async def _claim(parts: Parts, caller: Caller, team: str, claim: str, tried: Sequence[str]) -> str | None:
    """Put the caller's name on the most urgent case before it is asked for, so that no two ask for the same one."""
    agent, now = caller.actor.id, datetime.now(UTC)
    async with parts.database.writing() as session:
        await take_turns(session, CHOOSING)
        mine = select(AssignmentRow.case_id).where(AssignmentRow.claim == claim, AssignmentRow.agent_id == agent)
        before = (await session.exec(mine.where(col(AssignmentRow.case_id).not_in(tried)))).first()
        if before is not None:
            return before
        given = select(AssignmentRow.case_id).where(AssignmentRow.at >= now - CLAIMED_FOR)
        free = select(CaseRow.case_id).where(
            *_waiting(team),
            *is_free(),
            CASE_ID.not_in(given),
            CASE_ID.not_in(tried),
            await _able(session, agent),
        )
        execute: Any = session.exec
        case_id: str | None = (await execute(free.order_by(*ORDER.by).limit(1))).first()
        if case_id is not None:
            row = {"case_id": case_id, "agent_id": agent, "team": team, "at": now, "claim": claim}
            await upsert(session, AssignmentRow, row)
            await session.exec(update(AgentRow).where(col(AgentRow.agent_id) == agent).values(assigned_at=now))
        return case_id


async def _able(session: AsyncSession, agent: str) -> ColumnElement[bool]:
    """What the caller's skills cover; everything for whom no skills are known, and what is not classified for everybody."""
    row = await session.get(AgentRow, agent)
    issue = col(CaseRow.issue)
    if row is None or not row.skills:
        return CASE_ID.is_not(None)
    return or_(issue.is_(None), issue.in_(row.skills), *(issue.startswith(f"{skill}.", autoescape=True) for skill in row.skills))


async def _release(parts: Parts, caller: Caller, case_id: str, claim: str) -> None:
    """Take the caller's name off again, unless the case itself has it by now."""
    unheld = select(CaseRow.case_id).where(CaseRow.case_id == case_id, col(CaseRow.handler).is_(None))
    own = and_(col(AssignmentRow.agent_id) == caller.actor.id, col(AssignmentRow.claim) == claim)
    async with parts.database.writing() as session:
        await session.exec(delete(AssignmentRow).where(col(AssignmentRow.case_id).in_(unheld), own))
