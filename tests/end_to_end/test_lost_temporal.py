"""The Temporal cluster is lost for good: from a backup and an empty cluster every open case and claim goes on (docs/backup.md)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters import backup
from adapters.database.engine import Database
from adapters.secrets import change_secrets, made_payload_key
from commands.backup import check
from commands.sweep import all_go_on
from models.case.actions import Action
from models.common.events import Event
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind, Stage, WaitFor
from rules.case.grading import prepare
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.orders import order, parcel
from tests.support.builders.returns import returning
from tests.support.processes.service import Case, Service, partners_in, running_service, sealing
from tests.support.processes.temporal_server import start_temporal
from worker import at_work, wire

pytestmark = [pytest.mark.slow, pytest.mark.long]


def at(environment: WorkflowEnvironment, settings: Settings) -> Settings:
    return settings.model_copy(update={"temporal_address": environment.client.service_client.config.target_host})


async def test_open_cases_and_claims_go_on_from_a_backup(tmp_path: Path) -> None:
    before = Settings(data_dir=tmp_path / "before")
    change_secrets(before, lambda known: known.model_copy(update={"payload_keys": (made_payload_key(),)}))
    folder = tmp_path / "backup"
    prepare(load_policy(before.policy).grading)
    async with await start_temporal() as lost, running_service(lost, before) as service:
        waiting, refunded, returned = await lives(service)
        await asyncio.to_thread(backup.save, before, folder)
    after = Settings(data_dir=tmp_path / "after", secrets_file=tmp_path / "before" / "secrets.json", task_queue=service.queue)
    await asyncio.to_thread(backup.load, after, folder)
    async with await start_temporal() as empty:
        after = at(empty, after)
        client, database = sealing(empty.client, after), Database(after)
        told = [sentence async for sentence in check.of_open_work(client, after)]
        assert len(told) == 4  # three cases and a claim
        partners = partners_in(service.world, service.ordering, after)
        async with at_work(client, after, wire(after, database, partners), patience=timedelta(0)):
            assert await all_go_on(after) == 4
            assert [sentence async for sentence in check.of_open_work(client, after)] == []
            again = replace(service, client=client, database=database, environment=empty, opened=[])

            def same(case: Case) -> Case:
                return Case(again, client.get_workflow_handle(case.handle.id))

            await same(waiting).waits_for(WaitFor.PLAN)
            await same(waiting).act(CUSTOMER, Action.WITHDRAW)
            await same(waiting).until(lambda view: view.stage is Stage.CLOSED)
            await same(refunded).waits_for(WaitFor.CONFIRMATION)
            await same(refunded).act(CUSTOMER, Action.CONFIRM)
            await same(refunded).until(lambda view: view.stage is Stage.CLOSED)
            view = await same(returned).waits_for(WaitFor.PLAN)  # its return was lost with the cluster: people decide
            assert view.remedies[0].undone is not None
            claim = await client.get_workflow_handle(f"{refunded.handle.id}.claim.1").describe()
            assert claim.status is not None
            assert claim.status.name == "RUNNING"
        await database.aclose()
    uploaded_by_nobody = f"Evidence is missing: {'0' * 64}"  # the builder's
    assert set(check.of_what_is_kept(after)) <= {uploaded_by_nobody}


async def lives(service: Service) -> tuple[Case, Case, Case]:
    """One that waits for a plan; one that was refunded, with a claim on the carrier; one with a return on its way."""
    service.world.add(order(), parcel())
    waiting = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await waiting.waits_for(WaitFor.PLAN)
    await waiting.act(AGENT, Action.TAKE)
    await waiting.remembers("case.taken")
    service.world.add(order("O-LOST"), parcel("O-LOST", status=ShipmentStatus.LOST))
    wanted = {"remedy": RemedyKind.REFUND_ONLY}
    refunded = await service.open(order_id="O-LOST", issue=Issue.LOST, wanted=wanted)
    await refunded.waits_for(WaitFor.CONFIRMATION)
    await refunded.remembers(Event.CLAIM_RAISED.value)
    back = await returning(service)
    await back.awaiting()
    return waiting, refunded, back.case
