"""The reviews of the weeks, and of any period: made, read, sent on by a link."""

from fastapi import APIRouter, Response

from api.http.dependencies import only_for
from api.pages.figures.drawing import drawn
from api.pages.forms import FormOf
from api.pages.navigation import INSIDE
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from api.review import reviews

router = APIRouter(prefix="/console/figures/reviews", route_class=PageRoute, include_in_schema=False)

HERE = "/console/figures/reviews"


@router.get("")
async def list_reviews(page: PageOf) -> Response:
    """The last one first."""
    only_for(page.caller, INSIDE)
    found = await page.ask(reviews.list_reviews(page.parts, page.caller))
    return page.show("figures/reviews.html", found=found)


@router.post("")
async def make(page: PageOf, form: FormOf) -> Response:
    """Of a period; told to nobody unless the form says so."""
    body = form.into(reviews.MakeReview)
    made = await page.ask(reviews.make_review(page.parts, page.caller, body))
    return page.to(f"{HERE}/{made.review_id}", "reviews.done")


@router.get("/{review_id}")
async def show(page: PageOf, review_id: reviews.ReviewId) -> Response:
    """What cost most, what got worse, week by week, and who was told: the same as in its mail and PDF."""
    return await _shown(page, review_id)


@router.post("/{review_id}/link")
async def link(page: PageOf, review_id: reviews.ReviewId) -> Response:
    """A page and a PDF for whoever has no account here."""
    return await _shown(page, review_id, await page.ask(reviews.link(page.parts, page.caller, review_id)))


async def _shown(page: Page, review_id: str, link: reviews.ReviewLink | None = None) -> Response:
    review = await page.ask(reviews.get_review(page.parts, page.caller, review_id))
    (document,) = await reviews.documents_of(page.parts, review_id, [page.locale])
    charts = [await drawn(section.chart) if section.chart else None for section in document.sections]
    return page.show("figures/review.html", review=review, document=document, charts=charts, link=link)
