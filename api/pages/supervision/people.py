"""Teams and people: who is there, on which shift, who has how much; letting in, changing, leaving."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api import people, revocations
from api.http.dependencies import only_for
from api.pages.forms import FormOf
from api.pages.navigation import SUPERVISOR
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from models.common.base import Frozen, Identifier
from models.common.vocabulary import Issue, IssueGroup, Role
from models.policy.agents import AgentDetails

router = APIRouter(prefix="/console/supervision/people", route_class=PageRoute, include_in_schema=False)

HERE = "/console/supervision/people"
ROLES = (Role.AGENT, Role.SUPERVISOR, Role.ANALYST)


class Who(Frozen):
    """Who is let in."""

    id: Identifier


@router.get("")
async def list_people(page: PageOf, team: Annotated[str | None, Query()] = None) -> Response:
    """Everybody, or the people of a team."""
    only_for(page.caller, SUPERVISOR)
    teams = await page.ask(people.list_teams(page.parts, page.caller, page.locale))
    chosen = team if team in page.parts.policy.teams else None
    listed = await page.ask(people.list_agents(page.parts, page.caller, chosen))
    revoked = await page.ask(revocations.list_revocations(page.parts, page.caller))
    return page.show("supervision/people.html", teams=teams, people=listed, team=chosen, revoked=revoked, **_choices(page))


@router.post("")
async def let_in(page: PageOf, form: FormOf) -> Response:
    """Somebody new."""
    return await put(page, form.without("id"), form.only("id").into(Who).id)


@router.get("/{agent_id}")
async def show_person(page: PageOf, agent_id: people.AgentId) -> Response:
    """What they can do and what they have to do now."""
    only_for(page.caller, SUPERVISOR)
    load = await page.ask(people.load(page.parts, page.caller, agent_id))
    listed = await page.ask(people.list_agents(page.parts, page.caller))
    person = next(one for one in listed if one.id == agent_id)
    return page.show("supervision/person.html", person=person, load=load, **_choices(page))


@router.post("/{agent_id}")
async def put(page: PageOf, form: FormOf, agent_id: people.AgentId) -> Response:
    """As it is written, whole."""
    details = form.into(AgentDetails)
    await page.ask(people.put_agent(parts=page.parts, caller=page.caller, agent_id=agent_id, body=details, response=Response()))
    return page.to(f"{HERE}/{agent_id}", "people.saved", who=agent_id)


@router.post("/{agent_id}/presence")
async def be_present(page: PageOf, form: FormOf, agent_id: people.AgentId) -> Response:
    """They have come, or gone."""
    body = form.into(people.Presence)
    await page.ask(people.be_present(page.parts, page.caller, agent_id, body))
    return page.to(HERE, "people.present" if body.present else "people.absent", who=agent_id)


@router.post("/{agent_id}/leave")
async def leave(page: PageOf, agent_id: people.AgentId) -> Response:
    """They have left: no token of theirs counts any more, and their cases are handed on."""
    await page.ask(people.remove_agent(page.parts, page.caller, agent_id))
    return page.to(HERE, "people.left", who=agent_id)


@router.post("/{agent_id}/sign-out")
async def sign_out(page: PageOf, form: FormOf, agent_id: people.AgentId) -> Response:
    """No token and no browser of theirs counts any more; they may sign in again."""
    body = form.into(revocations.RevokeIn, subject=agent_id)
    await page.ask(revocations.revoke_tokens(page.parts, page.caller, body))
    return page.to(f"{HERE}/{agent_id}", "people.signed_out", who=agent_id)


def _choices(page: Page) -> dict[str, Any]:
    """What a person's details are chosen from."""
    policy = page.parts.policy
    return {
        "roles": ROLES,
        "policy_teams": tuple(policy.teams),
        "skills": (*IssueGroup, *Issue),
        "shifts": tuple(policy.calendars),
    }
