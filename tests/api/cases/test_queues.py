"""Work queues: what is due next comes first, and nobody gets what another has (DSP-2)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, delete, select

from models.common.vocabulary import Role
from models.tables.case import AgentRow, AssignmentRow, CaseRow
from tests.support.processes.api import Person, Web

A, S = Role.AGENT, Role.SUPERVISOR
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
async def nobody_dispatches(web: Web) -> AsyncIterator[None]:
    """Nobody is on shift, so that every case waits in its queue; the queue is as long as the test makes it."""
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow))
        await session.exec(delete(CaseRow).where(col(CaseRow.team) == "payments"))
    yield
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow))


async def waiting_cases(web: Web, count: int) -> list[str]:
    """Cases of payments that wait for a person."""
    people = [web.customer() for _ in range(count)]
    opened = await asyncio.gather(
        *(web.open(customer, order_id=order, issue="payment.refund_not_arrived") for customer, _, order in people)
    )
    for case_id in opened:
        await web.row(case_id, lambda row: row.waiting_on == "agent")
    return list(opened)


async def reprioritise(web: Web, case_id: str, priority: str | None, hours: int | None) -> None:
    """Let the list show another urgency."""
    async with web.service.database.writing() as session:
        row = (await session.exec(select(CaseRow).where(CaseRow.case_id == case_id))).one()
        row.priority = priority
        row.next_deadline = NOW + timedelta(hours=hours) if hours is not None else None


async def listed(who: Person, path: str) -> list[str]:
    """Every page of a queue."""
    found: list[str] = []
    following: str | None = path
    while following:
        page: dict[str, Any] = (await who.get(following)).json()
        found += [case["case_id"] for case in page["cases"]]
        following = page["next"]
    return found


async def test_a_queue_is_ordered_by_what_is_due_next_over_its_pages(web: Web) -> None:
    opened = await waiting_cases(web, 7)
    ranks = [("P3", 1), ("P1", 9), (None, 2), ("P3", None), ("P1", 3), ("P2", 5), ("P3", 1)]
    for case_id, (priority, hours) in zip(opened, ranks, strict=True):
        await reprioritise(web, case_id, priority, hours)
    expected = [opened[index] for index in (4, 1, 2, 5)] + sorted([opened[0], opened[6]]) + [opened[3]]
    agent = web.person(A, "zhou", "payments")
    for limit in (1, 2, 50):
        assert await listed(agent, f"/v1/queues/payments?limit={limit}") == expected


async def test_what_the_customer_or_nobody_has_to_move_is_in_no_queue(web: Web) -> None:
    (case_id,) = await waiting_cases(web, 1)
    agent = web.person(A, "zhou", "payments")
    assert await listed(agent, "/v1/queues/payments") == [case_id]
    sorry = {"options": [{"remedies": [{"kind": "apology", "words": "对不起"}], "why": "ours"}]}
    assert (await agent.post(f"/v1/cases/{case_id}/propose", sorry)).status_code == 200
    await web.row(case_id, lambda row: row.waiting_on == "customer")
    assert await listed(agent, "/v1/queues/payments") == []


async def test_twelve_who_ask_at_once_get_twelve_different_cases_and_the_thirteenth_none(web: Web) -> None:
    opened = await waiting_cases(web, 12)
    people = [web.person(A, f"p{number}", "payments") for number in range(13)]
    answers = await asyncio.gather(*(person.post("/v1/queues/payments/next") for person in people))
    given = {answer.json()["case_id"]: answer.json()["handler"] for answer in answers if answer.status_code == 200}
    assert sorted(given) == sorted(opened)
    assert len(set(given.values())) == 12
    (empty,) = [answer for answer in answers if answer.status_code != 200]
    assert (empty.status_code, empty.json()["rule"]) == (404, "DSP-2")
    for case_id, handler in given.items():
        await web.row(case_id, lambda row, handler=handler: row.handler == handler)
    assert await listed(people[0], "/v1/queues/payments?free=true") == []
    assert sorted(await listed(people[0], "/v1/queues/payments")) == sorted(opened)


async def test_the_most_urgent_is_handed_out_first(web: Web) -> None:
    first, second, third = await waiting_cases(web, 3)
    for case_id, priority in ((first, "P3"), (second, "P1"), (third, "P2")):
        await reprioritise(web, case_id, priority, 1)
    agent = web.person(A, "zhou", "payments")
    order = [(await agent.post("/v1/queues/payments/next")).json()["case_id"] for _ in range(3)]
    assert order == [second, third, first]


async def test_the_same_request_again_gets_the_same_case(web: Web) -> None:
    await waiting_cases(web, 3)
    agent = web.person(A, "zhou", "payments")
    answers = await asyncio.gather(*(agent.post("/v1/queues/payments/next", idempotency_key="mine") for _ in range(4)))
    assert len({answer.json()["case_id"] for answer in answers}) == 1, [answer.text for answer in answers]
    assert len(await listed(agent, "/v1/queues/payments?free=true")) <= 2
    other = await web.person(A, "sun", "payments").post("/v1/queues/payments/next", idempotency_key="mine")
    assert other.json()["case_id"] != answers[0].json()["case_id"]


async def test_a_case_that_was_taken_before_the_table_knew_is_passed_over(web: Web) -> None:
    taken, left = await waiting_cases(web, 2)
    await reprioritise(web, taken, "P1", 1)
    await reprioritise(web, left, "P3", 1)
    assert (await web.person(A, "alice", "payments").post(f"/v1/cases/{taken}/take")).status_code == 200
    await web.row(taken, lambda row: row.handler == "alice")
    async with web.service.database.writing() as session:  # as the table was before
        stale = (await session.exec(select(CaseRow).where(CaseRow.case_id == taken))).one()
        stale.handler = None
        await session.exec(delete(AssignmentRow).where(col(AssignmentRow.case_id) == taken))
    agent = web.person(A, "zhou", "payments")
    assert (await agent.post("/v1/queues/payments/next")).json()["case_id"] == left
    assert (await agent.get(f"/v1/cases/{taken}?live=true")).json()["handler"] == "alice"
    async with web.service.database.reading() as session:
        held = (await session.exec(select(AssignmentRow.case_id).where(AssignmentRow.agent_id == "zhou"))).all()
    assert taken not in held


async def test_a_claim_that_its_owner_left_behind_is_handed_out_again(web: Web) -> None:
    (case_id,) = await waiting_cases(web, 1)
    agent = web.person(A, "zhou", "payments")

    async def claimed(at: datetime) -> int:
        async with web.service.database.writing() as session:
            await session.exec(delete(AssignmentRow).where(col(AssignmentRow.case_id) == case_id))
            session.add(AssignmentRow(case_id=case_id, agent_id="gone", team="payments", at=at, claim="lost"))
        return (await agent.post("/v1/queues/payments/next")).status_code

    assert await claimed(datetime.now(UTC)) == 404
    assert await claimed(datetime.now(UTC) - timedelta(minutes=2)) == 200
    assert (await web.row(case_id, lambda row: row.handler is not None)).handler == "zhou"


async def test_who_has_skills_gets_what_they_cover(web: Web) -> None:
    await waiting_cases(web, 1)
    boss = web.person(S, "susan")
    person = {"name": "z", "teams": ["payments"], "present": False}
    agent = web.person(A, "zhou", "payments")
    await boss.put("/v1/agents/zhou", {**person, "skills": ["payment.charged_twice", "logistics"]})
    assert (await agent.post("/v1/queues/payments/next")).status_code == 404
    await boss.put("/v1/agents/zhou", {**person, "skills": ["payment"]})
    assert (await agent.post("/v1/queues/payments/next")).status_code == 200


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "WyJQOSIsbnVsbCwiUkQtMSJd", "WyJQMSIsIjIwMjYtMDEtMDEiLCJSRC0xIl0="])
async def test_a_cursor_of_nothing_is_refused(web: Web, cursor: str) -> None:
    answer = await web.person(S, "susan").get(f"/v1/queues/payments?cursor={cursor}")
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
