"""One look of a process for all who follow: what each is told, and how seldom the database is asked."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database
from adapters.database.presence import come
from api.http.auth import Caller
from api.inbox import unread_of
from api.live import counts, follower, presence, tail
from api.live.follower import Follower
from api.live.presence import Presence
from api.live.tail import Tail
from models.case.news import CaseNews, CountNews, InboxNews, News, PresenceNews, Reload
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.tables.case import AgentRow, CaseRow, MessageRow
from models.tables.desk import SavedViewRow
from models.tables.presence import PresenceRow
from models.tables.revocations import RevocationRow
from tests.support.builders.cases import case_row
from tests.support.processes.waiting import PATIENCE, eventually

_numbers = count(1)


def caller(role: Role, who: str = "x", *teams: str) -> Caller:
    return Caller(Actor(role=role, id=who, teams=teams))


def a_case(**own: Any) -> CaseRow:
    now = datetime.now(UTC)
    usual = {"kind": "complaint", "merchant_id": "M-1", "tier": "agent", "team": "logistics", "waiting_on": "agent"}
    return case_row(f"RD-LIVE{next(_numbers):06d}", **{**usual, "opened_at": now, "updated_at": now, **own})


def a_message(to: str, role: Role) -> MessageRow:
    told: dict[str, Any] = {
        "case_id": f"RD-TOLD{next(_numbers)}",
        "version": 1,
        "event": "case.opened",
        "locale": "zh",
        "subject": "-",
        "body": "-",
    }
    return MessageRow(**told, recipient_role=role, recipient_id=to, channel="inbox", state="sent", created_at=datetime.now(UTC))


async def write(database: Database, *rows: Any) -> None:
    async with database.writing() as session:
        for row in rows:
            if isinstance(row, CaseRow):
                row.saved_at = datetime.now(UTC)
            session.add(row)


async def no_view(*_: object) -> CountNews:
    raise AssertionError


@asynccontextmanager
async def followed(database: Database, *followers: Follower, view: Any = no_view) -> AsyncGenerator[Tail]:
    """A tail at work, and these who follow; they have been greeted."""
    made = Tail(database, view, unread_of)
    running = asyncio.create_task(made.run())
    try:
        async with AsyncExitStack() as stack:
            for one in followers:
                await stack.enter_async_context(made.following(one))
            yield made
    finally:
        running.cancel()
        await asyncio.wait([running])


async def told(one: Follower, kind: type[News], seconds: float = PATIENCE) -> News:
    """The next news of that kind; fails when there is none in time."""
    async with asyncio.timeout(seconds):
        while True:
            for news in await one.next(seconds):
                if isinstance(news, kind):
                    return news


async def is_told_nothing(one: Follower, kind: type[News]) -> bool:
    return not any(isinstance(news, kind) for news in await one.next(0.05))


async def test_whoever_sees_a_case_is_told_that_it_changed_and_nobody_else(database: Database) -> None:
    everybody = {
        "supervisor": Follower(caller(Role.SUPERVISOR)),
        "agent of the team": Follower(caller(Role.AGENT, "a", "logistics")),
        "customer": Follower(caller(Role.CUSTOMER, "C-1")),
        "merchant": Follower(caller(Role.MERCHANT, "M-1")),
    }
    others = [
        Follower(caller(Role.CUSTOMER, "C-2")),
        Follower(caller(Role.MERCHANT, "M-2")),
        Follower(caller(Role.CARRIER, "K-1")),
    ]
    async with followed(database, *everybody.values(), *others):
        case = a_case()
        await write(database, case)
        for one in everybody.values():
            assert await told(one, CaseNews) == CaseNews(case_id=case.case_id, version=1)
        for one in others:
            assert await is_told_nothing(one, CaseNews)


async def test_an_agent_is_told_a_last_time_of_a_case_that_left_their_team(database: Database) -> None:
    agent = Follower(caller(Role.AGENT, "a", "logistics"))
    case = a_case()
    async with followed(database, agent):
        await write(database, case)
        await told(agent, CaseNews)
        async with database.writing() as session:
            row = await session.get(CaseRow, case.case_id)
            assert row
            row.team, row.version, row.saved_at = "payments", 2, datetime.now(UTC)
        assert await told(agent, CaseNews) == CaseNews(case_id=case.case_id, version=2, gone=True)


async def test_a_message_is_told_to_its_recipient_as_a_number_of_unread_ones(database: Database) -> None:
    customer, agent = Follower(caller(Role.CUSTOMER, "C-1")), Follower(caller(Role.AGENT, "a", "logistics"))
    async with followed(database, customer, agent):
        assert await told(customer, InboxNews) == InboxNews(unread=0)
        await told(agent, InboxNews)
        await write(database, a_message("C-1", Role.CUSTOMER))
        assert await told(customer, InboxNews, 5) == InboxNews(unread=1)
        await write(database, a_message("team:logistics", Role.AGENT))
        assert await told(agent, InboxNews, 5) == InboxNews(unread=1)


async def test_who_comes_and_goes_is_told_to_colleagues_who_see_the_case_and_to_no_party(database: Database) -> None:
    case = a_case()
    await write(database, case, AgentRow(agent_id="lily", name="莉莉", role="agent", teams=["logistics"], skills=[]))
    people = [
        Follower(caller(Role.SUPERVISOR)),
        Follower(caller(Role.CUSTOMER, "C-1")),
        Follower(caller(Role.AGENT, "p", "payments")),
    ]
    async with followed(database, *people):
        async with database.writing() as session:
            await come(session, case.case_id, "lily", "p1")
        seen = await told(people[0], PresenceNews)
        assert isinstance(seen, PresenceNews)
        assert [(one.id, one.name, one.writing) for one in seen.present] == [("lily", "莉莉", False)]
        assert await is_told_nothing(people[1], PresenceNews)
        assert await is_told_nothing(people[2], PresenceNews)


async def test_a_view_is_counted_once_for_all_who_see_the_same_cases(database: Database) -> None:
    counted: list[str] = []

    async def view(_: AsyncSession, of: Caller, row: SavedViewRow) -> CountNews:
        counted.append(of.actor.id)
        return CountNews(id=row.id, count=len(counted), more=False)

    now = datetime.now(UTC)
    of: dict[str, Any] = {"team": "logistics", "filters": {"team": "logistics"}, "sort": "opened_at"}
    shared = SavedViewRow(id="late", name="late", **of, updated_at=now, updated_by="s")
    team = [Follower(caller(Role.AGENT, f"a{number}", "logistics"), views=(shared,)) for number in range(50)]
    async with followed(database, *team, view=view):
        for one in team:
            assert await told(one, CountNews) == CountNews(id="late", count=1, more=False)
        await write(database, a_case())
        for one in team:
            assert await told(one, CountNews, 10) == CountNews(id="late", count=2, more=False)
    assert len(counted) == 2


async def test_who_reads_too_slowly_is_told_to_load_everything_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "MOST", 5)
    slow = Follower(caller(Role.SUPERVISOR))
    async with followed(database, slow):
        await write(database, *(a_case() for _ in range(20)))
        assert await told(slow, Reload) == Reload()
        assert await is_told_nothing(slow, CaseNews)


async def test_a_revocation_has_every_stream_look_at_its_access_again(database: Database) -> None:
    one = Follower(caller(Role.CUSTOMER, "C-1"))
    async with followed(database, one):
        now = datetime.now(UTC)
        await write(database, RevocationRow(what="token", name="t", issued_until=now, by="s", at=now))
        async with asyncio.timeout(PATIENCE):
            while not one.doubtful:
                await one.next(PATIENCE)


FASTER = 20


async def how_many_are_present(database: Database) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count()).select_from(PresenceRow))).one()


async def test_two_hundred_who_follow_cost_an_idle_process_no_more_than_a_query_a_second(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute, played twenty times as fast."""
    monkeypatch.setattr(tail, "LOOKS_ANYWAY", tail.LOOKS_ANYWAY / FASTER)
    monkeypatch.setattr(tail, "LOOKS_EACH", tail.LOOKS_EACH / FASTER)
    monkeypatch.setattr(presence, "STAY_EACH", presence.STAY_EACH / FASTER)
    monkeypatch.setattr(counts, "AT_LEAST", counts.AT_LEAST / FASTER)
    cases = [a_case() for _ in range(200)]
    await write(database, *cases)
    people = [Follower(caller(Role.AGENT, f"a{number}", "logistics"), case.case_id) for number, case in enumerate(cases)]
    here = Presence(database)
    staying = asyncio.create_task(here.run())
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    with ExitStack() as open_:
        for one in people:
            open_.enter_context(here.having_open(str(one.case_id), one.caller.actor.id))
        async with followed(database, *people):
            for one in people:
                await told(one, InboxNews, 20)
            await eventually(lambda: how_many_are_present(database), lambda found: found == len(people))
            engine: Any = getattr(database, "_engine").sync_engine  # noqa: B009
            event.listen(engine, "before_cursor_execute", note)
            await asyncio.sleep(60 / FASTER)
            event.remove(engine, "before_cursor_execute", note)
    staying.cancel()
    await asyncio.wait([staying])
    assert 0 < len(asked) <= 60, asked
