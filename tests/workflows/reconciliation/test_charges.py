"""Each difference about what customers were asked to pay is taken in by whatever waits for it, or is a supervisor's task (RES-1, RES-7)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.database.ledger import booked
from models.case.actions import Action
from models.common.vocabulary import Stage
from models.money.charge import ChargeStatus
from models.reconciliation.difference import DifferenceKind, DifferenceState
from rules.money.ledger import left_on
from settings import Settings
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.order_changes import not_shipped, paying, quantities, solved
from tests.support.builders.reconciliation import compare, comparing, differences, tasks, the_difference
from tests.support.builders.replacements import exchanging
from tests.support.processes.service import Service


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path, database_settings: Settings) -> AsyncIterator[Service]:
    async with comparing(temporal, tmp_path, database_settings) as service:
        yield service


async def dearer(service: Service) -> str:
    """A case whose customer has to pay the difference to a dearer order; the charge's key."""
    service.world.add(not_shipped(quantity=1))
    _, charge = await paying(service, quantities(2))
    return charge.key


async def test_a_charge_whose_payment_nobody_told_is_taken_in_by_its_case(service: Service) -> None:
    key = await dearer(service)
    assert (await compare(service)).found == 0
    service.ordering.pay(key)
    assert (await compare(service)).told == 1
    await service.opened[0].until(solved)
    row = await the_difference(service)
    assert (row.kind, row.subject, row.told_to) == (DifferenceKind.CHARGE_AHEAD, key, service.opened[0].handle.id)
    assert (await compare(service)).solved == 1
    assert await tasks(service) == []


async def test_a_replacement_whose_payment_nobody_told_goes_on(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    state = await made.state(lambda state: state.charge is not None and state.charge.pay_url is not None)
    assert state.charge is not None
    service.ordering.pay(state.charge.key)
    assert (await compare(service)).told == 1
    await made.state(lambda state: state.charge is not None and state.charge.status is ChargeStatus.PAID)
    row = await the_difference(service)
    assert (row.kind, row.told_to) == (DifferenceKind.CHARGE_AHEAD, made.handle.id)


async def test_a_payment_that_nobody_is_there_to_take_in_is_a_task(service: Service) -> None:
    key = await dearer(service)
    await service.opened[0].handle.terminate("nobody is there to take it in")
    service.ordering.pay(key)
    report = await compare(service)
    assert (report.told, report.for_people) == (0, 1)
    rows = {row.kind: row for row in await differences(service)}
    assert await tasks(service) == [rows[DifferenceKind.CHARGE_AHEAD].difference_id]


async def test_what_a_customer_pays_after_it_was_called_off_is_a_task_and_may_be_refunded(service: Service) -> None:
    key = await dearer(service)
    case = service.opened[0]
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    assert service.ordering.charges[key].status is ChargeStatus.CANCELLED
    assert (await compare(service)).found == 0
    service.ordering.pay(key)
    await compare(service)
    row = await the_difference(service)
    assert (row.kind, row.state, row.ours["state"], row.theirs["state"]) == (
        DifferenceKind.CHARGE_LATE,
        DifferenceState.OPEN,
        "cancelled",
        "paid",
    )
    assert await tasks(service) == [row.difference_id]
    async with service.database.reading() as session:
        entries = [entry for _, entry in await booked(session, "O-1")]
    assert left_on(entries, "CNY")[f"P-{key}"] == service.ordering.charges[key].amount.minor


async def test_a_charge_that_the_provider_does_not_know_is_a_task_until_it_does(service: Service) -> None:
    key = await dearer(service)
    known = service.ordering.charges.pop(key)
    await compare(service)
    row = await the_difference(service)
    assert (row.kind, row.subject) == (DifferenceKind.CHARGE_UNKNOWN, key)
    assert await tasks(service) == [row.difference_id]
    service.ordering.charges[key] = known
    assert (await compare(service)).solved == 1
