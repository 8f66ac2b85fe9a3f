"""Every page, in one router: `api/app.py` includes it. The last one answers for addresses that are none."""

from fastapi import APIRouter, Response

from api.http.problems import not_found
from api.pages import assets, queue, sign_in
from api.pages.page import PageOf
from api.pages.routes import PageRoute

router = APIRouter()
_others = APIRouter(route_class=PageRoute, include_in_schema=False)


@_others.get("/console/{rest:path}")
async def no_such_page(page: PageOf, rest: str) -> Response:
    """404, for who is signed in."""
    del page, rest
    raise not_found()


for _pages in (assets.router, sign_in.router, queue.router, _others):
    router.include_router(_pages)
