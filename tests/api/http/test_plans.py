"""Every order of a list is that of an index: PostgreSQL need not sort what it shows (docs/architecture.md, Choices)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database
from adapters.database.planning import SETTINGS, plan_lists
from adapters.database.work import DUE, URGENCY, in_queue
from api.cases.listing import Sort
from api.cases.queues import ORDER as QUEUE
from api.claims.endpoints import ClaimSort
from api.http.cursor import LOWEST, Order, Place
from api.returns.endpoints import LATEST_FIRST
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from models.tables.returns import ReturnRow

NOW = datetime(2026, 6, 1, tzinfo=UTC)
_select: Any = select
CASES = _select(CaseRow.case_id, URGENCY.label("urgency"), DUE.label("due"))
LISTS = [
    *(pytest.param(CASES, sort.order, id=f"cases {sort.value}") for sort in Sort),
    *(pytest.param(select(ClaimRow.claim_id), sort.order, id=f"claims {sort.value}") for sort in ClaimSort),
    pytest.param(select(ReturnRow.workflow_id), LATEST_FIRST, id="returns"),
    pytest.param(CASES.where(col(CaseRow.team) == "logistics", *in_queue(NOW)), QUEUE, id="queue"),
]


@pytest.mark.parametrize("database_settings", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("chosen", "order"), LISTS)
@pytest.mark.long
async def test_a_list_is_read_along_an_index_from_its_first_page_on(database: Database, chosen: Any, order: Order) -> None:
    async with database.reading() as session:
        connection = await session.connection()
        await connection.execute(
            text("SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)")
        )
        value = {"amount": 5, "priority": "P2"}.get(order.name.removeprefix("-"), NOW)
        last = ("P2", NOW, LOWEST) if order is QUEUE else (value, LOWEST)
        for place in (Place(order), Place(order, last)):
            for part in place.parts:
                asked = chosen.where(*part.fits).order_by(*part.by).limit(51)
                compiled = asked.compile(connection.sync_engine, compile_kwargs={"literal_binds": True})
                plan = [row[0] for row in await connection.exec_driver_sql(f"EXPLAIN {compiled}")]
                assert not any("Sort" in line for line in plan), plan


async def settings_of(session: AsyncSession) -> dict[str, str]:
    asked = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)").bindparams(names=[*SETTINGS])
    return {row.name: row.setting for row in await (await session.connection()).execute(asked)}


@pytest.mark.parametrize("database_settings", ["postgresql"], indirect=True)
@pytest.mark.long
async def test_a_list_is_planned_as_lists_are_and_nothing_after_it_is(database: Database) -> None:
    async with database.reading() as session:
        before = await settings_of(session)
        await plan_lists(session)
        assert await settings_of(session) == SETTINGS
    async with database.reading() as session:
        assert await settings_of(session) == before != SETTINGS
