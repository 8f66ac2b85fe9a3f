"""Teams and people over HTTP, and what the routing table makes of a case (DSP-1, DSP-2)."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import delete, select

from activities.case.handover import Handover
from activities.kit.signals import to_cases
from models.common.vocabulary import Role
from models.tables.case import AgentRow, AssignmentRow
from rules.policy.load import load_policy
from tests.support.processes.api import Person, Web

C, M, K, A, S, Y = Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST
LIN = {"name": "林薇", "teams": ["logistics"], "skills": ["logistics"], "most": 3}
EXPLAIN = "/v1/routing/explain?kind=after_sales&issue=logistics.damaged"


@pytest.fixture
async def boss(web: Web) -> AsyncIterator[Person]:
    """A supervisor, in a service centre where nobody else works yet."""
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow))
    yield web.person(S, "susan")
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow))


async def test_a_person_is_added_changed_listed_and_removed(web: Web, boss: Person) -> None:
    added = await boss.put("/v1/agents/lan", LIN)
    assert (added.status_code, added.json()["id"], added.json()["present"], added.json()["held"]) == (201, "lan", True, 0)
    changed = await boss.put("/v1/agents/lan", {**LIN, "teams": ["logistics", "payments"], "shift": "always"})
    assert (changed.status_code, changed.json()["teams"], changed.json()["on_shift"]) == (200, ["logistics", "payments"], True)
    agent = web.person(A, "bob")
    assert [person["id"] for person in (await agent.get("/v1/agents?team=payments")).json()] == ["bob", "lan"]
    assert [person["id"] for person in (await agent.get("/v1/agents?team=technical")).json()] == ["bob"]
    assert (
        await boss.delete("/v1/agents/lan")
    ).status_code == 204  # which ends her tokens of until then, so nobody else here is lan
    assert (await boss.delete("/v1/agents/lan")).status_code == 404
    assert [person["id"] for person in (await agent.get("/v1/agents")).json()] == ["bob", "susan"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"teams": ["logistik"]}, "teams"),
        ({"teams": []}, "teams"),
        ({"shift": "nights"}, "shift"),
        ({"skills": ["flying"]}, "skills.0"),
        ({"most": 0}, "most"),
        ({"role": "customer"}, "role"),
        ({"name": "a\u0007b"}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_person_that_does_not_fit_the_policy_is_refused_by_field(
    boss: Person, change: dict[str, Any], field: str
) -> None:
    answer = await boss.put("/v1/agents/ning", {**LIN, **change})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert [person["id"] for person in (await boss.get("/v1/agents")).json()] == ["susan"]


async def test_teams_have_names_in_the_callers_language_and_count_who_is_there(boss: Person) -> None:
    await boss.put("/v1/agents/ning", LIN)
    await boss.put("/v1/agents/wang", {**LIN, "present": False})
    await boss.put("/v1/agents/gao", {"name": "高云", "role": "supervisor", "teams": ["logistics"]})
    teams = {team["id"]: team for team in (await boss.get("/v1/teams", accept_language="zh")).json()}
    assert set(teams) == {"after_sales", "logistics", "payments", "technical", "complaints", "rules"}
    assert teams["logistics"] == {"id": "logistics", "name": "物流专员", "people": 2, "present": 1}
    english = (await boss.get("/v1/teams", accept_language="en")).json()
    assert "logistics specialists" in {team["name"] for team in english}


async def test_people_come_and_go_for_themselves_and_supervisors_for_everybody(web: Web, boss: Person) -> None:
    await boss.put("/v1/agents/ning", LIN)
    lin, wang = web.person(A, "ning", "logistics"), web.person(A, "wang", "logistics")
    assert (await lin.post("/v1/agents/ning/presence", {"present": False})).json()["present"] is False
    assert (await wang.post("/v1/agents/ning/presence", {"present": True})).status_code == 403
    assert (await boss.post("/v1/agents/ning/presence", {"present": True})).json()["present"] is True
    assert (await boss.post("/v1/agents/nobody/presence", {"present": True})).status_code == 404
    assert (await lin.post("/v1/agents/ning/presence", {"present": "perhaps"})).status_code == 422


async def test_a_dispatched_case_counts_in_its_handlers_load_and_is_handed_on_when_they_leave(web: Web, boss: Person) -> None:
    await boss.put("/v1/agents/ting", {"name": "周婷", "teams": ["payments"], "most": 5})
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.handler == "ting" and row.waiting_on == "agent")
    load = (await boss.get("/v1/agents/ting/load")).json()
    assert (load["held"], load["to_do"], load["most"], load["room"]) == (1, 1, 5, 4)
    assert sum(load["by_priority"].values()) == sum(load["by_sla_state"].values()) == 1
    assert load["next_deadline"]
    assert (await boss.post(f"/v1/cases/{case_id}/snooze", {})).status_code == 200
    await web.row(case_id, lambda row: row.snoozed_by == "susan")
    load = (await boss.get("/v1/agents/ting/load")).json()
    assert (load["held"], load["to_do"], load["room"]) == (1, 0, 5)
    await boss.put("/v1/agents/jun", {"name": "李军", "teams": ["payments"]})
    assert (await boss.delete("/v1/agents/ting")).status_code == 204
    assert (await boss.get("/v1/agents/ting/load")).status_code == 404
    tell = to_cases(web.service.client, "handed_on")
    handover = Handover(web.service.database, load_policy(web.settings.policy), tell)
    while await handover.look():  # other tests leave cases behind, more than a batch
        pass
    await web.row(case_id, lambda row: row.handler == "jun")
    messages = (await web.person(A, "cai", "payments").get("/v1/inbox")).json()["messages"]
    assert ("case.handed_on", case_id) in {(message["event"], message["case_id"]) for message in messages}


async def test_who_goes_is_away_since_then_until_they_come_back(web: Web, boss: Person) -> None:
    async def away_since() -> datetime | None:
        async with web.service.database.reading() as session:
            return (await session.exec(select(AgentRow.away_since).where(AgentRow.agent_id == "lan2"))).one()

    await boss.put("/v1/agents/lan2", {**LIN, "present": False})
    assert await away_since() is None, "she has never been there"
    await boss.post("/v1/agents/lan2/presence", {"present": True})
    await boss.post("/v1/agents/lan2/presence", {"present": False})
    since = await away_since()
    assert since is not None
    await boss.put("/v1/agents/lan2", {**LIN, "present": False})
    assert await away_since() == since
    await boss.put("/v1/agents/lan2", LIN)
    assert await away_since() is None


async def test_the_routing_table_says_why_in_the_callers_language(boss: Person) -> None:
    english = (await boss.get(EXPLAIN, accept_language="en")).json()
    assert (english["row"], english["team"], english["tier"]) == ("logistics", "logistics", "merchant")
    assert english["team_name"] == "logistics specialists"
    (winner,) = [row for row in english["rows"] if row["wins"]]
    assert winner["why"].startswith("wins")
    chinese = (await boss.get(EXPLAIN + "&priority=P1", accept_language="zh")).json()
    assert (chinese["row"], chinese["tier"], chinese["team_name"]) == ("urgent-logistics", "platform", "物流专员")
    assert next(row for row in chinese["rows"] if row["wins"])["why"].startswith("采用")
    assert (await boss.get(EXPLAIN.replace("damaged", "dented"))).json()["field"] == "issue"


@pytest.mark.parametrize(
    ("method", "path", "roles", "good"),
    [
        ("GET", "/v1/teams", {A, S, Y}, 200),
        ("GET", "/v1/agents", {A, S}, 200),
        ("PUT", "/v1/agents/ning", {S}, 200),
        ("POST", "/v1/agents/ning/presence", {A, S}, 200),
        ("GET", "/v1/agents/ning/load", {A, S}, 200),
        ("GET", "/v1/queues/logistics", {A, S}, 200),
        ("POST", "/v1/queues/technical/next", {A}, 404),  # nothing waits there that she can do
        ("GET", EXPLAIN, {A, S, Y}, 200),
        ("DELETE", "/v1/agents/ning", {S}, 204),
    ],
)
@pytest.mark.parametrize("role", [C, M, K, A, S, Y])
async def test_who_may_manage_and_ask(
    web: Web, boss: Person, *, method: str, path: str, roles: set[Role], good: int, role: Role
) -> None:
    await boss.put("/v1/agents/ning", LIN)
    async with web.service.database.writing() as session:
        await session.exec(delete(AssignmentRow))
    who = web.person(role, "ning" if role is A else f"ning-{role}")
    body = LIN if method == "PUT" else {"present": True} if path.endswith("presence") else None
    answer = await web.http.request(method, path, json=body, headers=who.headers)
    assert answer.status_code == (good if role in roles else 403), answer.text
    assert (await web.http.request(method, path, json=body)).status_code == 401


async def test_a_team_that_is_not_ones_own_looks_like_none(web: Web) -> None:
    agent = web.person(A, "rui", "logistics")
    for path in ("/v1/queues/payments", "/v1/queues/nowhere"):
        assert (await agent.get(path)).status_code == 404
        assert (await agent.post(f"{path}/next")).status_code == 404
    assert (await web.person(S, "susan").get("/v1/queues/nowhere")).status_code == 404
