"""Saved views and replies: whose they are, what they find and say (WRK-2, WRK-3); on both databases."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import delete

from api.desk import saved, views
from models.common.vocabulary import Role
from models.tables.desk import SavedReplyRow, SavedViewRow
from tests.support.processes.api import Person, Web

WORDS = {
    "zh": "{{ customer_name }}您好，{{ order_id }}的问题正在处理。",
    "en": "Hello {{ customer_name }}, we are at {{ order_id }}.",
}
_numbers = itertools.count(1)


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


@pytest.fixture(autouse=True)
async def nothing_saved(web: Web) -> AsyncIterator[None]:
    yield
    async with web.service.database.writing() as session:
        await session.exec(delete(SavedViewRow))
        await session.exec(delete(SavedReplyRow))


def people(web: Web) -> tuple[Person, Person, Person]:
    lin, zhou = web.person(Role.AGENT, "lin", "logistics"), web.person(Role.AGENT, "zhou", "payments")
    return lin, zhou, web.person(Role.SUPERVISOR, "susan")


async def names(who: Person, path: str) -> list[str]:
    return [one["name"] for one in (await who.get(path)).json()]


async def a_case(web: Web, **customer: object) -> tuple[Person, str, str]:
    person, _, order = web.customer()
    body: dict[str, Any] = {"customer": customer} if customer else {}
    case_id = await web.open(person, order_id=order, issue="payment.refund_not_arrived", **body)
    await web.row(case_id, lambda row: row.team is not None and row.waiting_on == "agent")
    return person, case_id, order


@pytest.mark.parametrize(("path", "content"), [("/v1/saved-views", {}), ("/v1/saved-replies", {"words": WORDS})])
async def test_what_is_saved_is_ones_own_or_a_teams(web: Web, path: str, content: dict[str, Any]) -> None:
    lin, zhou, susan = people(web)
    assert (await lin.put(f"{path}/own", {"name": "own", **content})).status_code == 201
    assert (await susan.put(f"{path}/team", {"name": "team", "team": "logistics", **content})).status_code == 201
    assert (await susan.put(f"{path}/all", {"name": "all", "team": "all", **content})).status_code == 201
    assert await names(lin, path) == ["all", "own", "team"]
    assert await names(zhou, path) == ["all"]
    assert await names(susan, path) == ["all", "team"]
    renamed = await lin.put(f"{path}/own", {"name": "again", **content})
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["updated_by"]) == (200, "again", "lin")
    for refused in (
        lin.put(f"{path}/team", {"name": "x", **content}),
        lin.put(f"{path}/own", {"name": "x", "team": "logistics", **content}),
    ):
        assert (await refused).status_code == 403
    assert (await lin.delete(f"{path}/all")).status_code == 403
    assert (await zhou.put(f"{path}/own", {"name": "x", **content})).status_code == 404
    assert (await zhou.delete(f"{path}/own")).status_code == 404
    unknown = await susan.put(f"{path}/new", {"name": "x", "team": "nobody", **content})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "team")
    assert (await lin.delete(f"{path}/own")).status_code == 204
    assert await names(lin, path) == ["all", "team"]
    customer, _, _ = web.customer()
    assert (await customer.get(path)).status_code == 403
    assert (await customer.put(f"{path}/own", {"name": "x", **content})).status_code == 403


async def test_there_are_so_many_and_no_more(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST_OF_PERSON", 2)
    lin, _, susan = people(web)
    for number in range(2):
        assert (await lin.put(f"/v1/saved-views/v{number}", {"name": "v"})).status_code == 201
    more = await lin.put("/v1/saved-views/v2", {"name": "v"})
    assert (more.status_code, more.json()["rule"]) == (409, "size")
    assert (await lin.put("/v1/saved-views/v1", {"name": "w"})).status_code == 200
    assert (await susan.put("/v1/saved-views/v2", {"name": "v"})).status_code == 201


async def test_a_view_lists_and_counts_what_whoever_looks_sees(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    lin, zhou, susan = people(web)
    (_, first, _), (_, second, _) = await a_case(web), await a_case(web)
    tag = f"view-{next(_numbers)}"
    for case_id in (first, second):
        assert (await susan.post(f"/v1/cases/{case_id}/tag", {"add": [tag]})).status_code == 200
    assert (await zhou.post(f"/v1/cases/{first}/take")).status_code == 200
    await web.row(first, lambda row: row.handler == "zhou")
    await web.row(second, lambda row: row.tags == [tag])
    shared = {"name": "tagged", "team": "all", "filters": {"tag": [tag]}, "sort": "-opened_at"}
    view = (await susan.put("/v1/saved-views/tagged", shared)).json()
    await susan.put("/v1/saved-views/mine", {"name": "mine", "team": "all", "filters": {"tag": [tag], "mine": True}})
    assert view["filters"] == {"tag": [tag]}
    assert [case["case_id"] for case in (await zhou.get(view["cases"])).json()["cases"]] == [second, first]

    async def counts(who: Person) -> dict[str, tuple[int, bool]]:
        answer = await who.get("/v1/saved-views/counts?id=tagged&id=mine")
        assert answer.status_code == 200, answer.text
        return {one["id"]: (one["count"], one["more"]) for one in answer.json()}

    assert await counts(zhou) == {"tagged": (2, False), "mine": (1, False)}
    assert await counts(susan) == {"tagged": (2, False), "mine": (0, False)}
    assert await counts(lin) == {"tagged": (0, False), "mine": (0, False)}
    monkeypatch.setattr(views, "COUNTED_TO", 1)
    assert (await counts(susan))["tagged"] == (1, True)
    assert (await lin.get("/v1/saved-views/counts?id=none")).status_code == 404


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"filters": {"stage": ["nowhere"]}}, "filters.stage.0"),
        ({"filters": {"text": "的"}}, "text"),
        ({"filters": {"colour": 1}}, "filters.colour"),
    ],
)
async def test_a_view_of_filters_that_there_are_not_is_refused(web: Web, content: dict[str, Any], field: str) -> None:
    answer = await people(web)[0].put("/v1/saved-views/bad", {"name": "bad", **content})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_reply_is_filled_from_the_case_and_not_sent_with_what_is_missing(web: Web) -> None:
    _, zhou, _ = people(web)
    _, case_id, order = await a_case(web, locale="en", name="Wang Fang")
    _, nameless, other = await a_case(web)
    assert (await zhou.put("/v1/saved-replies/at-it", {"name": "at it", "words": WORDS})).status_code == 201
    full = (await zhou.get(f"/v1/cases/{case_id}/saved-replies/at-it")).json()
    assert full == {"words": f"Hello Wang Fang, we are at {order}.", "locale": "en", "missing": []}
    assert (await zhou.get(f"/v1/cases/{case_id}/saved-replies/at-it?lang=zh")).json()[
        "words"
    ] == f"Wang Fang您好，{order}的问题正在处理。"
    lacking = (await zhou.get(f"/v1/cases/{nameless}/saved-replies/at-it?lang=en")).json()
    assert (lacking["words"], lacking["missing"]) == (f"Hello {{{{ customer_name }}}}, we are at {other}.", ["customer_name"])
    sent = await zhou.post(f"/v1/cases/{nameless}/reply", {"words": lacking["words"], "solves": False})
    assert (sent.status_code, sent.json()["field"], sent.json()["rule"]) == (422, "words", "WRK-2")
    assert "{{ customer_name }}" in sent.json()["detail"]
    assert (await zhou.post(f"/v1/cases/{case_id}/reply", {"words": full["words"], "solves": False})).status_code == 200
    assert (await people(web)[0].get(f"/v1/cases/{case_id}/saved-replies/at-it")).status_code == 404


async def test_a_reply_with_an_unknown_variable_is_refused_when_it_is_saved(web: Web) -> None:
    words = {"zh": "您好", "en": "Hello {{ nickname }}"}
    answer = await people(web)[0].put("/v1/saved-replies/bad", {"name": "bad", "words": words})
    assert (answer.status_code, answer.json()["rule"]) == (422, "WRK-2")
    assert "nickname" in answer.json()["detail"]
    assert "customer_name" in answer.json()["detail"]
