"""Cases under test: a real server, a worker with the real activities, a real database, partners in memory."""

import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from adapters.connect import Partners
from adapters.database.engine import Database
from adapters.evidence.store import evidence_store
from adapters.payloads.converter import data_converter
from adapters.seal import Sealing
from adapters.starting import start_case
from models.case.actions import BODIES, Act, Action
from models.case.heard import Heard
from models.case.state import CaseStart, CaseState
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.base import Body
from models.common.errors import Fault
from models.common.timeline import Viewer
from models.common.vocabulary import Kind, Party, WaitFor
from models.policy.policy import PolicySlice
from models.tables.case import CaseRow, MessageRow, TimelineRow
from rules.case.view import view_of
from rules.policy.load import load_policy, slice_policy
from settings import Settings
from tests.support.builders.actors import SUPERVISOR
from tests.support.builders.cases import receipt
from tests.support.fakes.order_changes import FakeOrderChanges
from tests.support.fakes.partners import World
from tests.support.processes.databases import make_tables
from tests.support.processes.waiting import eventually
from tests.support.refusals import fault_of
from worker import at_work, wire

_numbers = itertools.count(1)


@dataclass
class Case:
    """One case under test."""

    service: "Service"
    handle: WorkflowHandle[Any, Any]

    async def act(self, actor: Actor, action: Action, /, key: str | None = None, **body: Any) -> CaseView:
        """Do it, as the API would where it has no model."""
        return await self.act_as_read(actor, action, None, key=key, **body)

    async def act_as_read(
        self, actor: Actor, action: Action, heard: tuple[Heard, ...] | None, /, key: str | None = None, **body: Any
    ) -> CaseView:
        """Do it, as the API would when it read this in the words."""
        content = BODIES[action].model_validate(body)
        request = Act[Body](actor=actor, request_id=key or f"r{next(_numbers)}", body=content, heard=heard)
        return await self.handle.execute_update(action.value, request, result_type=CaseView)

    async def refusal(self, actor: Actor, action: Action, /, **body: Any) -> Fault:
        """The fault with which the case refuses an action."""
        return await fault_of(self.act(actor, action, **body))

    async def seen_by(self, actor: Actor) -> CaseView:
        return await self.handle.query("view", Viewer(actor=actor), result_type=CaseView)

    async def until(self, holds: Callable[[CaseView], bool], actor: Actor = SUPERVISOR) -> CaseView:
        """The case as soon as something holds of what the database shows of it (a server and a worker are at work meanwhile).

        Asking the workflow itself over and over would cost it history events: a query that meets a task splits it.
        """

        async def look() -> CaseView | None:
            row = await self.row()
            state = CaseState.model_validate(row.state) if row else None
            return view_of(state, self.service.policy, actor, datetime.now(UTC)) if state else None

        try:
            view = await eventually(look, lambda view: view is not None and holds(view))
        except AssertionError as error:
            error.add_note(f"its timeline: {await self.timeline()}")
            raise
        assert view is not None
        return view

    async def waits_for(self, reason: WaitFor) -> CaseView:
        """The case as soon as it waits for that."""
        return await self.until(lambda view: view.waiting is not None and view.waiting.for_ is reason)

    async def remembers(self, event: str) -> list[str]:
        """Its timeline, as soon as that is on it."""
        return await eventually(self.timeline, lambda timeline: event in timeline)

    async def pass_time(self, **span: float) -> None:
        """Let the case's clock jump."""
        await self.service.environment.fast_forward(self.handle, timedelta(**span))

    async def timeline(self) -> list[str]:
        async with self.service.database.reading() as session:
            rows = await session.exec(
                select(TimelineRow).where(TimelineRow.case_id == self.handle.id).order_by(TimelineRow.version)  # type: ignore[arg-type]
            )
            return [row.event for row in rows]

    async def told(self, event: str) -> list[dict[str, Any]]:
        """What the timeline says of each such event."""
        asked = select(TimelineRow).where(TimelineRow.case_id == self.handle.id, TimelineRow.event == event)
        async with self.service.database.reading() as session:
            return [row.data for row in await session.exec(asked)]

    async def row(self) -> CaseRow | None:
        async with self.service.database.reading() as session:
            return await session.get(CaseRow, self.handle.id)

    async def messages(self, recipient: str) -> list[str]:
        async with self.service.database.reading() as session:
            rows = await session.exec(
                select(MessageRow).where(MessageRow.case_id == self.handle.id, MessageRow.recipient_id == recipient)
            )
            return [row.event for row in rows if row.channel == "inbox"]

    async def events(self) -> int:
        """How many history events its life has cost."""
        description = await self.handle.describe()
        return description.raw_description.workflow_execution_info.history_length


@dataclass
class Service:
    """Opens cases and keeps their world."""

    environment: WorkflowEnvironment
    database: Database
    world: World
    policy: PolicySlice
    queue: str
    client: Client
    ordering: FakeOrderChanges
    """Where the merchant takes changes of orders, and customers pay what they owe."""
    opened: list[Case] = field(default_factory=list)

    async def open(
        self, kind: Kind = Kind.AFTER_SALES, *, policy: PolicySlice | None = None, case_id: str = "", **given: object
    ) -> Case:
        """Open a case as the API would; `case_id`: none but the next."""
        number = next(_numbers)
        usual: dict[str, object] = {
            "kind": kind,
            "zone": "Asia/Shanghai",
            "description": "it never came",
            "request_id": f"open-{number}",
            "received_at": datetime.now(UTC),
        }
        taken = receipt(case_id or f"RD-TEST{number:08d}", **{**usual, **given})
        handle = await start_case(self.client, self.queue, CaseStart(receipt=taken, policy=policy or self.policy))
        case = Case(self, handle)
        self.opened.append(case)
        return case


def partners_in(world: World, ordering: FakeOrderChanges, settings: Settings) -> Partners:
    """Everybody in memory."""
    return Partners(
        merchant=world,
        carrier=world,
        payment=world,
        ordering=ordering,
        charges=ordering,
        promotion=world,
        notification=world,
        email=None,
        evidence=evidence_store(settings),
        returns=world.returns,
        warehouse=world.warehouse,
        claims=dict.fromkeys(Party, world.claims),
    )


@asynccontextmanager
async def running_service(temporal: WorkflowEnvironment, settings: Settings, **instead: Any) -> AsyncGenerator[Service]:
    """A service on its own task queue and database, with its workers at work. `instead`: other partners than the world's."""
    make_tables(settings)
    database = Database(settings)
    world = World()
    policy = load_policy(settings.policy)
    settings = settings.model_copy(update={"task_queue": f"cases-{next(_numbers)}"})
    ordering = FakeOrderChanges(world)
    partners = partners_in(world, ordering, settings)
    partners = replace(partners, **instead)
    today = slice_policy(policy, datetime.now(UTC))
    client = sealing(temporal.client, settings)
    service = Service(temporal, database, world, today, settings.task_queue, client, ordering)
    try:
        async with at_work(client, settings, wire(settings, database, partners), patience=timedelta(0)):
            yield service
            for case in service.opened:
                await _end(case)
    finally:
        await database.aclose()


def sealing(client: Client, settings: Settings) -> Client:
    """The same client, believed by the workers of these settings."""
    return Client(
        client.service_client,
        namespace=client.namespace,
        data_converter=data_converter(settings),
        interceptors=[Sealing(settings)],
    )


async def _end(case: Case) -> None:
    try:
        await case.handle.terminate("the test is over")
    except RPCError:
        return  # it ended by itself
