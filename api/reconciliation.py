"""What reconciliation found (docs/money.md): listed, and resolved by a supervisor."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query
from sqlmodel import and_, col, or_, select

from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.problems import not_found, problem
from api.http.responses import OWN, READING, problems
from models.common.base import Frozen, Identifier, Words
from models.common.vocabulary import ErrorType, Role
from models.reconciliation.difference import DifferenceKind, DifferenceState, DifferenceView
from models.tables.reconciliation import DifferenceRow
from rules.case.access import MASK

router = APIRouter(prefix="/v1/differences", tags=["reconciliation"])

READERS = Role.platform() | {Role.ANALYST}
DifferenceId = Annotated[Identifier, Path(description="The difference's id.", examples=["D-0123456789ABCDEF0123"])]
NOTE: Any = {"example": {"summary": "What was found out · 核实结果", "value": {"note": "商家在支付后台直接退款，已与其确认。"}}}


class Differences(Frozen):
    """`next`: give it as `after` for the page that follows."""

    differences: tuple[DifferenceView, ...]
    next: str | None


class Resolve(Frozen):
    """What it was, and what was done about it."""

    note: Words


@router.get("", summary="List differences · 对账差异", responses=READING)
async def list_differences(
    parts: PartsOf,
    caller: CallerOf,
    *,
    state: Annotated[DifferenceState | None, Query(description="None: all.")] = None,
    kind: DifferenceKind | None = None,
    order_id: Identifier | None = None,
    case_id: Identifier | None = None,
    after: Annotated[Identifier | None, Query(description="The last one of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Differences:
    """The one that was seen first comes first."""
    only_for(caller, READERS)
    equal = {"state": state, "kind": kind, "order_id": order_id, "case_id": case_id}
    filters = [col(getattr(DifferenceRow, name)) == value for name, value in equal.items() if value is not None]
    first, own = col(DifferenceRow.first_seen), col(DifferenceRow.difference_id)
    async with parts.database.reading() as session:
        if after is not None:
            last = await session.get(DifferenceRow, after)
            if last is None:
                raise problem(ErrorType.INVALID, "after: there is no such difference.", "after：没有该差异。", field="after")
            filters.append(or_(first > last.first_seen, and_(first == last.first_seen, own > after)))
        rows = (await session.exec(select(DifferenceRow).where(*filters).order_by(first, own).limit(limit + 1))).all()
    page = rows[:limit]
    more = page[-1].difference_id if len(rows) > limit else None
    return Differences(differences=tuple(_view(row, caller) for row in page), next=more)


@router.post(
    "/{difference_id}/resolve",
    summary="Resolve a difference · 处理对账差异",
    responses={**OWN, **problems(409)},
    dependencies=[Depends(check_body)],
)
async def resolve_difference(
    parts: PartsOf, caller: CallerOf, difference_id: DifferenceId, resolve: Annotated[Resolve, Body(openapi_examples=NOTE)]
) -> DifferenceView:
    """Accept it with a note. It stays accepted while it is the same; when it changes, it is open again. For: supervisor."""
    only_for(caller, frozenset({Role.SUPERVISOR}))
    async with parts.database.writing() as session:
        row = await session.get(DifferenceRow, difference_id, with_for_update=True)
        if row is None:
            raise not_found()
        if row.state != DifferenceState.OPEN:
            raise problem(
                ErrorType.NOT_ALLOWED_NOW, f"The difference is {row.state} already.", "该差异已处理。", rule="reconciliation"
            )
        row.state, row.note = DifferenceState.ACCEPTED, resolve.note
        row.closed_at, row.closed_by = datetime.now(UTC), caller.actor.id
        session.add(row)
        return _view(row, caller)


def _view(row: DifferenceRow, caller: Caller) -> DifferenceView:
    view = DifferenceView.model_validate(row.model_dump(include=set(DifferenceView.model_fields)))
    if caller.role is not Role.ANALYST:
        return view
    return view.model_copy(update={"note": row.note and MASK, "closed_by": None})
