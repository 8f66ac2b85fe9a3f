"""The knowledge base over HTTP: everybody finds what is published, supervisors write it, and a shop's page may ask before a case is opened."""

import itertools
from typing import Any

import pytest

from models.common.vocabulary import Locale, Role
from rules.policy.knowledge import first_answers
from rules.policy.load import load_policy
from tests.support.processes.api import Person, Web

C, M, K, A, S, Y = Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST
EVERYBODY = [C, M, K, A, S, Y]
INSIDERS = {A, S, Y}
_numbers = itertools.count(1)


def entry(**change: Any) -> dict[str, Any]:
    return {
        "title": {"zh": "可以提供礼品包装吗？", "en": "Can my order be gift-wrapped?"},
        "body": {"zh": "可以，下单时选择。", "en": "Yes, choose it when ordering."},
        "keywords": ["礼品包装", "wrap as a present"],
        "issues": ["order.change"],
        "state": "published",
        **change,
    }


def somebody(web: Web, role: Role, locale: Locale | None = None) -> Person:
    return web.person(role, f"{role.value}-1", locale=locale)


async def written(web: Web, **change: Any) -> str:
    """The address of a new entry."""
    address = f"/v1/knowledge/new-{next(_numbers)}"
    answer = await somebody(web, S).put(address, entry(**change))
    assert answer.status_code == 201, answer.text
    return address


async def gone(web: Web, address: str) -> int:
    return (await web.http.delete(address, headers=somebody(web, S).headers)).status_code


async def test_the_first_answers_are_there_from_the_start(web: Web) -> None:
    listed = (await somebody(web, C).get("/v1/knowledge?limit=200")).json()
    assert {one["id"] for one in listed["entries"]} >= {one.id for one in first_answers(load_policy(web.settings.policy)).entries}
    assert listed["next"] is None


@pytest.mark.parametrize(
    ("q", "found"), [("发票", "invoice"), ("refund time", "refund-arrival"), ("驿站 取件码", "pickup-point")]
)
async def test_words_of_either_language_find_answers(web: Web, q: str, found: str) -> None:
    entries = (await somebody(web, C).get(f"/v1/knowledge?q={q}")).json()["entries"]
    assert entries[0]["id"] == found
    assert entries == sorted(entries, key=lambda one: -one["score"])


async def test_answers_come_in_the_language_that_is_asked_for(web: Web) -> None:
    customer = somebody(web, C, Locale.ZH)
    title = "怎么开发票？"
    assert (await customer.get("/v1/knowledge?q=invoice")).json()["entries"][0]["title"] == title
    assert (await customer.get("/v1/knowledge?q=invoice&lang=en")).json()["entries"][0]["title"] == "How do I get an invoice?"
    assert (await customer.get("/v1/knowledge/invoice")).json()["title"] == {"zh": title, "en": "How do I get an invoice?"}


async def test_an_issue_narrows_the_answers(web: Web) -> None:
    entries = (await somebody(web, C).get("/v1/knowledge?issue=product.warranty_repair&limit=200")).json()["entries"]
    assert "warranty" in {one["id"] for one in entries}
    assert all("product.warranty_repair" in one["issues"] or not one["issues"] for one in entries)


async def test_pages_follow_each_other_without_a_gap(web: Web) -> None:
    agent, path, ids = somebody(web, A), "/v1/knowledge?limit=7&lang=zh", list[str]()
    while path:
        page = (await agent.get(path)).json()
        ids += [one["id"] for one in page["entries"]]
        path = page["next"]
    whole = (await agent.get("/v1/knowledge?limit=200")).json()["entries"]
    assert ids == [one["id"] for one in whole]


@pytest.mark.parametrize("role", EVERYBODY)
async def test_who_may_do_what(web: Web, role: Role) -> None:
    address = await written(web)
    draft = await written(web, state="draft", title={"zh": "内部草稿口径", "en": "internal draft"})
    who = somebody(web, role)
    writes, insider = role is S, role in INSIDERS
    assert (await who.get("/v1/knowledge")).status_code == 200
    assert (await who.post("/v1/knowledge/suggest", {"text": "发票"})).status_code == 200
    seen = await who.get(address)
    assert seen.status_code == 200
    assert (seen.json()["counts"] is not None) is insider
    assert (seen.json()["updated_by"] is not None) is (role in {A, S})
    assert (await who.get(draft)).status_code == (200 if insider else 404)
    found = (await who.get("/v1/knowledge?q=内部草稿口径")).json()["entries"]
    assert (draft.rpartition("/")[2] in {one["id"] for one in found}) is insider
    assert (await who.put(address, entry())).status_code == (200 if writes else 403)
    deleted = await web.http.delete(address, headers=who.headers)
    assert deleted.status_code == (204 if writes else 403)
    for left in (address, draft):
        await gone(web, left)


async def test_a_stranger_gets_nowhere(web: Web) -> None:
    stranger = web.stranger()
    assert (await stranger.get("/v1/knowledge")).status_code == 401
    assert (await stranger.get("/v1/knowledge/invoice")).status_code == 401
    assert (await stranger.post("/v1/knowledge/suggest", {"text": "发票"})).status_code == 401
    assert (await stranger.put("/v1/knowledge/invoice", entry())).status_code == 401
    assert (await web.http.delete("/v1/knowledge/invoice")).status_code == 401


async def test_an_entry_lives_from_draft_to_deleted(web: Web) -> None:
    supervisor, customer = somebody(web, S), somebody(web, C)
    address = await written(web, state="draft")
    question = {"text": "可以提供礼品包装吗"}
    assert (await customer.post("/v1/knowledge/suggest", question)).json() == {"answer": None}
    assert (await supervisor.put(address, entry())).status_code == 200
    answer = (await customer.post("/v1/knowledge/suggest", question, accept_language="zh")).json()["answer"]
    assert (answer["body"], answer["score"], answer["counts"]) == ("可以，下单时选择。", 1.0, None)
    changed = await supervisor.put(address, entry(body={"zh": "暂时不可以。", "en": "Not at present."}))
    assert changed.json()["body"]["en"] == "Not at present."
    assert (await supervisor.get(address)).json() == changed.json()
    assert await gone(web, address) == 204
    assert await gone(web, address) == 404
    assert (await customer.post("/v1/knowledge/suggest", question)).json() == {"answer": None}


async def test_asking_first_answers_as_a_case_would_and_counts_nothing(web: Web) -> None:
    customer, agent = somebody(web, C), somebody(web, A)
    before = (await agent.get("/v1/knowledge/refund-arrival")).json()["counts"]
    ask = "/v1/knowledge/suggest"
    fits = {"text": "How long does a refund take?", "issue": "payment.refund_not_arrived"}
    assert (await customer.post(ask, fits)).json()["answer"]["id"] == "refund-arrival"
    assert (await customer.post(ask, {**fits, "issue": "service.platform_attitude"})).json()[
        "answer"
    ] is None  # people answer these
    assert (await customer.post(ask, {**fits, "issue": "logistics.soiled"})).json()["answer"] is None
    assert (await customer.post(ask, {"text": "The moon is made of cheese, or is it?"})).json()["answer"] is None
    assert (await agent.get("/v1/knowledge/refund-arrival")).json()["counts"] == before


async def test_an_inquiry_gets_its_answer_and_its_verdict_is_counted(web: Web) -> None:
    customer, agent = web.customer()[0], somebody(web, A)
    before = (await agent.get("/v1/knowledge/refund-arrival")).json()["counts"]
    case_id = await web.open(customer, kind="inquiry", issue="payment.refund_not_arrived", description="退款多久到账？")
    await web.row(case_id, lambda row: row.waiting_for == "answer_check")
    view = (await customer.get(f"/v1/cases/{case_id}")).json()
    assert view["suggestion"]["entry_id"] == "refund-arrival"
    assert (await customer.post(f"/v1/cases/{case_id}/helped", {"helped": False})).status_code == 200
    await web.row(case_id, lambda row: row.waiting_for == "reply")
    after = (await agent.get("/v1/knowledge/refund-arrival")).json()["counts"]
    assert after == {**before, "shown": before["shown"] + 1, "not_helped": before["not_helped"] + 1}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": {"zh": "只有中文"}}, "title.en"),
        ({"title": {"zh": "", "en": "x"}}, "title.zh"),
        ({"body": {"zh": "x" * 4001, "en": "x"}}, "body.zh"),
        ({"issues": ["no.such_issue"]}, "issues.0"),
        ({"state": "secret"}, "state"),
        ({"keywords": ["x"] * 101}, "keywords"),
        ({"keywords": ["a\u0000b"]}, "keywords.0"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_entry_is_refused_with_its_field(web: Web, change: dict[str, Any], field: str) -> None:
    refused = await somebody(web, S).put("/v1/knowledge/wrong", entry(**change))
    assert refused.status_code == 422
    assert refused.json()["field"] == field
    assert (await somebody(web, S).get("/v1/knowledge/wrong")).status_code == 404


@pytest.mark.parametrize(
    "path", ["?q=", "?issue=x", "?lang=fr", "?limit=0", "?limit=201", "?after=%20", "?q=" + "x" * 201, "/%20"]
)
async def test_a_wrong_question_is_refused(web: Web, path: str) -> None:
    assert (await somebody(web, C).get("/v1/knowledge" + path)).status_code == 422
