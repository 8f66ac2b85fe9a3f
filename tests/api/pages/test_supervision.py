"""The supervisor's and the analyst's pages (PAG-2, PAG-5): each opens for who may see it, in both languages, and does what the API does."""

import re

import pytest

from models.common.vocabulary import Role
from tests.support.processes.api import Web
from tests.support.processes.pages import Visitors

SUPERVISION = ("decisions", "people", "routing")
PAGES = (
    *(f"/console/supervision/{name}" for name in SUPERVISION),
    *(f"/console/supervision/decisions?pile={pile}" for pile in ("overdue", "low_scores", "reviews", "appeals", "root_causes")),
    "/console/books/claims",
    "/console/books/differences",
    "/console/books/chargebacks",
    "/console/books/chargebacks?status=lost&open=true&due_before@=2026-01-01T00:00",
    "/console/figures/reports",
    *(f"/console/figures/reports/{name}" for name in ("volume", "sla", "hours", "times", "given", "recoveries")),
    "/console/figures/scorecards?kind=team",
    "/console/figures/reviews",
    "/console/figures/improvements",
    "/console/knowledge/entries",
    "/console/knowledge/entries?q=refund",
    "/console/knowledge/lessons",
    "/console/library",
    "/console/library?q=cup&stage=closed",
    "/console/cases?overdue=true&stage=investigation",
)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_opens_for_a_supervisor(visitors: Visitors, language: str) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    sun.http.headers["Accept-Language"] = language
    shown = {address: (await sun.get(address)).status for address in PAGES}
    assert {address: status for address, status in shown.items() if status != 200} == {}


async def test_an_analyst_sees_figures_and_decides_nothing(visitors: Visitors) -> None:
    ana = await visitors.signed_in(Role.ANALYST, "ana")
    assert (await ana.get("/console/figures/reports/volume?by=channel")).status == 200
    assert (await ana.get("/console/supervision/decisions")).status == 403
    assert "form-scan" not in (await ana.get("/console/books/differences")).forms


@pytest.mark.submits(
    "/console/supervision/people",
    "/console/supervision/people/{agent_id}",
    "/console/supervision/people/{agent_id}/leave",
    "/console/supervision/people/{agent_id}/presence",
    "/console/supervision/people/{agent_id}/sign-out",
)
async def test_a_person_is_let_in_changed_and_goes(visitors: Visitors) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get("/console/supervision/people")
    await sun.refused(422, "form-add", id="new.one", name="New", role="agent")
    told = {"id": "new.one", "name": "New", "role": "agent", "teams*": ["logistics"], "shift": "office", "present": "false"}
    shown = await sun.submit("form-add", **told)
    assert (shown.status, shown.path) == (200, "/console/supervision/people/new.one")
    assert "service hours" in shown.text
    shown = await sun.get("/console/supervision/people?team=logistics")
    assert re.search(r"New new\.one Agent .{0,40} office hours .{0,40} away", shown.text)
    await sun.get("/console/supervision/people/new.one")
    shown = await sun.submit("form-details", name="Newer", most="7")
    assert "Newer" in shown.text
    assert "0 / 7" in shown.text
    shown = await sun.submit("form-sign-out")
    assert (shown.status, shown.path) == (200, "/console/supervision/people/new.one")
    await sun.get("/console/supervision/people")
    assert "form-presence-new.one" in (await sun.submit("form-presence-new.one")).forms
    await sun.get("/console/supervision/people/new.one")
    assert (await sun.submit("form-leave")).path == "/console/supervision/people"
    assert sun.page is not None
    assert "form-presence-new.one" not in sun.page.forms


@pytest.mark.submits(
    "/console/knowledge/entries", "/console/knowledge/entries/{entry_id}", "/console/knowledge/entries/{entry_id}/delete"
)
async def test_an_answer_is_written_in_both_languages_and_taken_away(visitors: Visitors) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get("/console/knowledge/entries")
    words = {
        "title.zh": "可以包装吗？",
        "title.en": "Gift wrap?",
        "body.zh": "可以。",
        "body.en": "Yes.",
        "phrases": "wrap\n礼品",
    }
    shown = await sun.submit("form-add", id="wrap", state="published", **words)
    assert shown.path == "/console/knowledge/entries/wrap"
    assert "Gift wrap?" in shown.text
    long = {"title.zh": "可以包装吗？" * 100, "body.en": "Yes, of course."}
    await sun.refused(422, "form-edit", **long)
    await sun.get("/console/knowledge/entries/wrap")
    assert "Yes, of course." in (await sun.submit("form-edit", **{"body.en": "Yes, of course."})).text
    assert (await sun.submit("form-delete")).status == 200
    assert (await sun.get("/console/knowledge/entries/wrap")).status == 404


@pytest.mark.submits("/console/knowledge/unanswered/seen-to")
async def test_a_search_that_found_nothing_is_seen_to(web: Web, visitors: Visitors) -> None:
    customer = web.person(Role.CUSTOMER, "C-VAIN")
    assert (await customer.get("/v1/knowledge?q=quetzal")).json()["entries"] == []
    alice = await visitors.signed_in(Role.AGENT, "alice")
    assert "quetzal" not in (await alice.get("/console/knowledge/entries")).text
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    shown = await sun.get("/console/knowledge/entries")
    form = next(name for name, form in shown.forms.items() if form.fields.get("words") == ["quetzal"])
    assert "Searches that found nothing" in shown.text
    shown = await sun.submit(form)
    assert "It is off the list." in shown.text
    assert "quetzal" not in shown.text


@pytest.mark.submits("/console/supervision/policy")
async def test_a_changed_policy_is_checked_compared_and_tried(visitors: Visitors) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    await sun.get("/console/supervision/policy")
    wrong = await sun.submit("form-try", text="extends: default.yaml\nlow_score: 9\n")
    assert wrong.status == 422
    assert "low_score" in wrong.text
    right = await sun.submit("form-try", text='extends: default.yaml\nversion: "ours"\nlow_score: 1\n')
    assert right.status == 200
    assert "It is right (version ours)" in right.text
    assert "low_score 2 1" in right.text
