"""Drafts (WRK-5): nobody's change takes them, nobody else reads them, sending ends them; on both databases."""

import pytest
from sqlmodel import select

from models.common.vocabulary import Role
from models.tables.presence import DraftRow
from tests.support.processes.api import Person, Web

OFFER = {"remedies": [{"kind": "apology", "words": "对不起"}], "why": "坏了"}


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def a_case(web: Web) -> tuple[Person, str, str]:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    row = await web.row(case_id, lambda row: row.waiting_for == "plan")
    return customer, case_id, str(row.team)


def draft(words: str, **more: object) -> dict[str, object]:
    return {"content": {"words": words}, "case_version": 7, **more}


async def kinds(who: Person, case_id: str) -> dict[str, object]:
    return {one["kind"]: one["content"] for one in (await who.get(f"/v1/cases/{case_id}/drafts")).json()}


async def test_a_draft_outlives_what_others_do_and_goes_when_it_is_sent(web: Web) -> None:
    customer, case_id, team = await a_case(web)
    lily, max_ = web.person(Role.AGENT, "lily", team), web.person(Role.AGENT, "max", team)
    path = f"/v1/cases/{case_id}/drafts"
    assert (await lily.put(f"{path}/reply", draft("您好"))).json()["revision"] == 1
    await lily.put(f"{path}/note", draft("打过电话"))
    await lily.put(f"{path}/proposal", {"content": {"options": [OFFER]}, "case_version": 7})
    await max_.post(f"/v1/cases/{case_id}/reply", {"words": "我先答复了。"})
    await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "还在吗？"})
    assert await kinds(max_, case_id) == {}
    assert (await kinds(lily, case_id))["reply"] == {"words": "您好"}
    mine = [one["kind"] for one in (await lily.get("/v1/me/drafts")).json() if one["case_id"] == case_id]
    assert mine == ["proposal", "note", "reply"]
    assert (await lily.post(f"/v1/cases/{case_id}/reply", {"words": "您好！", "seen": 0})).status_code == 409
    assert set(await kinds(lily, case_id)) == {"reply", "note", "proposal"}
    for action, body in (("reply", {"words": "您好！"}), ("note", {"words": "打过电话"}), ("propose", {"options": [OFFER]})):
        assert (await lily.post(f"/v1/cases/{case_id}/{action}", body)).status_code == 200, action
    assert await kinds(lily, case_id) == {}


async def test_another_screen_of_the_same_person_is_not_saved_over(web: Web) -> None:
    _, case_id, team = await a_case(web)
    lily = web.person(Role.AGENT, "lily", team)
    path = f"/v1/cases/{case_id}/drafts/reply"
    await lily.put(path, draft("one"))
    assert (await lily.put(path, draft("one two", follows=1))).json()["revision"] == 2
    late = await lily.put(path, draft("one three", follows=1))
    assert (late.status_code, late.json()["rule"], late.json()["field"]) == (409, "WRK-5", "follows")
    assert await kinds(lily, case_id) == {"reply": {"words": "one two"}}
    assert (await lily.put(path, draft("one three", follows=2))).status_code == 200
    assert (await lily.delete(path)).status_code == 204
    assert await kinds(lily, case_id) == {}


async def test_only_the_platforms_people_have_drafts_and_who_leaves_has_none(web: Web) -> None:
    customer, case_id, team = await a_case(web)
    for who in (customer, web.person(Role.MERCHANT, "M-1"), web.person(Role.ANALYST, "ann")):
        assert (await who.put(f"/v1/cases/{case_id}/drafts/reply", draft("x"))).status_code == 403
        assert (await who.get("/v1/me/drafts")).status_code == 403
    stranger = web.person(Role.AGENT, "far", "rules")
    assert (await stranger.put(f"/v1/cases/{case_id}/drafts/reply", draft("x"))).status_code == 404
    leaving = web.person(Role.AGENT, "leaving", team)
    await leaving.put(f"/v1/cases/{case_id}/drafts/reply", draft("bye"))
    supervisors = [web.person(Role.SUPERVISOR, name) for name in ("susan", "sam")]
    assert (await supervisors[0].delete("/v1/agents/leaving")).status_code == 204
    async with web.service.database.reading() as session:
        assert (await session.exec(select(DraftRow).where(DraftRow.agent_id == "leaving"))).all() == []
