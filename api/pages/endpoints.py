"""Every page, in one router: `api/app.py` includes it. The last one answers for addresses that are none."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.http.problems import not_found
from api.pages import assets, provider, sign_in
from api.pages.books import chargebacks, claims, differences
from api.pages.cases import afterwards, credit_notes, drafts, pieces, print_out
from api.pages.cases import endpoints as cases
from api.pages.figures import cases as counted
from api.pages.figures import improvements, reports, reviews, scorecards
from api.pages.knowledge import entries, lessons, library
from api.pages.page import PageOf
from api.pages.queue import endpoints as queue
from api.pages.routes import PageRoute
from api.pages.supervision import decisions, people, policy, routing

router = APIRouter()
_others = APIRouter(route_class=PageRoute, include_in_schema=False)
FOREVER = "public, max-age=31536000, immutable"


@_others.get("/assets/{name}")
async def get_asset(name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """A script or style of this release."""
    known = assets.at(f"/assets/{name}")
    if known is None:
        raise not_found()
    zipped = "gzip" in accept_encoding
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if zipped else {})
    return Response(known.zipped if zipped else known.plain, headers=headers, media_type=known.media_type)


@_others.get("/console/{rest:path}")
async def no_such_page(page: PageOf, rest: str) -> Response:
    """404, for who is signed in."""
    del page, rest
    raise not_found()


SUPERVISION = (decisions.router, people.router, routing.router, policy.router)
BOOKS = (claims.router, differences.router, chargebacks.router)
FIGURES = (reports.router, scorecards.router, reviews.router, improvements.router, counted.router)
KNOWLEDGE = (lessons.router, entries.router, library.router)
CASE = (afterwards.router, pieces.router, print_out.router, credit_notes.router, drafts.router, cases.router)
for _pages in (sign_in.router, provider.router, queue.router, *CASE, *SUPERVISION, *BOOKS, *FIGURES, *KNOWLEDGE, _others):
    router.include_router(_pages)
