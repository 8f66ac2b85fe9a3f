"""Nobody of the staff gets in whom the table of people does not know (docs/security.md)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlmodel import delete

from api.http.auth import Caller, make_token
from api.http.membership import admitted
from api.http.problems import ProblemError
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.case import AgentRow
from tests.support.processes.api import Person, Web

A, S, Y = Role.AGENT, Role.SUPERVISOR, Role.ANALYST


@pytest.fixture(autouse=True)
async def nobody_is_left(web: Web) -> AsyncIterator[None]:
    yield
    async with web.service.database.writing() as session:
        await session.exec(delete(AgentRow))


def bearer(web: Web, role: Role, who: str, *teams: str) -> Person:
    """Somebody with a token, whom the table knows only if the test says so."""
    return Person(web.http, {"Authorization": f"Bearer {make_token(web.settings, role, who, teams)}"})


async def known(web: Web, who: str, **row: Any) -> None:
    async with web.service.database.writing() as session:
        session.add(AgentRow.model_validate({"agent_id": who, "name": "Ning", "teams": [], "skills": [], **row}))


@pytest.mark.parametrize(
    ("row", "role", "token", "told"),
    [
        (None, A, (), "not among the people"),
        (None, A, ("payments",), "not among the people"),
        (None, S, (), "not among the people"),
        (None, Y, (), "not among the people"),
        ({"role": "agent", "teams": ["payments"]}, S, (), "is agent among the people"),
        ({"role": "supervisor", "teams": ["payments"]}, A, (), "is supervisor among the people"),
        ({"role": "analyst"}, S, (), "is analyst among the people"),
        ({"role": "agent", "teams": ["rules"]}, A, ("payments",), "on the teams: rules; your token names: payments"),
        ({"role": "agent", "teams": []}, A, (), "on the teams: none"),
    ],
)
async def test_a_token_of_the_staff_counts_only_for_whom_the_table_knows_as_that(
    web: Web, row: dict[str, Any] | None, role: Role, token: tuple[str, ...], told: str
) -> None:
    who = f"member-{uuid4().hex[:8]}"
    if row is not None:
        await known(web, who, **row)
    answer = await bearer(web, role, who, *token).get("/v1/cases", accept_language="en")
    assert (answer.status_code, answer.json()["rule"]) == (403, "DSP-2")
    assert told in answer.json()["detail"]
    assert f"PUT /v1/agents/{who}" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("row", "role", "token", "sees"),
    [
        ({"role": "agent", "teams": ["payments"]}, A, (), True),
        ({"role": "agent", "teams": ["payments", "rules"]}, A, ("payments",), True),
        ({"role": "agent", "teams": ["payments", "rules"]}, A, ("rules", "payments", "none"), True),
        ({"role": "agent", "teams": ["rules"]}, A, (), False),
        ({"role": "supervisor"}, S, (), True),
        ({"role": "analyst"}, Y, (), True),
    ],
)
async def test_an_agent_sees_the_cases_of_the_teams_that_the_table_says(
    web: Web, row: dict[str, Any], role: Role, token: tuple[str, ...], *, sees: bool
) -> None:
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.team == "payments")
    who = f"member-{case_id[-6:].lower()}"
    await known(web, who, **row)
    person = bearer(web, role, who, *token)
    assert (await person.get("/v1/cases")).status_code == 200
    assert ((await person.get(f"/v1/cases/{case_id}")).status_code == 200) is sees


@pytest.mark.parametrize("role", [A, S, Y])
async def test_who_has_left_does_not_get_in_with_a_new_token_either(web: Web, role: Role) -> None:
    boss, who = web.person(S, "susan"), f"leaves-{role}"
    body = {"name": "Ning", "role": role, "teams": ["payments"] if role is A else []}
    assert (await boss.put(f"/v1/agents/{who}", body)).status_code == 201
    before = bearer(web, role, who)
    assert (await before.get("/v1/cases")).status_code == 200
    assert (await boss.delete(f"/v1/agents/{who}")).status_code == 204
    assert (await before.get("/v1/cases")).status_code == 401
    later = datetime.now(UTC) + timedelta(minutes=1)  # as an identity provider goes on making them
    with pytest.raises(ProblemError, match="not among the people"):
        await admitted(web.service.database, Caller(Actor(role=role, id=who), issued_at=later))


async def test_the_only_supervisor_stays(web: Web) -> None:
    boss = web.person(S, "lee")
    for answer in (await boss.delete("/v1/agents/lee"), await boss.put("/v1/agents/lee", {"name": "S", "role": "analyst"})):
        assert (answer.status_code, answer.json()["rule"]) == (409, "DSP-2"), answer.text
    assert (await boss.put("/v1/agents/gao", {"name": "G", "role": "supervisor"})).status_code == 201
    assert (await boss.delete("/v1/agents/lee")).status_code == 204


@pytest.mark.parametrize("role", [Role.CUSTOMER, A, S, Y])
async def test_one_statement_of_the_database_says_whether_a_token_counts(web: Web, role: Role) -> None:
    if role in Role.staff():
        await known(web, "counted", role=role.value, teams=["payments"])
    engine, statements = web.service.database._engine.sync_engine, list[str]()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def count(*asked: Any) -> None:
        statements.extend([asked[2]] if asked[2] != "BEGIN" else [])

    event.listen(engine, "before_cursor_execute", count)
    try:
        await admitted(web.service.database, Caller(Actor(role=role, id="counted")))
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(statements) == 1
