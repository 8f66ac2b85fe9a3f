"""Figures (RVW-1): reports of the cases that were opened in a period, for those who may see them, as JSON, CSV or XLSX."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database
from adapters.database.figures import plan_reports
from adapters.database.kept_sums import KeptSums
from api.http.auth import Caller
from api.http.dependencies import CallerOf, Language, PartsOf
from api.http.problems import problem
from api.http.responses import OWN
from api.http.routes import SeenRoute
from api.reports import shapes
from api.reports.counting import counted
from api.reports.files import as_csv, as_png, as_svg, as_xlsx
from api.reports.query import CountQuery, Form, Selection, select_for
from api.reports.specs import SPECS, ReportName
from models.common.vocabulary import ErrorType, Locale
from models.figures import Report
from models.policy.policy import Policy

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=SeenRoute)

MEDIA = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.SVG: "image/svg+xml",
    Form.PNG: "image/png",
}
WRITERS = {Form.CSV: as_csv, Form.XLSX: as_xlsx, Form.SVG: as_svg, Form.PNG: as_png}
MAKERS: dict[ReportName, Callable[[AsyncSession, KeptSums, Selection], Awaitable[Report]]] = {
    ReportName.HOURS: shapes.hours,
    ReportName.TIMES: shapes.times,
    ReportName.GIVEN: shapes.given,
    ReportName.RECOVERIES: shapes.recoveries,
}


@router.get(
    "/{report}",
    summary="A report · 报表",
    response_model=Report,
    responses={
        **OWN,
        200: {
            "description": "The report, as `format` says.",
            "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()},
        },
    },
)
async def show(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    report: Annotated[ReportName, Path(description="Which one.")],
    query: Annotated[CountQuery, Query()],
) -> Report | Response:
    """Cases that were opened in the period, counted, beside the period before. Each figure names the list of the cases that it counts.

    Merchants and carriers have their own figures only.
    """
    made = await report_of(parts, caller, report, query)
    if query.format is Form.JSON:
        return made
    name = f"{report}-{made.opened_from:%Y%m%d}-{made.opened_to:%Y%m%d}.{query.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = await asyncio.to_thread(WRITERS[query.format], made, Locale(language))
    return Response(body, media_type=MEDIA[query.format], headers=headers)


class Sources(Protocol):
    """What reports are made of."""

    @property
    def database(self) -> Database: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def sums(self) -> KeptSums: ...


async def report_of(sources: Sources, caller: Caller, name: ReportName, query: CountQuery) -> Report:
    """The report as the caller may see it. 403 for what is not theirs, 422 for what cannot be."""
    spec = SPECS.get(name)
    by = query.by or (spec.by if spec else ())
    if query.by and (spec is None or not spec.by):
        raise problem(
            ErrorType.INVALID,
            f"by: the report {name} has a shape of its own; only volume, resolution, satisfaction, responsibility and sla count by something.",
            f"by：报表 {name} 有固定的形式；只有 volume、resolution、satisfaction、responsibility 和 sla 可以指定统计维度。",
            field="by",
            rule="RVW-1",
        )
    selection = select_for(caller, query, by, sources.policy)
    async with sources.database.reading() as session:
        await plan_reports(session)
        if spec is not None:
            return await counted(session, sources.sums, name, selection)
        return await MAKERS[name](session, sources.sums, selection)
