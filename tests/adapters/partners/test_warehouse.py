"""Warehouses and workshops over real HTTP (RES-7): what they say, what goes wrong, and that nothing is done twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.replacements import ReplacementActivities
from adapters.connect import Partners
from adapters.partners.warehouse import Warehouse
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.replacements.activities import WatchParcel
from models.replacements.partner import (
    DispatchRequest,
    DispatchStatus,
    Renewal,
    RepairDecision,
    RepairRequest,
    RepairStatus,
    ReservationRequest,
    ReservationStatus,
    StockItem,
)
from sandbox.app import create_app
from sandbox.kit.parts import Options
from settings import Settings
from tests.support.processes.sandbox import TOKEN, Running


@pytest.fixture(scope="module")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    running = Running(create_app(tmp_path_factory.mktemp("warehouse"), 1, options=Options(token=TOKEN)))
    await running.ready()
    yield running.address
    await running.stop()


@pytest.fixture
async def partners(sandbox: str, tmp_path: Path) -> AsyncIterator[Partners]:
    urls = {f"{name}_url": f"{sandbox}/{name}" for name in ("merchant", "carrier", "payment", "notification")}
    connected = Partners.connect(
        Settings.model_validate({**urls, "partner_token": TOKEN, "partner_timeout": 1, "data_dir": tmp_path})
    )
    yield connected
    await connected.aclose()
    async with httpx.AsyncClient(base_url=sandbox, trust_env=False) as desk:
        await desk.delete("/faults")


@pytest.fixture
def warehouse(partners: Partners) -> Warehouse:
    return partners.warehouse


def order(**change: object) -> ReservationRequest:
    key = uuid4().hex
    item = StockItem(line_id="L1", sku="HOM-101")
    known = {"key": key, "reference": f"RD-{key}", "merchant_id": "M-1", "order_id": "O-1001", "items": (item,)}
    return ReservationRequest.model_validate({**known, "until": datetime.now(UTC) + timedelta(days=1), **change})


def repair_order() -> RepairRequest:
    key = uuid4().hex
    item = StockItem(line_id="L1", sku="HOM-101")
    return RepairRequest(key=key, reference=f"RD-{key}", merchant_id="M-1", order_id="O-1001", items=(item,), words="坏了")


async def break_down(sandbox: str, call: str, fault: str, partner: str = "merchant", **more: object) -> None:
    async with httpx.AsyncClient(base_url=sandbox, trust_env=False) as desk:
        put = await desk.put("/faults", json=[{"partner": partner, "call": call, "fault": fault, **more}])
        put.raise_for_status()


async def test_goods_are_set_aside_held_longer_sent_and_found_again(warehouse: Warehouse, partners: Partners) -> None:
    asked = order()
    held = await warehouse.reserve(asked)
    assert held.status is ReservationStatus.RESERVED
    assert held == await warehouse.reserve(asked) == await warehouse.reservation(asked.key)
    longer = await warehouse.renew(asked.key, Renewal(until=datetime.now(UTC) + timedelta(days=2)))
    assert longer.until is not None
    assert held.until is not None
    assert longer.until > held.until
    send = DispatchRequest(key=uuid4().hex, reference=asked.reference, reservation_key=asked.key)
    assert await warehouse.dispatch(send.key) is None
    sent = await warehouse.send(send)
    assert sent.status is DispatchStatus.SENT
    assert (await warehouse.stop(send.key)).status is DispatchStatus.SENT
    watched = await ReplacementActivities(warehouse, partners.returns).watch_parcel(
        WatchParcel(key=send.key, tracking=sent.tracking)
    )
    assert watched.dispatch == sent
    assert watched.parcel is not None
    assert watched.parcel.tracking == sent.tracking


async def test_goods_are_put_back_and_an_unknown_key_is_nothing(warehouse: Warehouse) -> None:
    asked = order()
    assert await warehouse.reservation(asked.key) is None
    await warehouse.reserve(asked)
    assert (await warehouse.release(asked.key)).status is ReservationStatus.RELEASED
    with pytest.raises(PartnerError) as unknown:
        await warehouse.release("nobody")
    assert unknown.value.type is ErrorType.NOT_FOUND


async def test_a_repair_is_ordered_decided_and_found_again(warehouse: Warehouse) -> None:
    asked = repair_order()
    assert await warehouse.repair_by_key(asked.key) is None
    assert (await warehouse.repair(asked)).status is RepairStatus.TAKEN
    assert await warehouse.repair_by_key(asked.key) is not None
    assert (await warehouse.decide(asked.key, RepairDecision(approved=True))).key == asked.key


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "error_500", "too_many_429", "garbage"])
async def test_a_warehouse_in_trouble_is_asked_again_and_sends_once(warehouse: Warehouse, sandbox: str, fault: str) -> None:
    asked = order()
    await warehouse.reserve(asked)
    await break_down(sandbox, "dispatch", fault, times=1, seconds=2)
    send = DispatchRequest(key=uuid4().hex, reference=asked.reference, reservation_key=asked.key)
    with pytest.raises(PartnerError) as trouble:
        await warehouse.send(send)
    assert not trouble.value.permanent
    assert (await warehouse.send(send)).status is DispatchStatus.SENT
    async with httpx.AsyncClient(base_url=sandbox, trust_env=False) as desk:
        booked = (await desk.get("/books/warehouse", params={"reference": asked.reference, "kind": "dispatch"})).json()
    assert len(booked) == 1


async def test_a_warehouse_that_will_not_is_quoted(warehouse: Warehouse, partners: Partners, sandbox: str) -> None:
    asked = order()
    calls = ReplacementActivities(warehouse, partners.returns)
    await break_down(sandbox, "reserve", "refuse", times=1)
    told = await ActivityEnvironment().run(calls.reserve_stock, asked)
    assert (told.status, told.refusal) == (ReservationStatus.REFUSED, "the partner does not want to")
    assert (await ActivityEnvironment().run(calls.release_stock, asked.key)).status is ReservationStatus.RELEASED
    assert (await ActivityEnvironment().run(calls.stop_replacement, "nobody")).status is DispatchStatus.STOPPED
    with pytest.raises(ApplicationError) as unknown:
        await ActivityEnvironment().run(calls.repair_state, "nobody")
    assert unknown.value.non_retryable
