"""Tasks to make a service better (RES-3): what was promised to customers, whose it is, and the proof that it was done."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query
from sqlmodel import col, select

from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.problems import not_found, problem
from api.http.responses import OWN, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Instant, Words
from models.common.partner_registry import Partner
from models.common.readers import PLATFORM, Everybody, Participants, Reader, Readers, Someone, grounds, seen_by
from models.common.vocabulary import ErrorType, Issue, Party, Role
from models.tables.improvements import ImprovementRow

router = APIRouter(prefix="/v1/improvements", tags=["improvements"], route_class=SeenRoute)

READERS = Role.people() - {Role.CUSTOMER}
DOERS = READERS - {Role.ANALYST}
State = Literal["open", "done"]
ImprovementId = Annotated[Identifier, Path(description="The case and its remedy.", examples=["RD-0123456789AB.m1"])]
PROOF: Any = {"example": {"summary": "What was done · 完成情况", "value": {"proof": "客服话术已更新，并完成培训。"}}}


class ImprovementView(Frozen):
    """`overdue`: open after its date."""

    improvement_id: Everybody[str]
    case_id: Everybody[str]
    party: Everybody[Party]
    party_id: Everybody[str]
    issue: Everybody[Issue | None]
    words: Participants[str]
    state: Everybody[State]
    opened_at: Everybody[Instant]
    due: Everybody[Instant]
    overdue: Everybody[bool]
    proof: Participants[str | None]
    done_by: Annotated[str | None, seen_by(PLATFORM, Reader.AUTHOR)]
    done_at: Everybody[Instant | None]

    def grounds(self, reader: Someone) -> Readers:
        return grounds({Reader.AUTHOR: self.done_by == reader.id})


class Improvements(Frozen):
    improvements: Everybody[tuple[ImprovementView, ...]]


class Done(Frozen):
    """What was made better, in words that a reviewer can check."""

    proof: Words


@router.get("", summary="List improvements · 服务改进任务", responses=READING)
async def list_improvements(
    parts: PartsOf,
    caller: CallerOf,
    *,
    state: Annotated[State | None, Query(description="None: both.")] = None,
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
    async with parts.database.writing() as session:
        row = await session.get(ImprovementRow, improvement_id, with_for_update=True)
        if row is None or not _theirs(row, caller):
            raise not_found()
        if row.state == "done":
            raise problem(ErrorType.NOT_ALLOWED_NOW, "The improvement was proved already.", "该改进任务已完成。", rule="RES-3")
        row.state, row.proof, row.done_by, row.done_at = "done", done.proof, caller.actor.id, datetime.now(UTC)
        return _view(row)


def _theirs(row: ImprovementRow, caller: Caller) -> bool:
    return caller.role in Role.platform() or (row.party, row.party_id) == (caller.role.value, caller.actor.id)


def _view(row: ImprovementRow) -> ImprovementView:
    return ImprovementView(
        **row.model_dump(),
        overdue=row.state == "open" and row.due < datetime.now(UTC),
    )
