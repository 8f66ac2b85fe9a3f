"""The library follows the cases: what is saved is indexed by whichever worker comes first, and nothing for nothing."""

import asyncio
from datetime import timedelta

from sqlmodel import select

from activities.case.records import RecordsActivities
from activities.library import LibraryIndexing
from adapters.database.engine import Database
from adapters.library.index import passages_by_case
from models.case.activities import Projection
from models.case.state import CaseState
from models.common.events import Event
from models.investigation.findings import Saying
from models.tables.library import LibraryDueRow, LibraryRow
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.cases import NOW, OPENED, case, entry

POLICY = load_policy(Settings().policy)


async def save(database: Database, state: CaseState) -> None:
    records = RecordsActivities(database, texts(POLICY.zone), POLICY)
    await records.save_case(Projection(state=state, at=NOW, run_id="run", events=state.version * 10))


async def indexed(database: Database, case_id: str = "RD-1") -> list[str]:
    async with database.reading() as session:
        return [one.text for one in (await passages_by_case(session, [case_id])).get(case_id, [])]


async def documents(database: Database) -> list[int | None]:
    async with database.reading() as session:
        return sorted((await session.exec(select(LibraryRow.document))).all(), key=str)


async def test_what_is_said_and_noted_on_a_case_is_indexed_once_it_is_saved(database: Database) -> None:
    loop = LibraryIndexing(database, settled=timedelta(0))
    await save(database, case(OPENED))
    assert await loop.index() == 1
    assert await loop.index() == 0
    saying = Saying(at=NOW, by=CUSTOMER, words="The charger is missing.")
    note = entry(2, Event.NOTED, AGENT, words="Known customer.", mentions=[])
    await save(database, case(OPENED, note, sayings=(saying,)))
    await loop.index()
    assert {"The parcel came torn open.", "The charger is missing.", "Known customer."} <= {*await indexed(database)}


async def test_a_case_without_anything_new_to_be_found_by_is_left_as_it_is_indexed(database: Database) -> None:
    loop = LibraryIndexing(database, settled=timedelta(0))
    await save(database, case(OPENED))
    await loop.index()
    before = await documents(database)
    await save(database, case(OPENED, entry(2, Event.ASSIGNED, team="t"), reminders=3))
    assert await loop.index() == 1
    assert await documents(database) == before != []


async def test_two_workers_at_once_index_each_case_once(database: Database) -> None:
    for number in range(5):
        await save(database, case(OPENED))
        async with database.writing() as session:
            session.add(LibraryDueRow(case_id=f"RD-GONE-{number}", at=NOW))
    done = await asyncio.gather(*(LibraryIndexing(database, settled=timedelta(0)).index() for _ in range(2)))
    assert sum(done) == 10
    async with database.reading() as session:
        assert (await session.exec(select(LibraryDueRow))).all() == []
    assert len(await documents(database)) == 1


async def test_a_case_that_was_saved_just_now_is_waited_for_and_then_indexed_once(database: Database) -> None:
    await save(database, case(OPENED))
    assert await LibraryIndexing(database, settled=timedelta(hours=1)).index() == 0
    assert await documents(database) == []
    await save(database, case(OPENED, entry(2, Event.ASSIGNED, team="t")))
    assert await LibraryIndexing(database, settled=timedelta(0)).index() == 2
    assert await LibraryIndexing(database, settled=timedelta(0)).index() == 0
