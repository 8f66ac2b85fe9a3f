"""A transfer over HTTP: whoever it is offered to sees the case, is told, and takes it; nobody else does (DSP-4)."""

from sqlmodel import delete

from models.common.vocabulary import Role
from models.tables.case import AgentRow
from tests.support.processes.api import Person, Web

A, S = Role.AGENT, Role.SUPERVISOR


async def offered(web: Web, **body: str) -> tuple[str, Person]:
    """A case of payments, taken by Zhou, who offers it."""
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow))
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_on == "agent")
    zhou = web.person(A, "zhou", "payments")
    assert (await zhou.post(f"/v1/cases/{case_id}/take")).status_code == 200
    answer = await zhou.post(f"/v1/cases/{case_id}/transfer", {**body, "reason": "my shift ends"})
    assert answer.status_code == 200, answer.text
    await web.row(case_id, lambda row: row.offered_team is not None)
    return case_id, zhou


async def told(who: Person, case_id: str) -> list[str]:
    messages = (await who.get("/v1/inbox?limit=200")).json()["messages"]
    return [message["event"] for message in messages if message["case_id"] == case_id]


async def test_another_team_sees_and_takes_what_it_is_offered(web: Web) -> None:
    lin, he = web.person(A, "lin", "logistics"), web.person(A, "he", "rules")
    case_id, _ = await offered(web, team="logistics")
    assert (await he.get(f"/v1/cases/{case_id}")).status_code == 404
    seen = (await lin.get(f"/v1/cases/{case_id}")).json()
    assert "accept_transfer" in [action["action"] for action in seen["available_actions"]]
    assert "case.transfer_asked" in await told(lin, case_id)
    assert "case.transfer_asked" not in await told(he, case_id)
    assert (await he.post(f"/v1/cases/{case_id}/accept_transfer")).status_code == 404
    accepted = await lin.post(f"/v1/cases/{case_id}/accept_transfer")
    assert (accepted.status_code, accepted.json()["handler"], accepted.json()["team"]) == (200, "lin", "logistics")


async def test_a_colleague_named_is_asked_and_whoever_declines_sees_it_no_more(web: Web) -> None:
    case_id, zhou = await offered(web, to="he", team="payments")
    he, other = web.person(A, "he", "rules"), web.person(A, "sun", "payments")
    assert "case.transfer_asked" in await told(he, case_id)
    assert "case.transfer_asked" not in await told(other, case_id)
    refused = await other.post(f"/v1/cases/{case_id}/accept_transfer")
    assert refused.status_code == 409
    assert "accept_transfer" not in refused.json()["allowed"]
    assert (await he.post(f"/v1/cases/{case_id}/decline_transfer", {"reason": "too many"})).status_code == 200
    await web.row(case_id, lambda row: row.offered_to is None)
    assert (await he.get(f"/v1/cases/{case_id}")).status_code == 404
    assert "case.transfer_declined" in await told(zhou, case_id)


async def test_a_supervisor_asked_by_name_is_told(web: Web) -> None:
    case_id, _ = await offered(web, to="gao", team="payments")
    assert "case.transfer_asked" in await told(web.person(S, "gao"), case_id)
    assert "case.transfer_asked" not in await told(web.person(S, "susan"), case_id)


async def test_a_transfer_to_a_team_that_is_none_is_refused_by_name(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_on == "agent")
    boss = web.person(S, "susan")
    answer = await boss.post(f"/v1/cases/{case_id}/transfer", {"team": "logistik", "reason": "theirs"})
    assert (answer.status_code, answer.json()["field"], answer.json()["rule"]) == (422, "team", "DSP-4")
    assert "logistics" in answer.json()["detail"]


async def test_whoever_triages_hears_of_a_case_that_no_team_has(web: Web) -> None:
    customer, _, _ = web.customer()
    case_id = await web.open(customer, order_id="O-NOT-THERE", issue="logistics.damaged")
    await web.row(case_id, lambda row: row.waiting_for == "order_correction")
    agent = web.person(A, "lin", "logistics")
    assert (await agent.get(f"/v1/cases/{case_id}")).status_code == 200
    await customer.post(f"/v1/cases/{case_id}/withdraw", {})
    await web.row(case_id, lambda row: row.stage == "closed")
    assert "case.withdrawn" in await told(agent, case_id)


async def test_a_case_that_rises_is_in_the_supervisors_inbox(web: Web) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_on == "agent")
    assert (await customer.post(f"/v1/cases/{case_id}/escalate", {"reason": "too slow"})).status_code == 200
    await web.row(case_id, lambda row: row.tier == "supervisor")
    assert "case.escalated" in await told(web.person(S, "susan"), case_id)
    queue = (await web.person(S, "susan").get("/v1/queues/payments?limit=200")).json()["cases"]
    assert case_id in [case["case_id"] for case in queue]
