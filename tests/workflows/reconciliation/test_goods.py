"""Each difference between our books and the carriers' is taken in by what waits for the parcel or is a supervisor's task (RES-6, RES-7)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from models.common.partners import ShipmentStatus
from models.reconciliation.difference import DifferenceKind
from models.replacements.state import ReplacementStage
from models.returns.state import ReturnStage
from settings import Settings
from tests.support.builders.reconciliation import compare, comparing, tasks, the_difference
from tests.support.builders.replacements import reshipping
from tests.support.builders.returns import returning
from tests.support.processes.service import Service


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Service]:
    async with comparing(temporal, tmp_path, Settings(data_dir=tmp_path)) as service:
        yield service


async def test_a_return_that_came_without_a_word_is_received(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("picked_up")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    back.world.scan(f"LB-{back.handle.id}", "delivered")
    assert (await compare(service)).told == 1
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    row = await the_difference(service)
    assert (row.kind, row.told_to) == (DifferenceKind.PARCEL_AHEAD, back.handle.id)
    assert (await compare(service)).solved == 1


async def test_a_parcel_on_the_road_that_no_carrier_knows_is_a_task(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("picked_up")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    back.world.parcels.clear()
    await compare(service)
    row = await the_difference(service)
    assert (row.kind, row.subject) == (DifferenceKind.PARCEL_UNKNOWN, f"LB-{back.handle.id}".upper())
    assert await tasks(service) == [row.difference_id]


async def test_goods_that_came_and_that_the_carrier_calls_lost_are_a_task(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("picked_up")
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    back.world.scan(f"LB-{back.handle.id}", "lost")
    await compare(service)
    assert (await the_difference(service)).kind == DifferenceKind.PARCEL_LOST


async def test_a_replacement_that_was_delivered_without_a_word_is_delivered(service: Service) -> None:
    made = await reshipping(service)
    state = await made.at(ReplacementStage.ON_ITS_WAY)
    made.parcel(str(state.tracking), ShipmentStatus.DELIVERED)
    assert (await compare(service)).told == 1
    await made.at(ReplacementStage.DELIVERED)
    assert (await the_difference(service)).told_to == made.handle.id
