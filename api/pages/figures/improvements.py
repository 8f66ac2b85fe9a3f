"""Tasks to make the service better: their dates, what was done, and whether it helped."""

from fastapi import APIRouter, Response

from api.http.dependencies import only_for
from api.pages.forms import FormOf
from api.pages.navigation import INSIDE
from api.pages.page import PageOf
from api.pages.routes import PageRoute
from api.review import improvements
from models.common.base import Frozen
from models.review.improvement import ImprovementState

router = APIRouter(prefix="/console/figures/improvements", route_class=PageRoute, include_in_schema=False)

HERE = "/console/figures/improvements"


class Asked(Frozen):
    """Which improvements; None: all."""

    state: ImprovementState | None = None


@router.get("")
async def list_improvements(page: PageOf) -> Response:
    """The nearest date first."""
    only_for(page.caller, INSIDE)
    asked = page.asked(Asked)
    found = await page.ask(improvements.list_improvements(page.parts, page.caller, state=asked.state, limit=200))
    return page.show("figures/improvements.html", found=found, asked=asked, states=tuple(ImprovementState))


@router.post("/{improvement_id}/done")
async def done(page: PageOf, form: FormOf, improvement_id: improvements.ImprovementId) -> Response:
    """What was made better."""
    body = form.into(improvements.Done)
    await page.ask(improvements.improvement_done(page.parts, page.caller, improvement_id, body))
    return page.to(HERE, "improvements.noted_done")


@router.post("/{improvement_id}/give-up")
async def give_up(page: PageOf, form: FormOf, improvement_id: improvements.ImprovementId) -> Response:
    """Why it is not done."""
    body = form.into(improvements.GiveUp)
    await page.ask(improvements.give_improvement_up(page.parts, page.caller, improvement_id, body))
    return page.to(HERE, "improvements.noted_given_up")
