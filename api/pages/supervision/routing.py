"""Who gets which cases: the routing table, tried with a case."""

from fastapi import APIRouter, Response

from api.cases.routing import explain_
from api.http.dependencies import only_for
from api.pages.navigation import INSIDE
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from models.common.base import Frozen, Identifier
from models.common.vocabulary import Issue, Kind, Priority

router = APIRouter(prefix="/console/supervision/routing", route_class=PageRoute, include_in_schema=False)


class Tried(Frozen):
    """A case as the table looks at it."""

    kind: Kind = Kind.AFTER_SALES
    issue: Issue = Issue.DAMAGED
    priority: Priority = Priority.P3
    region: Identifier | None = None
    merchant: Identifier | None = None


@router.get("")
async def routing(page: PageOf) -> Response:
    """Which team would get such a case, and why each row fits or not."""
    only_for(page.caller, INSIDE)
    case = page.asked(Tried)
    found = await page.ask(explain_(page.parts, page.caller, page.locale, **dict(case)))
    return page.show("supervision/routing.html", case=case, found=found, kinds=tuple(Kind), priorities=tuple(Priority))
