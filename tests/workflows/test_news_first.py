"""News that reach a case or a claim before its first workflow task, as when the worker that had this task was killed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.case.state import CaseStart
from models.claims.state import ClaimStart, ClaimState
from models.common.partners import Notice
from models.common.vocabulary import Issue, Kind, Party
from models.tables.claims import ClaimHistoryRow, ClaimRow
from settings import Settings
from tests.support.builders.cases import receipt
from tests.support.builders.claims import claim
from tests.support.fakes.order_changes import FakeOrderChanges
from tests.support.processes.service import Case, Service, partners_in
from tests.support.processes.waiting import eventually
from worker import at_work, wire

UNHEARD = Notice(notice_id="n1", partner="carrier", kind="unheard", payload={})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, task_queue="nobody-is-there-yet")


@asynccontextmanager
async def somebody_there(service: Service, settings: Settings) -> AsyncGenerator[None]:
    world = service.world
    partners = partners_in(world, FakeOrderChanges(world), settings)
    async with at_work(service.client, settings, wire(settings, service.database, partners)):
        yield


async def test_a_case_is_acknowledged_whatever_comes_first(service: Service, settings: Settings) -> None:
    taken = receipt("RD-NEWSFIRST001", kind=Kind.COMPLAINT, issue=Issue.DELAY, received_at=datetime.now(UTC), order_id=None)
    start = CaseStart(receipt=taken, policy=service.policy)
    handle = await service.client.start_workflow("CaseWorkflow", start, id=taken.case_id, task_queue=settings.task_queue)
    case = Case(service, handle)
    service.opened.append(case)
    await handle.signal("notice", UNHEARD)
    async with somebody_there(service, settings):
        timeline = await case.remembers("case.opened")
        assert timeline[:2] == ["investigation.partner_notice", "case.opened"]
        assert (await case.until(lambda view: bool(view.clocks))).clocks


async def test_a_claim_begins_whatever_comes_first(service: Service, settings: Settings) -> None:
    terms = service.policy.claims.terms(Party.CARRIER, "K-1")
    state = ClaimState(claim=claim((Party.CUSTOMER, 12_900)).model_copy(update={"claim_id": "RD-NEWS.claim.1"}), terms=terms)
    handle = await service.client.start_workflow(
        "ClaimWorkflow", ClaimStart(state=state), id=state.claim.claim_id, task_queue=settings.task_queue
    )
    await handle.signal("notice", UNHEARD)

    async def history() -> list[str]:
        async with service.database.reading() as session:
            rows = (await session.exec(select(ClaimHistoryRow).order_by(col(ClaimHistoryRow.version)))).all()
        return [row.event for row in rows]

    async with somebody_there(service, settings):
        assert await eventually(history, lambda events: "claim.opened" in events) == ["claim.notice", "claim.opened"]
        async with service.database.reading() as session:
            assert (await session.exec(select(ClaimRow.waiting_on))).one() != "nobody"
        await handle.terminate("the test is over")
