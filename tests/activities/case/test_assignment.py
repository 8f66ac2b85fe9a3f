"""Who gets a case (DSP-2): the least loaded who is there and able, each case one handler, however many come at once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update

from activities.case.assignment import DispatchActivities
from activities.case.records import RecordsActivities
from adapters.database.agents import row_of, seed_agents
from adapters.database.engine import Database, insert_if_absent
from models.case.activities import AssignRequest, Projection
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Issue, Role, Stage
from models.policy.agents import AgentPolicy
from models.policy.policy import Policy
from models.tables.case import AgentRow, AssignmentRow
from tests.support.builders.cases import OPENED, case, entry, receipt

MORNING = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai, a Tuesday
NIGHT = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)


@pytest.fixture
def dispatch(database: Database, policy: Policy) -> DispatchActivities:
    return DispatchActivities(database, policy)


async def employ(database: Database, *people: str, **change: Any) -> None:
    """People of logistics who can do everything, unless said otherwise."""
    async with database.writing() as session:
        for name in people:
            person = AgentPolicy.model_validate({"id": name, "name": name, "teams": ("logistics",), **change})
            await insert_if_absent(session, AgentRow, row_of(person))


def wanted(number: int = 1, **change: Any) -> AssignRequest:
    fields = {"case_id": f"RD-{number}", "team": "logistics", "issue": Issue.DAMAGED, "at": MORNING}
    return AssignRequest.model_validate({**fields, **change})


async def handlers(database: Database) -> dict[str, str]:
    async with database.reading() as session:
        return {row.case_id: row.agent_id for row in await session.exec(select(AssignmentRow))}


async def test_two_hundred_cases_at_once_are_spread_evenly_and_each_has_one_handler(
    dispatch: DispatchActivities, database: Database
) -> None:
    await employ(database, *(f"a{number}" for number in range(10)))
    answers = await asyncio.gather(*(dispatch.assign_handler(wanted(number)) for number in range(200)))
    assert Counter(answer.handler for answer in answers) == {f"a{number}": 20 for number in range(10)}
    assert await handlers(database) == {f"RD-{number}": answer.handler for number, answer in enumerate(answers)}


async def test_a_full_team_takes_no_more_and_loses_nothing(dispatch: DispatchActivities, database: Database) -> None:
    await employ(database, "a", "b", most=3)
    answers = await asyncio.gather(*(dispatch.assign_handler(wanted(number)) for number in range(20)))
    assert Counter(answer.handler for answer in answers) == {"a": 3, "b": 3, None: 14}


async def test_the_same_case_asked_for_many_times_keeps_its_handler(dispatch: DispatchActivities, database: Database) -> None:
    await employ(database, "a", "b", "c")
    answers = await asyncio.gather(*(dispatch.assign_handler(wanted()) for _ in range(20)))
    assert len({answer.handler for answer in answers}) == 1
    assert len(await handlers(database)) == 1


async def test_a_case_that_goes_to_another_team_gets_one_of_its_people(dispatch: DispatchActivities, database: Database) -> None:
    await employ(database, "a")
    await employ(database, "b", teams=("payments",))
    assert (await dispatch.assign_handler(wanted())).handler == "a"
    assert (await dispatch.assign_handler(wanted(team="payments"))).handler == "b"
    assert (await dispatch.assign_handler(wanted(team="rules"))).handler is None
    assert await handlers(database) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"present": False},
        {"role": "supervisor"},
        {"teams": ("payments",)},
        {"skills": ("product",)},
        {"skills": ("logistics.lost",)},
    ],
)
async def test_nobody_gets_a_case_who_is_away_or_cannot_do_it(
    dispatch: DispatchActivities, database: Database, change: dict[str, Any]
) -> None:
    await employ(database, "a", **change)
    assert (await dispatch.assign_handler(wanted())).handler is None
    assert await handlers(database) == {}


@pytest.mark.parametrize("skills", [(), ("logistics",), ("logistics.damaged",), ("product", "logistics.damaged")])
async def test_a_skill_is_an_issue_or_its_group(
    dispatch: DispatchActivities, database: Database, skills: tuple[str, ...]
) -> None:
    await employ(database, "a", skills=skills)
    assert (await dispatch.assign_handler(wanted())).handler == "a"


@pytest.mark.parametrize(
    ("shift", "at", "handler"),
    [
        ("service", MORNING, "a"),
        ("service", NIGHT, None),
        ("service", MORNING.replace(hour=4, minute=30), None),  # the lunch break
        ("office", MORNING + timedelta(days=4), None),  # a Saturday
        ("always", NIGHT, "a"),
        (None, NIGHT, "a"),
    ],
)
async def test_a_shift_is_a_calendar_of_the_policy(
    dispatch: DispatchActivities, database: Database, shift: str | None, at: datetime, handler: str | None
) -> None:
    await employ(database, "a", shift=shift)
    assert (await dispatch.assign_handler(wanted(at=at))).handler == handler


async def test_of_two_with_equal_load_the_longer_idle_one_is_next(dispatch: DispatchActivities, database: Database) -> None:
    await employ(database, "a", "b", "c")
    async with database.writing() as session:
        for name, minutes in (("a", 1), ("b", 9), ("c", 5)):
            idle = MORNING - timedelta(minutes=minutes)
            await session.exec(update(AgentRow).where(col(AgentRow.agent_id) == name).values(assigned_at=idle))
    order = [
        (await dispatch.assign_handler(wanted(number, at=MORNING + timedelta(seconds=number)))).handler for number in range(4)
    ]
    assert order == ["b", "c", "a", "b"]


async def test_a_case_that_ends_or_goes_on_makes_room(
    dispatch: DispatchActivities, records: RecordsActivities, database: Database
) -> None:
    await employ(database, "a", "b", most=1)
    first = (await dispatch.assign_handler(wanted(1))).handler
    second = (await dispatch.assign_handler(wanted(2))).handler
    assert {first, second} == {"a", "b"}
    assert (await dispatch.assign_handler(wanted(3))).handler is None

    def state(version: int, **change: Any) -> Projection:
        taken = entry(version, Event.TAKEN, handler="?")
        return Projection(state=case(OPENED, taken, receipt=receipt("RD-1"), team="logistics", **change), at=MORNING)

    await records.save_case(state(2, handler=Actor(role=Role.AGENT, id="alice")))
    assert await handlers(database) == {"RD-1": "alice", "RD-2": second}
    assert (await dispatch.assign_handler(wanted(3))).handler == first
    await records.save_case(state(4, handler=Actor(role=Role.AGENT, id="alice"), stage=Stage.CLOSED))
    await records.save_case(state(3, handler=Actor(role=Role.AGENT, id="alice")))  # comes late and says nothing about now
    assert await handlers(database) == {"RD-2": second, "RD-3": first}


async def test_saves_and_choices_at_once_leave_one_handler_a_case(
    dispatch: DispatchActivities, records: RecordsActivities, database: Database
) -> None:
    await employ(database, "a", "b")

    async def take(number: int) -> None:
        held = case(OPENED, receipt=receipt(f"RD-{number}"), handler=Actor(role=Role.AGENT, id="alice"), team="logistics")
        await records.save_case(Projection(state=held, at=MORNING))

    await asyncio.gather(
        *(take(number) for number in range(15)), *(dispatch.assign_handler(wanted(number)) for number in range(15))
    )
    assert await handlers(database) == {f"RD-{number}": "alice" for number in range(15)}


async def test_the_policys_people_are_taken_over_once(database: Database, policy: Policy) -> None:
    await asyncio.gather(*(seed_agents(database, policy.agents) for _ in range(4)))
    async with database.writing() as session:
        people = {row.agent_id: row for row in await session.exec(select(AgentRow))}
        assert set(people) == {agent.id for agent in policy.agents}
        people["lin.wei"].present = False
        await session.delete(people["gao.yun"])
    await seed_agents(database, policy.agents)
    async with database.reading() as session:
        now = {row.agent_id: row.present for row in await session.exec(select(AgentRow))}
    assert not now["lin.wei"]
    assert "gao.yun" not in now


async def test_every_team_of_the_shipped_policy_finds_somebody_in_the_morning(
    dispatch: DispatchActivities, database: Database, policy: Policy
) -> None:
    await seed_agents(database, policy.agents)
    for number, team in enumerate(policy.teams):
        issue = next(
            row.issue or next(issue for issue in Issue if issue.group is row.group) for row in policy.routing if row.team == team
        )
        assert (await dispatch.assign_handler(wanted(number, team=team, issue=issue))).handler is not None, team
