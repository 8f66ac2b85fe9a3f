"""Scans of a service's books, and what they find (RES-5, RES-6, RES-7)."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind, WaitFor
from models.money.ledger import EntryKind
from models.reconciliation.difference import DifferenceKind, PageReport, ReconcileStart
from models.tables.case import MessageRow
from models.tables.money import LedgerRow
from models.tables.reconciliation import DifferenceRow
from settings import Settings
from tests.support.builders.orders import order, parcel, refund
from tests.support.processes.policies import policy_with
from tests.support.processes.service import Case, Service, running_service

_numbers = itertools.count(1)


@asynccontextmanager
async def comparing(temporal: WorkflowEnvironment, folder: Path, settings: Settings) -> AsyncGenerator[Service]:
    """What changed just now is compared as well; two orders a page."""
    policy = policy_with(folder, {"grace: 1h": "grace: 0s", r"pause: PT0\.1S": "pause: 0s", "page: 20": "page: 2"})
    async with running_service(temporal, settings.model_copy(update={"policy": policy})) as service:
        yield service


async def compare(service: Service, **later: float) -> PageReport:
    """One scan, at a time so much later."""
    return await (await scanning(service, **later)).result()


async def scanning(service: Service, **later: float) -> WorkflowHandle[Any, PageReport]:
    """A scan that was begun."""
    return await service.client.start_workflow(
        "ReconciliationWorkflow",
        ReconcileStart(at=datetime.now(UTC) + timedelta(minutes=1) + timedelta(**later)),
        id=f"reconciliation-{service.queue}-{next(_numbers)}",
        task_queue=service.queue,
        result_type=PageReport,
    )


async def found(service: Service, kind: DifferenceKind) -> DifferenceRow:
    """The difference of that kind, as soon as there is one: a scan is at work."""
    for _ in range(500):
        rows = [row for row in await differences(service) if row.kind == kind]
        if rows:
            return rows[0]
        await asyncio.sleep(0.02)
    message = f"no {kind} was found; there is {[row.kind for row in await differences(service)]}"
    raise AssertionError(message)


async def letters(service: Service, difference_id: str) -> list[str]:
    """What supervisors read of it, the oldest first."""
    async with service.database.reading() as session:
        asked = select(MessageRow).where(MessageRow.case_id == difference_id).order_by(col(MessageRow.version))
        return [row.body for row in (await session.exec(asked)).all()]


async def differences(service: Service) -> list[DifferenceRow]:
    async with service.database.reading() as session:
        return list((await session.exec(select(DifferenceRow).order_by(col(DifferenceRow.first_seen)))).all())


async def the_difference(service: Service) -> DifferenceRow:
    (row,) = await differences(service)
    return row


async def tasks(service: Service) -> list[str]:
    """Differences that supervisors were told of."""
    async with service.database.reading() as session:
        rows = (await session.exec(select(MessageRow).where(MessageRow.event == "reconciliation.difference"))).all()
    assert {(row.recipient_role, row.channel) for row in rows} <= {("supervisor", "inbox")}
    return [row.case_id for row in rows]


async def refunding(service: Service, asked_every: timedelta | None = None) -> Case:
    """A case whose refund the provider took, and that waits for its arrival. `asked_every`: how often it is asked about, where days are to pass."""
    policy = service.policy.changed(poll_refund_every=asked_every) if asked_every else None
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    service.world.pays_at_once = False
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY}, policy=policy)
    await case.waits_for(WaitFor.ARRIVAL)
    return case


def at_the_provider(service: Service, **change: object) -> None:
    """The case's only refund, as the provider has it now; no webhook tells."""
    ((key, refund),) = service.world.refunds.items()
    service.world.refunds[key] = refund.model_copy(update=change)


async def known_order(service: Service, order_id: str) -> None:
    """An order of our books whose customer paid at this provider."""
    service.world.add(order(order_id))
    async with service.database.writing() as session:
        for account, minor in (("customer", -12_900), (f"payment:P-{order_id}-1", 12_900)):
            session.add(
                LedgerRow(
                    entry=f"captured.{order_id}.P-{order_id}-1.12900",
                    account=account,
                    order_id=order_id,
                    kind=EntryKind.CAPTURED,
                    amount_minor=minor,
                    currency="CNY",
                    at=datetime.now(UTC),
                )
            )


def made_outside(service: Service) -> None:
    """The merchant gave 7.00 back at the provider's own page."""
    service.world.refunds["by-hand"] = refund(700, key="by-hand", reference="merchant")
