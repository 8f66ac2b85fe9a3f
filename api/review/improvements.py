"""Tasks to make a service better: what was promised to a customer (RES-3), what a review asks for (RVW-3), and what became of it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query
from sqlmodel import col, select

from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, Parts, PartsOf, only_for
from api.http.problems import not_found, problem
from api.http.responses import OWN, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Instant, Words
from models.common.partner_registry import Partner
from models.common.readers import PLATFORM, Everybody, Participants, Reader, Readers, Someone, grounds, seen_by
from models.common.vocabulary import ErrorType, Issue, Party, Role
from models.review.improvement import Effect, ImprovementState
from models.tables.improvements import ImprovementRow

router = APIRouter(prefix="/v1/improvements", tags=["improvements"], route_class=SeenRoute)

READERS = Role.people() - {Role.CUSTOMER}
DOERS = READERS - {Role.ANALYST}
ImprovementId = Annotated[
    Identifier, Path(description="The case and its remedy, or the review and its cause.", examples=["RD-0123456789AB.m1"])
]
REASON: Any = {"example": {"summary": "Why not · 放弃原因", "value": {"reason": "商家已停止销售该商品。"}}}
PROOF: Any = {"example": {"summary": "What was done · 完成情况", "value": {"proof": "客服话术已更新，并完成培训。"}}}


class ImprovementView(Frozen):
    """`overdue`: open after its date. One that a review opened has no case; its `effect` is measured some weeks after it was done."""

    improvement_id: Everybody[str]
    case_id: Everybody[str | None]
    review_id: Everybody[str | None]
    party: Everybody[Party]
    party_id: Everybody[str]
    issue: Everybody[Issue | None]
    words: Participants[str]
    state: Everybody[ImprovementState]
    opened_at: Everybody[Instant]
    due: Everybody[Instant]
    overdue: Everybody[bool]
    proof: Participants[str | None]
    reason: Participants[str | None]
    """Why it was given up."""
    effect: Everybody[Effect | None]
    done_by: Annotated[str | None, seen_by(PLATFORM, Reader.AUTHOR)]
    done_at: Everybody[Instant | None]

    def grounds(self, reader: Someone) -> Readers:
        return grounds({Reader.AUTHOR: self.done_by == reader.id})


class Improvements(Frozen):
    improvements: Everybody[tuple[ImprovementView, ...]]


class GiveUp(Frozen):
    """Why it is not done."""

    reason: Words


class Done(Frozen):
    """What was made better, in words that a reviewer can check."""

    proof: Words


@router.get("", summary="List improvements · 服务改进任务", responses=READING)
async def list_improvements(
    parts: PartsOf,
    caller: CallerOf,
    *,
    state: Annotated[ImprovementState | None, Query(description="None: all.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Improvements:
    """The nearest date first. Merchants and carriers see their own."""
    only_for(caller, READERS)
    chosen = select(ImprovementRow).order_by(col(ImprovementRow.due), col(ImprovementRow.improvement_id)).limit(limit)
    if state is not None:
        chosen = chosen.where(ImprovementRow.state == state)
    if caller.role in Partner.roles():
        chosen = chosen.where(ImprovementRow.party == caller.role.value, ImprovementRow.party_id == caller.actor.id)
    async with parts.database.reading() as session:
        rows = (await session.exec(chosen)).all()
    return Improvements(improvements=tuple(_view(row) for row in rows))


@router.post(
    "/{improvement_id}/done",
    summary="Prove an improvement · 完成改进任务",
    responses={**OWN, **problems(409)},
    dependencies=[Depends(check_body)],
)
async def improvement_done(
    parts: PartsOf, caller: CallerOf, improvement_id: ImprovementId, done: Annotated[Done, Body(openapi_examples=PROOF)]
) -> ImprovementView:
    """Whoever it belongs to says what was done; the platform's people may for anybody. Once."""
    only_for(caller, DOERS)
    return await _ended(parts, caller, improvement_id, state=ImprovementState.DONE, proof=done.proof, effect=None)


@router.post(
    "/{improvement_id}/give-up",
    summary="Give an improvement up · 放弃改进任务",
    responses={**OWN, **problems(409)},
    dependencies=[Depends(check_body)],
)
async def give_improvement_up(
    parts: PartsOf, caller: CallerOf, improvement_id: ImprovementId, given_up: Annotated[GiveUp, Body(openapi_examples=REASON)]
) -> ImprovementView:
    """With the reason. For: supervisor."""
    only_for(caller, frozenset({Role.SUPERVISOR}))
    return await _ended(parts, caller, improvement_id, state=ImprovementState.GIVEN_UP, reason=given_up.reason)


async def _ended(parts: Parts, caller: Caller, improvement_id: str, **change: object) -> ImprovementView:
    async with parts.database.writing() as session:
        row = await session.get(ImprovementRow, improvement_id, with_for_update=True)
        if row is None or not _theirs(row, caller):
            raise not_found()
        if row.state != ImprovementState.OPEN:
            raise problem(ErrorType.NOT_ALLOWED_NOW, "The improvement is not open any more.", "该改进任务已结束。", rule="RES-3")
        row.sqlmodel_update({**change, "done_by": caller.actor.id, "done_at": datetime.now(UTC)})
        view = _view(row)
    if view.review_id is not None:
        await parts.engine.improvement_changed(improvement_id)
    return view


def _theirs(row: ImprovementRow, caller: Caller) -> bool:
    return caller.role in Role.platform() or (row.party, row.party_id) == (caller.role.value, caller.actor.id)


def _view(row: ImprovementRow) -> ImprovementView:
    return ImprovementView(
        **row.model_dump(exclude={"cause", "reminders", "reminded_at"}),
        overdue=row.state == ImprovementState.OPEN and row.due < datetime.now(UTC),
    )
