"""Signing in to the console (PAG-6, docs/console.md): links that work once, the session of a browser, its end, and who sends what."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select, update

from adapters.database.sign_in import hash_of
from models.common.vocabulary import Role
from models.tables.sign_in import BrowserSessionRow
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors


@pytest.mark.submits("/sign-in/link/{secret}")
async def test_a_link_signs_in_once(visitors: Visitors) -> None:
    link = await visitors.link(Role.SUPERVISOR, "sun")
    first, second = await visitors.stranger(), await visitors.stranger()
    assert "sun" in (await first.get(link)).text
    assert (await second.get(link)).status == 200  # whoever only looks leaves it good
    assert (await first.post(link, {})).path == "/console/queue"
    assert (await first.get("/v1/me")).answer.json()["id"] == "sun"
    assert (await second.post(link, {})).status == 404
    assert (await second.get("/v1/me")).status == 401


async def test_the_cookie_is_hidden_from_scripts_and_other_sites_and_kept_as_a_hash(web: Web, visitors: Visitors) -> None:
    link = await visitors.link(Role.AGENT, "alice")
    somebody = await visitors.stranger()
    somebody.http.follow_redirects = False
    cookie = (await somebody.post(link, {})).answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    secret = cookie.partition("=")[2].partition(";")[0]
    async with web.service.database.reading() as session:
        assert await session.get(BrowserSessionRow, hash_of(secret)) is not None
        assert await session.get(BrowserSessionRow, secret) is None


async def test_a_page_leads_to_the_sign_in_and_back_to_itself(web: Web, visitors: Visitors) -> None:
    somebody = await visitors.stranger()
    shown = await somebody.get("/console/queue?team=logistics")
    assert shown.path == "/sign-in"
    assert shown.answer.url.params["to"] == "/console/queue?team=logistics"
    by_htmx = {"HX-Request": "true", "HX-Current-URL": f"{web.http.base_url}/console/queue?team=money"}
    answer = (await somebody.get("/console/queue", **by_htmx)).answer
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?to=/console/queue%3Fteam%3Dmoney")


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", "/v1/me", "javascript:alert(1)"])
async def test_nobody_is_sent_elsewhere_after_signing_in(visitors: Visitors, to: str) -> None:
    link = await visitors.link(Role.AGENT, "alice")
    assert (await (await visitors.stranger()).post(link, {"_to": to})).path == "/console/queue"


@pytest.mark.submits("/sign-out")
async def test_signed_out_the_cookie_counts_no_more(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    cookie = alice.http.cookies["redress"]
    await alice.get("/console/queue")
    assert (await alice.submit("/sign-out")).path == "/sign-in"
    alice.http.cookies.set("redress", cookie)
    assert (await alice.get("/v1/me")).status == 401


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
async def test_a_session_ends_when_nobody_uses_it_and_after_its_time(web: Web, visitors: Visitors, column: str) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    assert (await alice.get("/v1/me")).status == 200
    one = col(BrowserSessionRow.id) == hash_of(alice.http.cookies["redress"])
    async with web.service.database.writing() as session:
        await session.exec(update(BrowserSessionRow).where(one).values({column: datetime.now(UTC) - timedelta(hours=1)}))
    assert (await alice.get("/v1/me")).status == 401


@pytest.mark.parametrize("all_of_hers", [True, False])
async def test_a_session_is_revoked_as_a_token_is(web: Web, visitors: Visitors, *, all_of_hers: bool) -> None:
    rita = await visitors.signed_in(Role.AGENT, "rita")
    mine = (await rita.get("/v1/me")).answer.json()
    named = {"role": "agent", "subject": "rita"} if all_of_hers else {"token_id": mine["token_id"]}
    assert (await web.person(Role.SUPERVISOR, "sun").post("/v1/revocations", named)).status_code == 201
    assert (await rita.get("/v1/me")).status == 401


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_what_other_sites_send_with_the_cookie_does_not_count(visitors: Visitors, origin: str | None) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    headers = {} if origin is None else {"Origin": origin}
    refused = [
        await alice.http.post("/sign-out", headers=headers),
        await alice.http.post("/console/queue/next", data={"team": "logistics"}, headers=headers),
        await alice.http.post("/v1/queues/logistics/next", headers=headers),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert (await alice.get("/v1/me")).status == 200


async def test_with_the_cookie_one_is_the_same_caller_as_with_a_token(web: Web, visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice", "logistics")
    told = (await alice.get("/v1/me")).answer.json()
    known = (await web.person(Role.AGENT, "alice", "logistics").get("/v1/me")).json()
    assert {**told, "token_id": None, "expires_at": None} == {**known, "token_id": None, "expires_at": None}
    assert told["teams"] == ["logistics"]
    assert (await alice.get("/v1/queues/money")).status == (
        await web.person(Role.AGENT, "alice", "logistics").get("/v1/queues/money")
    ).status_code


async def test_who_has_left_is_out_at_once(web: Web, visitors: Visitors) -> None:
    gone = await visitors.signed_in(Role.AGENT, "gone")
    assert (await gone.get("/console/queue")).status == 200
    assert (await web.person(Role.SUPERVISOR, "sun").delete("/v1/agents/gone")).status_code == 204
    assert (await gone.get("/console/queue")).status in {401, 403} or (gone.page and gone.page.path == "/sign-in")


async def test_sessions_are_counted_as_seen_once_a_minute(web: Web, visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    one = col(BrowserSessionRow.id) == hash_of(alice.http.cookies["redress"])
    before = datetime.now(UTC) - timedelta(minutes=5)
    async with web.service.database.writing() as session:
        await session.exec(update(BrowserSessionRow).where(one).values(seen_at=before))
    await alice.get("/v1/me")
    async with web.service.database.reading() as session:
        seen = (await session.exec(select(BrowserSessionRow.seen_at).where(one))).one()
    assert seen > before
