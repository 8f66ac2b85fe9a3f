"""The cases behind a figure: the list of cases with the filters of the figure's address."""

from fastapi import APIRouter, Response

from api.cases import endpoints as cases
from api.cases.listing import CaseQuery
from api.http.dependencies import only_for
from api.pages.navigation import INSIDE
from api.pages.page import PageOf
from api.pages.routes import PageRoute

router = APIRouter(prefix="/console/cases", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def list_cases(page: PageOf) -> Response:
    """By the filters of `GET /v1/cases`."""
    only_for(page.caller, INSIDE)
    query = page.asked(CaseQuery)
    found = await page.ask(cases.list_(page.parts, page.caller, query))
    shown = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "limit", "sort"})
    return page.show("figures/cases.html", found=found, shown=shown)
