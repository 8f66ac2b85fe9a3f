"""One action on many cases: each answers on its own, nothing twice, and nobody else waits (WRK-2); snoozed cases and their queue."""

import asyncio
from typing import Any

import pytest
from sqlmodel import col, delete

from api.desk import bulk
from models.common.vocabulary import Role
from models.tables.case import AgentRow
from tests.support.processes.api import Person, Web

A, S = Role.AGENT, Role.SUPERVISOR


async def waiting(web: Web) -> tuple[Person, str]:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.team is not None and row.waiting_on == "agent")
    return customer, case_id


async def done(who: Person, action: str, cases: list[str], body: dict[str, Any], **headers: str) -> dict[str, Any]:
    """Case → True, or what was wrong."""
    answer = await who.post(f"/v1/bulk/{action}", {"cases": cases, "body": body}, **headers)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [one["case_id"] for one in results] == cases
    return {one["case_id"]: one["done"] or one["problem"] for one in results}


async def test_each_case_is_done_or_says_by_which_rule_not(web: Web) -> None:
    (_, first), (customer, second), (_, third) = [await waiting(web) for _ in range(3)]
    assert (await customer.post(f"/v1/cases/{second}/withdraw", {})).status_code == 200
    await web.row(second, lambda row: row.stage == "closed")
    agent, cases = web.person(A, "zhou", "payments"), [first, second, "RD-NONE", third]
    results = await done(agent, "close", cases, {"reason": "重复提交"})
    assert (results[first], results[third]) == (True, True)
    assert (results[second]["status"], results[second]["rule"]) == (409, "stage × role → actions")
    assert results["RD-NONE"]["status"] == 404
    closed = await web.row(first, lambda row: row.stage == "closed")
    assert closed.outcome == "not_pursued"


async def test_the_same_key_does_nothing_twice(web: Web) -> None:
    (_, first), (_, second) = await waiting(web), await waiting(web)
    agent = web.person(A, "zhou", "payments")
    for cases in ([first], [first, second]):
        assert all((await done(agent, "note", cases, {"words": "待仓库回电"}, idempotency_key="bulk-1")).values())
    await agent.post(f"/v1/cases/{first}/tag", {"add": ["seen"]})
    await web.row(first, lambda row: row.tags == ["seen"])
    entries = (await agent.get(f"/v1/cases/{first}/timeline")).json()["entries"]
    assert [entry["event"] for entry in entries].count("case.noted") == 1
    reused = (await done(agent, "note", [first], {"words": "another"}, idempotency_key="bulk-1"))[first]
    assert (reused["status"], reused["rule"]) == (422, "REC-5")


async def test_cases_are_assigned_to_agents_who_see_them(web: Web) -> None:
    (_, case_id), boss = await waiting(web), web.person(S, "susan")
    async with web.service.database.writing() as session:
        session.add(AgentRow(agent_id="sun", name="孙", role="agent", teams=["payments"], skills=[]))
        session.add(AgentRow(agent_id="far", name="Far", role="agent", teams=["logistics"], skills=[]))
    for name in ("far", "susan"):
        refused = (await done(boss, "assign", [case_id], {"to": name}))[case_id]
        assert (refused["status"], refused["field"]) == (422, "to")
    assert (await done(boss, "assign", [case_id], {"to": "sun"}))[case_id] is True
    await web.row(case_id, lambda row: row.handler == "sun")
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow).where(col(AgentRow.agent_id).in_(["sun", "far"])))


@pytest.mark.parametrize(
    ("cases", "field"), [([], "cases"), (["RD-1", "RD-1"], "cases"), ([f"RD-{number}" for number in range(101)], "cases")]
)
async def test_a_request_names_each_case_once_and_not_too_many(web: Web, cases: list[str], field: str) -> None:
    answer = await web.person(A, "zhou", "payments").post("/v1/bulk/tag", {"cases": cases, "body": {"add": ["x"]}})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_who_may_never_do_it_alone_may_not_in_bulk(web: Web) -> None:
    body = {"cases": ["RD-1"], "body": {"to": "sun"}}
    assert (await web.person(A, "zhou").post("/v1/bulk/assign", body)).status_code == 403
    assert (await web.customer()[0].post("/v1/bulk/tag", {"cases": ["RD-1"], "body": {}})).status_code == 403


async def test_few_cases_are_acted_on_at_once_and_what_takes_too_long_is_left_to_a_retry(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work: list[int] = [0, 0]

    async def slowly(*_: object, **__: object) -> None:
        at_work[0] += 1
        at_work[1] = max(at_work)
        await asyncio.sleep(0.2)
        at_work[0] -= 1

    monkeypatch.setattr(bulk, "perform", slowly)
    monkeypatch.setattr(bulk, "WITHIN", 0.3)
    agent, cases = web.person(A, "zhou", "payments"), [f"RD-{number}" for number in range(20)]
    first = asyncio.create_task(done(agent, "tag", cases, {}))
    while not at_work[0]:
        await asyncio.sleep(0.01)
    second = await agent.post("/v1/bulk/tag", {"cases": cases, "body": {}})
    assert (second.status_code, second.json()["rule"]) == (429, "TRU-4")
    results = list((await first).values())
    assert at_work[1] == bulk.AT_ONCE
    assert [one is True or one["status"] for one in results] == [True] * 10 + [504] * 10


async def test_a_snoozed_case_is_in_no_queue_until_something_happens(web: Web) -> None:
    customer, case_id = await waiting(web)
    agent = web.person(A, "zhou", "payments")

    async def queued() -> list[str]:
        return [case["case_id"] for case in (await agent.get("/v1/queues/payments?limit=200")).json()["cases"]]

    assert case_id in await queued()
    assert (await agent.post(f"/v1/cases/{case_id}/snooze", {"until": "2001-01-01T00:00:00Z"})).json()["field"] == "until"
    assert (await agent.post(f"/v1/cases/{case_id}/snooze")).status_code == 200
    await web.row(case_id, lambda row: row.snoozed_by == "zhou")
    assert case_id not in await queued()
    (listed,) = [case for case in (await agent.get("/v1/cases?snoozed=true")).json()["cases"] if case["case_id"] == case_id]
    assert listed["snoozed_by"] == "zhou"
    assert (await customer.get("/v1/cases?snoozed=false")).status_code == 403
    assert (await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "有新消息吗？"})).status_code == 200
    await web.row(case_id, lambda row: row.snoozed_by is None)
    assert case_id in await queued()
