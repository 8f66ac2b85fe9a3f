"""What a scan cannot see is told to people, and holds up nothing else: silent partners, orders that our programs fail over, scans that fail."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue
from sqlalchemy import text
from sqlmodel import select
from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.reconciliation.differences import record, to_people
from adapters.schedules import RECONCILIATION
from commands.reconcile import reconcile
from models.common.errors import PartnerError
from models.common.partners import Payment
from models.common.vocabulary import ErrorType, Locale
from models.reconciliation.difference import DifferenceKind, DifferenceState, Finding, Scope, Word
from models.returns.state import ReturnStage
from models.tables.case import CaseRow
from models.tables.reconciliation import DifferenceRow
from rules.notifications.texts import texts
from settings import Settings
from tests.support.builders.reconciliation import (
    compare,
    comparing,
    differences,
    found,
    known_order,
    letters,
    made_outside,
    refunding,
    scanning,
    tasks,
)
from tests.support.builders.returns import returning
from tests.support.processes.service import Service
from workflows import reconciliation

GONE = timedelta(hours=8)


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path, database_settings: Settings) -> AsyncIterator[Service]:
    async with comparing(temporal, tmp_path, database_settings) as service:
        yield service


def down(monkeypatch: pytest.MonkeyPatch, service: Service, *orders: str) -> None:
    """The payment provider is silent about some orders."""
    usual = service.world.payments

    async def payments(order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        if order_id in orders:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "payment answers 503")
        return await usual(order_id, merchant_id)

    monkeypatch.setattr(service.world, "payments", payments)


async def test_a_provider_that_is_down_holds_up_neither_the_carriers_books_nor_is_it_forgotten(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("picked_up")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    back.world.scan(f"LB-{back.handle.id}", "delivered")
    made_outside(service)
    service.world.down = {"payment"}
    running = await scanning(service)
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)  # the scan told it
    service.world.down = set()
    await service.environment.fast_forward(running, timedelta(minutes=30))
    report = await running.result()
    assert (report.orders, report.missed) == (1, {})
    told = {row.kind: row.told_to for row in await differences(service)}
    assert told == {DifferenceKind.PARCEL_AHEAD: back.handle.id, DifferenceKind.REFUND_OUTSIDE: None}


async def test_a_provider_that_stays_down_is_told_to_supervisors_until_a_scan_can_read_it(service: Service) -> None:
    await known_order(service, "O-1")
    await known_order(service, "O-2")
    made_outside(service)
    service.world.down = {"payment"}
    for night in range(2):
        running = await scanning(service, days=night)
        await service.environment.fast_forward(running, GONE)
        report = await running.result()
        assert (report.orders, report.found, report.for_people) == (2, 1, 1)  # though it was accepted the night before
        if night == 0:
            await accepted(service)
        assert {scope: missed.orders for scope, missed in report.missed.items()} == {Scope.MONEY: 2}
    (row,) = await differences(service)
    assert (row.kind, row.state, row.order_id, row.subject) == (
        DifferenceKind.PARTNER_SILENT,
        DifferenceState.OPEN,
        None,
        "money",
    )
    assert (row.theirs["orders"], row.theirs["first"]) == (2, "O-1")
    assert await tasks(service) == [row.difference_id] * 2
    assert "payment does not answer" in (await letters(service, row.difference_id))[0]
    service.world.down = set()
    report = await compare(service, days=2)
    assert (report.missed, report.solved, report.found) == ({}, 1, 1)
    states = {row.kind: row.state for row in await differences(service)}
    assert states == {DifferenceKind.PARTNER_SILENT: DifferenceState.SOLVED, DifferenceKind.REFUND_OUTSIDE: DifferenceState.OPEN}


async def test_the_command_says_what_could_not_be_compared_in_either_language(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_settings: Settings
) -> None:
    await known_order(service, "O-1")
    service.world.down = {"payment"}
    settings = {
        "REDRESS_TEMPORAL_ADDRESS": service.client.service_client.config.target_host,
        "REDRESS_TASK_QUEUE": service.queue,
        "REDRESS_DATA_DIR": str(database_settings.data_dir),
        "REDRESS_DATABASE_URL": database_settings.database_url,
    }
    for name, value in settings.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    scan = service.client.get_workflow_handle(f"{RECONCILIATION}-now")
    for locale, sentence in (
        ("zh_CN.UTF-8", "收款与退款：1 个订单未能核对"),
        ("C", "Payments and refunds: 1 orders could not be"),
    ):
        monkeypatch.setenv("LC_ALL", locale)
        command = asyncio.create_task(asyncio.to_thread(reconcile, minutes=1))
        while not command.done():
            with suppress(RPCError):  # not begun yet, or over already
                await service.environment.fast_forward(scan, GONE)
            await asyncio.sleep(0.1)
        await command
        assert sentence in capsys.readouterr().out


async def test_a_provider_that_is_silent_about_one_order_is_asked_again_about_that_one_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await known_order(service, f"O-{number}")
    made_outside(service)
    down(monkeypatch, service, "O-3")
    running = await scanning(service)
    await found(service, DifferenceKind.REFUND_OUTSIDE)
    await service.environment.fast_forward(running, GONE)
    report = await running.result()
    assert (report.orders, report.fresh, report.found) == (5, 2, 2)
    assert report.missed[Scope.MONEY].named == ("O-3",)


async def test_a_provider_that_limits_our_pace_is_asked_at_its_own(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await known_order(service, "O-1")
    made_outside(service)
    usual, calls = service.world.payments, itertools.count()

    async def payments(order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        if next(calls) < 2:
            raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "payment answers 429", retry_after=0.1)
        return await usual(order_id, merchant_id)

    monkeypatch.setattr(service.world, "payments", payments)
    report = await compare(service)
    assert (report.found, report.missed) == (1, {})


async def test_more_silence_than_can_be_named_has_all_orders_compared_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "MOST_NAMED", 1)
    monkeypatch.setattr(reconciliation, "PAGES_A_RUN", 2)
    for number in range(5):
        await known_order(service, f"O-{number}")
    made_outside(service)
    service.world.charges["O-3"] = []
    with monkeypatch.context() as outage:
        down(outage, service, "O-1", "O-2")
        running = await scanning(service)
        await found(service, DifferenceKind.PAYMENT_LESS)
    await service.environment.fast_forward(running, GONE)
    report = await running.result()
    assert (report.orders, report.fresh, report.found, report.missed) == (5, 2, 2, {})


async def test_what_a_case_was_told_is_no_task_before_the_next_scan(service: Service) -> None:
    """A scan may come by twice, when a partner was silent meanwhile: the case has until the next night to take the news in."""
    news = Word(workflow_id="RD-1", partner="payment", kind="refund", payload={})
    finding = Finding(kind=DifferenceKind.REFUND_AHEAD, order_id="O-1", subject="K-1", case_id="RD-1", word=news)
    night = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    asked: list[int] = []
    for at, told in ((night, True), (night, False), (night + timedelta(days=1), False)):
        async with service.database.writing() as session:
            recorded = await record(session, [finding], (), at, timedelta(days=7))
            healed = [known.id for known in recorded if told]
            asked.append(await to_people(session, recorded, healed, at, texts=texts("Asia/Shanghai"), locales=tuple(Locale)))
    assert asked == [0, 0, 1]


async def test_an_order_that_our_programs_fail_over_is_a_task_and_the_others_are_compared(service: Service) -> None:
    case = await refunding(service)
    await known_order(service, "O-2")
    service.world.charges["O-2"] = []
    async with service.database.writing() as session:
        row = (await session.exec(select(CaseRow).where(CaseRow.case_id == case.handle.id))).one()
        whole, row.state = row.state, dict[str, JsonValue](receipt="written by nobody we know")
        session.add(row)
    report = await compare(service)
    assert (report.orders, report.found, report.for_people) == (2, 2, 2)
    rows = {row.order_id: row for row in await differences(service)}
    assert {order_id: row.kind for order_id, row in rows.items()} == {
        "O-1": DifferenceKind.NOT_COMPARED,
        "O-2": DifferenceKind.PAYMENT_LESS,
    }
    assert "written by nobody" not in str(rows["O-1"].theirs)
    async with service.database.writing() as session:
        row = (await session.exec(select(CaseRow).where(CaseRow.case_id == case.handle.id))).one()
        row.state = whole
        session.add(row)
    assert (await compare(service)).solved == 1


async def test_a_scan_that_fails_is_told_to_supervisors_and_closed_by_the_next(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "GIVES_UP_AFTER", timedelta(minutes=2))
    await known_order(service, "O-1")
    await renamed(service, "returns", "returns_away")
    running = await scanning(service)
    await service.environment.fast_forward(running, GONE)
    with pytest.raises(WorkflowFailureError):
        await running.result()
    (row,) = await differences(service)
    assert (row.kind, row.state, row.order_id) == (DifferenceKind.SCAN_FAILED, DifferenceState.OPEN, None)
    assert running.id in str(row.ours["run"])
    assert await tasks(service) == [row.difference_id]
    (letter,) = await letters(service, row.difference_id)
    assert str(row.ours["words"]) in letter
    await renamed(service, "returns_away", "returns")
    report = await compare(service)
    assert (report.orders, report.solved, report.found) == (1, 1, 0)


async def accepted(service: Service) -> None:
    async with service.database.writing() as session:
        row = (await session.exec(select(DifferenceRow))).one()
        row.state, row.note = DifferenceState.ACCEPTED, "the provider knows"
        session.add(row)


async def renamed(service: Service, table: str, to: str) -> None:
    """What the scan reads first is not there."""
    async with service.database.writing() as session:
        await (await session.connection()).execute(text(f"ALTER TABLE {table} RENAME TO {to}"))
