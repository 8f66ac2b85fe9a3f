"""The queue: the cases that somebody works on, whose move each is, until when, and the next one to take."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.cases import endpoints as cases
from api.cases import queues
from api.cases.listing import CaseQuery, Sort
from api.http.dependencies import only_for
from api.pages.forms import FormOf
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from models.common.base import Frozen, Identifier
from models.common.vocabulary import Role

router = APIRouter(prefix="/console/queue", route_class=PageRoute, include_in_schema=False)


class Next(Frozen):
    """Of which team the next case is taken."""

    team: Identifier


@router.get("")
async def queue(page: PageOf, team: Annotated[Identifier | None, Query()] = None) -> Response:
    """One's own cases, or the queue of a team."""
    only_for(page.caller, Role.platform())
    if team is None:
        mine = CaseQuery.model_validate({"mine": True, "snoozed": False, "sort": Sort.DEADLINE, "stage": ()})
        listed = (await page.ask(cases.list_(page.parts, page.caller, mine))).cases
    else:
        listed = (await page.ask(queues.queue(page.parts, page.caller, team))).cases
    return page.show("queue.html", cases=listed, team=team, teams=_teams(page))


@router.post("/next")
async def take_next(page: PageOf, form: FormOf) -> Response:
    """The most urgent case of a team that nobody has."""
    wanted = form.into(Next)
    taken = await page.ask(queues.take_next(page.parts, page.caller, wanted.team, form.key))
    return page.to(f"/console/cases/{taken.case_id}", "queue.taken", case=taken.case_id)


def _teams(page: Page) -> tuple[str, ...]:
    """Those whose queues the caller sees."""
    return page.caller.actor.teams if page.caller.role is Role.AGENT else tuple(page.parts.policy.teams)
