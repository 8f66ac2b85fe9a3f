"""A partner that answers soon is asked within the workflow task; a slow one, and one whose calls have a rate, by its queue (architecture.md)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.kit.direct import SOON
from models.common.partners import Order
from models.common.vocabulary import Issue, WaitFor
from settings import Settings
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service, running_service


async def asked_by_queue(case: Case) -> list[str]:
    history = await case.handle.fetch_history()
    scheduled = (event.activity_task_scheduled_event_attributes for event in history.events)
    return [activity.activity_type.name for activity in scheduled if activity.activity_type.name]


async def opened(service: Service, order_id: str) -> Case:
    service.world.add(order(order_id), parcel(order_id))
    case = await service.open(order_id=order_id, issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    return case


async def test_a_partner_that_answers_soon_costs_no_activity_of_its_queue(service: Service) -> None:
    assert "look_up" not in await asked_by_queue(await opened(service, "O-1"))


async def test_a_partner_that_took_long_is_asked_by_its_queue_from_then_on(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: Any = service.world.order

    async def slowly(order_id: str) -> Order | None:
        await asyncio.sleep(SOON * 1.2)
        return await known(order_id)

    monkeypatch.setattr(service.world, "order", slowly)
    assert "look_up" not in await asked_by_queue(await opened(service, "O-1"))
    monkeypatch.undo()
    assert "look_up" in await asked_by_queue(await opened(service, "O-2"))


async def test_a_partner_whose_calls_have_a_rate_is_asked_by_its_queue(temporal: WorkflowEnvironment, tmp_path: Path) -> None:
    limited = Settings(data_dir=tmp_path, partner_rates={"partners": 50.0})
    async with running_service(temporal, limited) as service:
        assert "look_up" in await asked_by_queue(await opened(service, "O-1"))
