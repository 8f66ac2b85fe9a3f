"""Each difference between our books and the payment provider's is taken in by its case or is a supervisor's task (RES-5)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from adapters.database.ledger import booked
from adapters.schedules import RECONCILIATION, keep_schedules
from commands import reconcile as command
from models.common.base import Money
from models.common.errors import PartnerError
from models.common.partners import Payment, ProviderRefundStatus
from models.common.vocabulary import ErrorType, Stage, WaitFor
from models.money.ledger import EntryKind
from models.reconciliation.difference import DifferenceKind, DifferenceState, PageReport
from models.tables.reconciliation import DifferenceRow
from settings import Settings
from tests.support.builders.reconciliation import (
    at_the_provider,
    compare,
    comparing,
    differences,
    known_order,
    made_outside,
    refunding,
    tasks,
    the_difference,
)
from tests.support.processes.service import Service
from workflows import reconciliation


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Service]:
    async with comparing(temporal, tmp_path, Settings(data_dir=tmp_path)) as service:
        yield service


async def test_books_that_agree_have_no_difference(service: Service) -> None:
    await refunding(service)
    assert await compare(service) == PageReport(orders=1)
    assert await differences(service) == []


async def test_a_refund_whose_arrival_nobody_told_is_taken_in_by_its_case(service: Service) -> None:
    case = await refunding(service)
    service.world.arrive()
    report = await compare(service)
    assert (report.found, report.fresh, report.told, report.for_people) == (1, 1, 1, 0)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    row = await the_difference(service)
    assert (row.kind, row.state, row.told_to) == (DifferenceKind.REFUND_AHEAD, DifferenceState.OPEN, case.handle.id)
    assert (await compare(service)).solved == 1
    row = await the_difference(service)
    assert row.state == DifferenceState.SOLVED
    assert row.closed_at is not None
    assert await tasks(service) == []


async def test_a_refund_that_was_refused_without_our_knowing_comes_to_a_persons_queue(service: Service) -> None:
    case = await refunding(service)
    at_the_provider(service, status=ProviderRefundStatus.REFUSED, refusal="no such account")
    await compare(service)
    await case.waits_for(WaitFor.PAYMENT_REPAIR)
    assert (await the_difference(service)).kind == DifferenceKind.REFUND_REFUSED


async def test_what_a_case_does_not_take_in_is_a_supervisors_task_the_next_time(service: Service) -> None:
    case = await refunding(service)
    at_the_provider(service, status=ProviderRefundStatus.ARRIVED)
    await case.handle.terminate("nobody is there to take it in")
    report = await compare(service)
    assert (report.told, report.for_people) == (0, 1)
    row = await the_difference(service)
    assert row.told_to is None
    assert await tasks(service) == [row.difference_id]


async def test_a_refund_that_was_made_outside_is_booked_and_shown_to_supervisors_once(service: Service) -> None:
    await refunding(service)
    made_outside(service)
    first, second = await compare(service), await compare(service)
    assert (first.found, first.fresh, first.for_people) == (1, 1, 1)
    assert (second.found, second.fresh, second.for_people) == (1, 0, 0)
    row = await the_difference(service)
    assert (row.kind, row.state, row.theirs["amount_minor"]) == (DifferenceKind.REFUND_OUTSIDE, DifferenceState.OPEN, 700)
    assert row.last_seen > row.first_seen
    assert await tasks(service) == [row.difference_id]
    async with service.database.reading() as session:
        kinds = [entry.kind for _, entry in await booked(session, "O-1")]
    assert kinds.count(EntryKind.REFUNDED_OUTSIDE) == 1


async def test_the_command_compares_at_once_and_shows_what_is_open_on_either_database(
    temporal: WorkflowEnvironment, tmp_path: Path, database_settings: Settings
) -> None:
    async with comparing(temporal, tmp_path, database_settings) as service:
        await known_order(service, "O-1")
        await known_order(service, "O-2")
        made_outside(service)
        server = temporal.client.service_client.config.target_host
        settings = database_settings.model_copy(update={"temporal_address": server, "task_queue": service.queue})
        report, rows = await command.compare(settings, minutes=1)
        assert (report.orders, report.for_people) == (2, 1)
        assert [(row.order_id, row.kind) for row in rows] == [("O-1", DifferenceKind.REFUND_OUTSIDE)]
        report, _ = await command.compare(settings, minutes=1)
        assert (report.found, report.fresh) == (1, 0)


async def test_a_refund_that_the_provider_does_not_know_is_a_task(service: Service) -> None:
    await refunding(service)
    known = dict(service.world.refunds)
    service.world.refunds.clear()
    await compare(service)
    row = await the_difference(service)
    assert (row.kind, row.state) == (DifferenceKind.REFUND_UNKNOWN, DifferenceState.OPEN)
    assert await tasks(service) == [row.difference_id]
    service.world.refunds.update(known)
    await compare(service)
    assert (await the_difference(service)).state == DifferenceState.SOLVED
    service.world.refunds.clear()
    await compare(service)
    row = await the_difference(service)
    assert (row.state, row.asked) == (DifferenceState.OPEN, 2)
    assert await tasks(service) == [row.difference_id] * 2


async def test_another_amount_than_was_asked_for_is_a_task(service: Service) -> None:
    await refunding(service)
    at_the_provider(service, amount=Money(minor=1))
    await compare(service)
    row = await the_difference(service)
    assert row.kind == DifferenceKind.REFUND_AMOUNT
    assert (row.ours["amount_minor"], row.theirs["amount_minor"]) == (12_900, 1)


async def test_a_refund_that_is_on_its_way_for_too_long_is_a_task(service: Service) -> None:
    await refunding(service)
    await compare(service, days=14)
    assert await differences(service) == []
    await compare(service, days=16)
    assert (await the_difference(service)).kind == DifferenceKind.REFUND_OVERDUE


async def test_less_money_than_our_books_have_is_a_task(service: Service) -> None:
    await refunding(service)
    (payment,) = service.world.charges["O-1"]
    service.world.charges["O-1"] = [payment.model_copy(update={"amount": Money(minor=900)})]
    await compare(service)
    row = await the_difference(service)
    assert (row.kind, row.subject) == (DifferenceKind.PAYMENT_LESS, payment.payment_id)


async def test_an_accepted_difference_stays_so_until_it_changes(service: Service) -> None:
    await refunding(service)
    at_the_provider(service, amount=Money(minor=1))
    await compare(service)
    async with service.database.writing() as session:
        row = (await session.exec(select(DifferenceRow))).one()
        row.state, row.note = DifferenceState.ACCEPTED, "agreed by phone"
    assert (await compare(service)).found == 0
    assert (await the_difference(service)).note == "agreed by phone"
    at_the_provider(service, amount=Money(minor=2))
    assert (await compare(service)).for_people == 1
    assert (await the_difference(service)).state == DifferenceState.OPEN


async def test_a_provider_that_will_not_tell_of_one_order_is_a_task_and_the_others_are_compared(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await refunding(service)
    service.world.arrive()
    await known_order(service, "O-0")
    usual = service.world.payments

    async def payments(order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        if order_id == "O-0":
            raise PartnerError(ErrorType.PARTNER_REFUSED, "that order is sealed")
        return await usual(order_id, merchant_id)

    monkeypatch.setattr(service.world, "payments", payments)
    await compare(service)
    found = {(row.order_id, row.kind) for row in await differences(service)}
    assert found == {("O-0", DifferenceKind.MONEY_UNREADABLE), ("O-1", DifferenceKind.REFUND_AHEAD)}


async def test_a_long_scan_goes_on_page_by_page_and_as_new(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "PAGES_A_RUN", 2)
    for number in range(7):
        await known_order(service, f"O-{number}")
    service.world.charges["O-6"] = []
    report = await compare(service)
    assert (report.orders, report.found, report.after) == (7, 1, None)
    assert (await the_difference(service)).order_id == "O-6"


async def test_the_schedule_exists_once_however_often_workers_start_and_keeps_a_pause(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, task_queue="nobody-works-here")
    client = temporal.client
    await keep_schedules(client, settings, "Asia/Shanghai")
    handle = client.get_schedule_handle(RECONCILIATION)
    try:
        await handle.pause(note="the provider is being moved")
        await keep_schedules(client, settings.model_copy(update={"reconcile_cron": "15 4 * * *"}), "Asia/Shanghai")
        known = (await handle.describe()).schedule
        assert known.state.paused
        assert {(calendar.hour[0].start, calendar.minute[0].start) for calendar in known.spec.calendars} == {(4, 15)}
    finally:
        await handle.delete()
