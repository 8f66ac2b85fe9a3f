"""A case is there from the moment it was opened, on both databases."""

from typing import Any

import pytest
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from models.tables.case import CaseRow
from tests.support.builders.cases import case_row
from tests.support.processes.api import Person, Web, running_web


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def test_a_case_whose_row_comes_while_it_is_looked_for_is_there(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    customer, customer_id, order_id = web.customer()
    async with running_web(web.settings.model_copy(update={"task_queue": "nobody"}), web.service) as unserved:
        customer = Person(unserved.http, customer.headers)
        case_id = await unserved.open(customer, order_id=order_id, issue="logistics.lost")
        row = case_row(case_id, customer_id=customer_id, order_id=order_id)
        look: Any = AsyncSession.exec
        cases: Any = SQLModel.metadata.tables["cases"]

        async def look_too_early(session: AsyncSession, statement: Any, **more: Any) -> Any:  # as SQLModel's
            found: Any = await look(session, statement, **more)
            if statement.is_select and cases in statement.get_final_froms():
                monkeypatch.undo()
                async with web.service.database.writing() as other:
                    other.add(row)
            return found

        monkeypatch.setattr(AsyncSession, "exec", look_too_early)
        timeline = await customer.get(f"/v1/cases/{case_id}/timeline")
    assert timeline.status_code != 404, timeline.text
    async with web.service.database.reading() as session:
        assert await session.get(CaseRow, case_id), "the row came too late to be met"
