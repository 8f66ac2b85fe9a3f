"""The library: all cases searched by their words, and closed cases like one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.dependencies import CaseId, only_for
from api.library import endpoints as library
from api.pages.navigation import INSIDE
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from models.common.vocabulary import Issue, Kind, Outcome, Stage
from models.knowledge.entry import Short

router = APIRouter(prefix="/console/library", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def search(page: PageOf) -> Response:
    """The cases that fit best, with the places where the words stand."""
    only_for(page.caller, INSIDE)
    query = page.asked(library.LibraryQuery) if (page.request.query_params.get("q") or "").strip() else None
    found = await page.ask(library.find_cases(page.parts, page.caller, page.locale, query)) if query is not None else None
    return page.show(
        "knowledge/library.html",
        query=query,
        found=found,
        stages=tuple(Stage),
        kinds=tuple(Kind),
        issues=tuple(Issue),
        outcomes=tuple(Outcome),
    )


@router.get("/similar/{case_id}")
async def similar(page: PageOf, case_id: CaseId, root_cause: Annotated[Short | None, Query()] = None) -> Response:
    """Closed cases with most in common, and how they ended."""
    only_for(page.caller, INSIDE)
    found = await page.ask(
        library.find_similar(
            parts=page.parts, caller=page.caller, language=page.locale, case_id=case_id, root_cause=root_cause, limit=20
        )
    )
    return page.show("knowledge/similar.html", found=found, root_cause=root_cause)
