"""What every page has: headers, language, zone, appearance, a piece for htmx, and forms that come back with what is wrong."""

import ast
import re
from pathlib import Path

import pytest

from models.common.vocabulary import Role
from settings import ROOT
from tests.support.processes.pages import Visitors


async def test_a_page_runs_nothing_that_is_not_ours(visitors: Visitors) -> None:
    shown = await (await visitors.signed_in(Role.AGENT, "alice")).get("/console/queue")
    policy = shown.answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert shown.answer.headers["referrer-policy"] == "same-origin"
    assert shown.answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", shown.html)


@pytest.mark.submits("/preferences")
async def test_a_page_speaks_the_language_that_was_chosen(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    assert 'lang="en"' in (await alice.get("/console/queue")).html
    shown = await alice.submit("/preferences", language="zh", theme="dark", zone="Europe/Berlin")
    assert shown.path == "/console/queue"
    assert 'lang="zh-CN" data-theme="dark"' in shown.html
    assert "Europe/Berlin" in shown.html
    assert "退出登录" in shown.text


async def test_a_zone_that_there_is_not_is_refused_in_words(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    await alice.get("/console/queue")
    shown = await alice.submit("/preferences", zone="Mars/Olympus")
    assert shown.status == 422
    assert "there is no such time zone" in shown.text


async def test_htmx_gets_the_piece_that_it_asks_for(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    whole = await alice.get("/console/queue")
    part = await alice.get("/console/queue", **{"HX-Request": "true", "HX-Target": "main#main"})
    assert "<header" in whole.html
    assert "<header" not in part.html
    assert "<h1>My cases</h1>" in part.html
    assert "<title>My cases · Redress</title>" in part.html


async def test_a_refused_form_comes_back_with_what_is_wrong_and_what_was_chosen(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice", "logistics")
    await alice.get("/console/queue?queue=logistics")
    shown = await alice.submit("form-next", team="nobodys")
    assert shown.status == 404
    assert "There is nothing here for you to see." in shown.text
    assert "Queue of the" in shown.text
    assert 'role="alert"' in shown.html


async def test_an_address_that_is_no_page_says_so_as_a_page(visitors: Visitors) -> None:
    alice = await visitors.signed_in(Role.AGENT, "alice")
    shown = await alice.get("/console/nothing")
    assert shown.status == 404
    assert "Not found" in shown.text
    assert "Sign out" in shown.text


async def test_a_role_without_pages_is_told_so(visitors: Visitors) -> None:
    shown = await (await visitors.signed_in(Role.CUSTOMER, "C-1")).get("/console")
    assert shown.status == 403
    assert "There are no pages for the role customer" in shown.text


@pytest.mark.parametrize("name", ["console.css", "console.js", "icon.svg"])
async def test_assets_are_kept_for_good_and_compressed(visitors: Visitors, name: str) -> None:
    somebody = await visitors.stranger()
    stem, _, ending = name.partition(".")
    address = re.search(rf"/assets/{stem}\.[0-9a-f]{{12}}\.{ending}", (await somebody.get("/sign-in")).html)
    assert address is not None
    answer = (await somebody.get(address.group())).answer
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert (await somebody.get(f"/assets/{stem}.000000000000.{ending}")).status == 404


@pytest.mark.parametrize("file", sorted((ROOT / "api/pages").rglob("*.py")), ids=lambda file: file.name)
def test_what_an_endpoint_answers_is_shown_as_far_as_it_is_the_readers(file: Path) -> None:
    """As `SeenRoute` holds for the API: what is asked for as the caller comes through `page.ask`."""
    awaited = [node.value for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Await)]
    calls = [call for call in awaited if isinstance(call, ast.Call)]
    given = {ast.unparse(call): [*call.args, *(one.value for one in call.keywords)] for call in calls}
    assert [name for name, values in given.items() if "page.caller" in map(ast.unparse, values)] == []
