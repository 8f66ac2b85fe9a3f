"""Signing in with an identity provider: a real one, in a process of its own (oidc-provider of npm), and what may be wrong on the way."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Web, running_web
from tests.support.processes.npm import openid_provider
from tests.support.processes.pages import Visitor, Visitors, visiting
from tests.support.processes.ports import free_port


@pytest.fixture(scope="module")
async def console(web: Web) -> AsyncIterator[Web]:
    """The API, which trusts the provider."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    trusting = {"jwks_url": f"{issuer}/jwks", "jwt_issuer": issuer, "oidc_client_id": "console"}
    async with running_web(web.settings.model_copy(update=trusting), web.service) as own:
        with openid_provider(port, f"{str(own.http.base_url).rstrip('/')}/sign-in/callback"):
            yield own


@pytest.fixture
async def people(console: Web) -> AsyncIterator[Visitors]:
    async with visiting(console) as people:
        yield people


async def at_the_provider(somebody: Visitor, name: str) -> str:
    """Give a name to the provider and agree; where it sends the browser back to."""
    await somebody.get("/sign-in/provider?to=/console/queue%3Fqueue%3Dlogistics")
    somebody.http.follow_redirects = False
    for fields in ({"login": name, "password": "any"}, {}):
        assert somebody.page is not None
        form = next(iter(somebody.page.forms.values()))
        shown = await somebody.post(form.action, {**form.fields, **fields})
        while shown.answer.is_redirect and "/sign-in/callback" not in shown.answer.headers["location"]:
            shown = await somebody.get(str(shown.answer.next_request.url if shown.answer.next_request else ""))
    assert shown.answer.is_redirect
    return shown.answer.headers["location"]


async def entered(console: Web, role: Role, who: str) -> None:
    console.person(role, who)
    await console.http.get("/healthz")


async def test_whom_provider_and_table_of_people_know_is_signed_in_and_back_where_they_began(
    console: Web, people: Visitors
) -> None:
    await entered(console, Role.SUPERVISOR, "sun")
    somebody = await people.stranger()
    assert "Sign in with your account" in (await somebody.get("/console/queue")).text
    back = await at_the_provider(somebody, "sun")
    shown = await somebody.get(back)
    assert shown.answer.headers["location"] == "/console/queue?queue=logistics"
    me = (await somebody.get("/v1/me")).answer.json()
    assert (me["role"], me["id"]) == ("supervisor", "sun")
    again = await somebody.get(back)
    assert again.status == 403  # the sign-in is over; its code is used up


async def test_whom_the_table_of_people_does_not_know_is_refused(people: Visitors) -> None:
    somebody = await people.stranger()
    shown = await somebody.get(await at_the_provider(somebody, "unknown-person"))
    assert shown.status == 403
    assert "unknown-person is not among the people" in shown.text


async def test_a_link_back_counts_only_in_the_browser_that_began(console: Web, people: Visitors) -> None:
    await entered(console, Role.SUPERVISOR, "sun")
    victim, other = await people.stranger(), await people.stranger()
    back = await at_the_provider(other, "sun")
    assert (await victim.get(back)).status == 403
    await victim.http.get("/sign-in/provider", follow_redirects=False)
    assert (await victim.get(back)).status == 403  # begun, but with another state
    assert (await victim.get("/v1/me")).status == 401


async def test_the_provider_is_asked_with_a_challenge_a_state_and_a_nonce(console: Web) -> None:
    answer = await console.http.get("/sign-in/provider")
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"code_challenge", "state", "nonce"} <= asked.keys()
    assert "HttpOnly" in answer.headers["set-cookie"]


async def test_without_a_provider_there_is_no_such_sign_in(visitors: Visitors) -> None:
    assert (await (await visitors.stranger()).get("/sign-in/provider")).status == 404
