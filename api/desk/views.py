"""Saved views (WRK-3): lists of cases that a person or a team looks at again and again, with how many cases each has."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import JsonValue
from sqlalchemy import literal
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.planning import plan_lists
from api.cases.filters import CaseFilters, conditions, refuse_hidden
from api.cases.listing import CaseQuery, Sort, listed_at
from api.desk.saved import Saved, SavedBy, SavedContent, SavedId
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf
from api.http.lookup import in_sight
from api.http.responses import ALWAYS, OWN, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, stored
from models.common.readers import Platform
from models.policy.policy import Policy
from models.tables.case import CaseRow
from models.tables.desk import SavedViewRow

router = APIRouter(prefix="/v1/saved-views", tags=["desk"], route_class=SeenRoute)

COUNTED_TO = 1000
"""Nobody needs to know how many more there are; to count them all would take as long as there are cases."""
AT_ONCE = 20
VIEW: Any = {
    "late": {
        "summary": "What is late in logistics · 物流组逾期",
        "value": {
            "name": "物流逾期",
            "team": "logistics",
            "filters": {"team": "logistics", "overdue": True},
            "sort": "next_deadline",
        },
    }
}


class ViewContent(SavedContent):
    """The filters and the order of `GET /v1/cases`."""

    filters: CaseFilters = CaseFilters.model_validate({})
    sort: Sort = Sort.OPENED_LAST


class SavedView(SavedBy):
    """A view; `cases` is where its cases are. What a filter says of you (`mine`) is said of whoever looks."""

    filters: Platform[JsonValue]
    sort: Platform[Sort]
    cases: Platform[str]


class ViewCount(Frozen):
    """How many cases of the view you see, counted up to a thousand; `more`: there are more than that."""

    id: Platform[str]
    count: Platform[int]
    more: Platform[bool]


@router.get("", summary="Your views · 我的视图", responses=READING)
async def list_views(parts: PartsOf, caller: CallerOf) -> tuple[SavedView, ...]:
    """Your own and those of your teams, by name."""
    async with parts.database.reading() as session:
        return tuple(_view(row) for row in await Saved(session, caller, SavedViewRow).all())


@router.get("/counts", summary="How many cases views have · 视图计数", responses=OWN)
async def count_views(
    parts: PartsOf,
    caller: CallerOf,
    id_: Annotated[
        tuple[Identifier, ...], Query(alias="id", min_length=1, max_length=AT_ONCE, description="Of views, repeated.")
    ],
) -> tuple[ViewCount, ...]:
    """As they are now."""
    async with parts.database.reading() as session:
        saved = Saved(session, caller, SavedViewRow)
        rows = [await saved.get(one) for one in dict.fromkeys(id_)]
        return tuple([await count(session, caller, row, parts.policy) for row in rows])


@router.put(
    "/{view_id}",
    summary="Save a view · 保存视图",
    responses={201: {"description": "Added.", "model": SavedView}, **problems(*ALWAYS, 404, 409)},
    dependencies=[Depends(check_body)],
)
async def put_view(
    *,
    parts: PartsOf,
    caller: CallerOf,
    view_id: SavedId,
    body: Annotated[ViewContent, Body(openapi_examples=VIEW)],
    response: Response,
) -> SavedView:
    """Add or change it, whole."""
    refuse_hidden(caller, body.filters)
    columns = {"filters": body.filters.model_dump(mode="json", exclude_defaults=True), "sort": body.sort.value}
    async with parts.database.writing() as session:
        list(
            conditions(body.filters, caller, session.get_bind().dialect.name, parts.policy)
        )  # a text without a word finds nothing
        saved = Saved(session, caller, SavedViewRow)
        if await saved.put(view_id, body, columns, parts.policy.teams):
            response.status_code = 201
        return _view(await saved.get(view_id))


@router.delete("/{view_id}", status_code=204, summary="Delete a view · 删除视图", responses=OWN)
async def delete_view(parts: PartsOf, caller: CallerOf, view_id: SavedId) -> None:
    async with parts.database.writing() as session:
        await Saved(session, caller, SavedViewRow).delete(view_id)


async def count(session: AsyncSession, caller: Caller, row: SavedViewRow, policy: Policy) -> ViewCount:
    await plan_lists(session)
    filters = stored(CaseFilters, row.filters)
    fitting = conditions(filters, caller, session.get_bind().dialect.name, policy)
    some: Any = (
        select(literal(1)).select_from(CaseRow).where(in_sight(caller.actor, filters.team), *fitting).limit(COUNTED_TO + 1)
    )
    count = (await session.exec(select(func.count()).select_from(some.subquery()))).one()
    return ViewCount(id=row.id, count=min(count, COUNTED_TO), more=count > COUNTED_TO)


def _view(row: SavedViewRow) -> SavedView:
    query = stored(CaseQuery, {**row.filters, "sort": row.sort})
    return SavedView(
        **row.model_dump(include=set(SavedBy.model_fields)),
        filters=row.filters,
        sort=query.sort,
        cases=listed_at(query),
    )
