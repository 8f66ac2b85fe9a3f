"""The queue page and what is done on it: take the next case, save a view, act on many cases at once."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.cases import queues
from api.cases.filters import CaseFilters
from api.cases.listing import CaseQuery, Sort
from api.desk import views
from api.desk.bulk import IN_BULK, BulkBody, act_in_bulk
from api.desk.views import ViewContent
from api.http.dependencies import only_for
from api.http.problems import not_found
from api.pages.forms import FormOf, checked
from api.pages.page import PageOf
from api.pages.queue.filter_fields import filter_fields
from api.pages.queue.lists import HERE, QueueQuery, beside, listed, teams_of
from api.pages.routes import PageRoute
from models.case.actions import BODIES, Action
from models.common.base import Frozen, Identifier
from models.common.vocabulary import Role
from rules.case.permissions import ROLES

router = APIRouter(prefix=HERE, route_class=PageRoute, include_in_schema=False)


class Next(Frozen):
    """Of which team the next case is taken."""

    team: Identifier


class ViewForm(Frozen):
    """What a view is called, and whose it is; what it shows is what the page shows."""

    name: str
    team: Identifier | None = None


@router.get("")
async def queue(page: PageOf) -> Response:
    """Cases, whose move each is, until when, what happens then, and who used the time."""
    only_for(page.caller, Role.platform())
    query = page.asked(QueueQuery)
    saved = await page.ask(views.list_views(page.parts, page.caller))
    shown = await listed(page, query, saved)
    filters = shown.query or CaseQuery.model_validate({})
    return page.show(
        "queue.html",
        query=query,
        listed=shown,
        beside=await beside(page, saved, shown.cases),
        teams=teams_of(page),
        every_team=[(code, name.in_(page.locale)) for code, name in page.parts.policy.teams.items()],
        fields=filter_fields(filters),
        filters=filters,
        sorts=list(Sort),
        bulk=[action for action in IN_BULK if page.caller.role in ROLES[action]],
        waits=page.parts.policy.waits,
    )


@router.post("/next")
async def take_next(page: PageOf, form: FormOf) -> Response:
    """The most urgent case of a team that nobody has."""
    wanted = form.into(Next)
    taken = await page.ask(queues.take_next(page.parts, page.caller, wanted.team, form.key))
    return page.to(f"/console/cases/{taken.case_id}", "queue.taken", case=taken.case_id)


@router.post("/views")
async def save_view(page: PageOf, form: FormOf) -> Response:
    """Keep what the page shows under a name."""
    wanted = form.into(ViewForm)
    shown = await listed(page, page.asked(QueueQuery, form.page), await page.ask(views.list_views(page.parts, page.caller)))
    query = shown.query or CaseQuery.model_validate({})
    filters = CaseFilters.model_validate(query.model_dump(include=set(CaseFilters.model_fields), exclude_defaults=True))
    content = checked(ViewContent, {**wanted.model_dump(), "filters": filters, "sort": query.sort})
    kept = await page.ask(
        views.put_view(
            parts=page.parts, caller=page.caller, view_id=f"view-{secrets.token_hex(6)}", body=content, response=Response()
        )
    )
    return page.to(f"{HERE}?view={kept.id}", "queue.view_saved", name=kept.name)


@router.post("/views/{view_id}/delete")
async def delete_view(page: PageOf, view_id: Annotated[Identifier, Path()]) -> Response:
    await page.ask(views.delete_view(page.parts, page.caller, view_id))
    return page.to(HERE, "queue.view_deleted")


@router.post("/bulk/{action}")
async def bulk(page: PageOf, form: FormOf, action: Annotated[Action, Path()]) -> Response:
    """The action on each case that is chosen; what could not be done is said of each."""
    if action not in IN_BULK:
        raise not_found()
    chosen = form.only("cases").into(BulkBody)
    body = form.into(BODIES[action], under=action.value)
    answer = await page.ask(
        act_in_bulk(page.request, page.parts, page.caller, action, chosen.cases, body=body, key=form.key, language=page.locale)
    )
    refused = [one for one in answer.results if not one.done]
    if not refused:
        return page.to(form.page, "queue.bulk_done", count=len(answer.results))
    return page.show("queue_bulk.html", action=action, refused=refused, done=len(answer.results) - len(refused), sent=form)
