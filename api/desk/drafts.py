"""Drafts (WRK-5): what somebody writes on a case is kept as they write it, for nobody but themselves, until it is sent."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path
from pydantic import Field, JsonValue

from adapters.database import drafts as table
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, CaseId, PartsOf, only_for
from api.http.lookup import find
from api.http.problems import problem
from api.http.responses import LOOKING, READING, problems
from api.http.routes import SeenRoute
from models.case.desk_views import DraftKind, DraftView
from models.common.base import Frozen
from models.common.vocabulary import ErrorType, Role
from models.tables.presence import DraftRow

router = APIRouter(prefix="/v1", tags=["desk"], route_class=SeenRoute)

PLATFORM = Role.platform()
KindOf = Annotated[DraftKind, Path(description="What it will be sent as.")]
EXAMPLE: Any = {
    "reply": {
        "summary": "A reply that is not finished · 未完成的回复",
        "value": {"content": {"words": "您好，我们已联系承运商，"}, "case_version": 12, "follows": 3},
    }
}


class DraftContent(Frozen):
    """`content`: the fields of the action's body, as far as they are written. `case_version`: of the case that is on the screen. `follows`:
    the revision that this screen saved or read last; without it whatever is there is replaced.
    """

    content: Mapping[str, JsonValue] = Field(max_length=50)
    case_version: int = Field(ge=0, le=2**31 - 1)
    follows: int | None = Field(default=None, ge=0, le=2**31 - 1)


@router.get("/me/drafts", summary="Your drafts · 我的草稿", responses=READING)
async def list_drafts(parts: PartsOf, caller: CallerOf) -> tuple[DraftView, ...]:
    """On every case, the newest first, at most a hundred."""
    only_for(caller, PLATFORM)
    async with parts.database.reading() as session:
        return tuple(_view(row) for row in await table.drafts_of(session, caller.actor.id))


@router.get("/cases/{case_id}/drafts", summary="Your drafts on a case · 本工单草稿", responses=LOOKING)
async def drafts_on_case(parts: PartsOf, caller: CallerOf, case_id: CaseId) -> tuple[DraftView, ...]:
    only_for(caller, PLATFORM)
    await find(parts, caller, case_id)
    async with parts.database.reading() as session:
        return tuple(_view(row) for row in await table.drafts_of(session, caller.actor.id, case_id))


@router.put(
    "/cases/{case_id}/drafts/{kind}",
    summary="Keep a draft · 保存草稿",
    responses={**LOOKING, **problems(409)},
    dependencies=[Depends(check_body)],
)
async def put_draft(
    *,
    parts: PartsOf,
    caller: CallerOf,
    case_id: CaseId,
    kind: KindOf,
    body: Annotated[DraftContent, Body(openapi_examples=EXAMPLE)],
) -> DraftView:
    """As often as you like; it goes when the action is done, and whatever happens on the case leaves it as it is.

    409: another screen of yours has saved a later revision. Read it, and save again with its number in `follows`.
    """
    only_for(caller, PLATFORM)
    await find(parts, caller, case_id)
    async with parts.database.writing() as session:
        where = (case_id, caller.actor.id, kind)
        row, kept = await table.save(session, where, body.content, body.case_version, body.follows)
    if not kept:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            f"Another screen of yours has saved revision {row.revision} of this draft; read it, then save with `follows` {row.revision}.",
            f"您的另一个页面已保存该草稿的第 {row.revision} 版；请先读取，再以 `follows` {row.revision} 保存。",
            field="follows",
            rule="WRK-5",
        )
    return _view(row)


@router.delete(
    "/cases/{case_id}/drafts/{kind}",
    status_code=204,
    summary="Discard a draft · 丢弃草稿",
    responses=problems(401, 403, 404, 422, 429, 500, 503),
)
async def discard_draft(parts: PartsOf, caller: CallerOf, case_id: CaseId, kind: KindOf) -> None:
    """Also when there is none. It works on a case that is not yours to see any more."""
    only_for(caller, PLATFORM)
    async with parts.database.writing() as session:
        await table.discard(session, case_id, caller.actor.id, kind)


def _view(row: DraftRow) -> DraftView:
    return DraftView.model_validate(row.model_dump())
