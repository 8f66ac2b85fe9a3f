"""Releases while cases are open (OPS-2, docs/releases.md): they go on with whichever version is current, there and back."""

import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from adapters.temporal import releases
from models.case.actions import Action
from models.common.errors import RedressError
from models.common.vocabulary import Issue, Kind, Stage, WaitFor
from rules.case.grading import prepare
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service, partners_in, running_service
from tests.support.processes.waiting import eventually
from worker import at_work, wire

pytestmark = pytest.mark.slow
_numbers = itertools.count(1)


def of_release(folder: Path, name: str, build_id: str) -> Settings:
    return Settings(data_dir=folder, temporal_deployment_name=name, temporal_worker_build_id=build_id)


@asynccontextmanager
async def workers(service: Service, settings: Settings) -> AsyncGenerator[None]:
    """Those of another release, beside the service's own."""
    settings = settings.model_copy(update={"task_queue": service.queue})
    wiring = wire(settings, service.database, partners_in(service.world, service.ordering, settings))
    async with at_work(service.client, settings, wiring, patience=timedelta(0)):
        yield


async def works_on(case: Case) -> str:
    info = (await case.handle.describe()).raw_description.workflow_execution_info
    return info.versioning_info.deployment_version.build_id


async def statuses(client: Client, name: str) -> dict[str, str]:
    return {one.build_id: one.status for one in (await releases.releases(client, name)).versions}


@pytest.mark.long
async def test_open_cases_go_on_with_the_release_that_is_current_there_and_back(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    name = f"redress-{next(_numbers)}"
    settings = of_release(tmp_path, name, "one")
    prepare(load_policy(settings.policy).grading)
    async with running_service(temporal, settings) as service:
        service.world.add(order(), parcel())
        waiting = await service.open(issue=Issue.REFUND_NOT_ARRIVED)  # and nobody works on it before a release is current
        await releases.promote(service.client, name, "one")
        await waiting.waits_for(WaitFor.PLAN)
        asked = await service.open(Kind.INQUIRY, order_id=None, issue=Issue.PLATFORM_RULE)
        await asked.waits_for(WaitFor.REPLY)
        assert await works_on(waiting) == "one"
        async with workers(service, of_release(tmp_path, name, "two")):
            await releases.ramp(service.client, name, "two", 100)
            assert await statuses(service.client, name) == {"one": "current", "two": "ramping"}
            await asked.act(AGENT, Action.REPLY, words="from the order page")
            assert await works_on(asked) == "two"
            await releases.ramp(service.client, name, "two", 0)  # back
            await asked.act(CUSTOMER, Action.CONFIRM)
            assert await works_on(asked) == "one"
            await releases.promote(service.client, name, "two")
            await waiting.act(CUSTOMER, Action.ADD_WORDS, words="still nothing")
            assert await works_on(waiting) == "two"
            assert (await statuses(service.client, name))["one"] in {"draining", "drained"}
            await releases.promote(service.client, name, "one")
            await waiting.act(CUSTOMER, Action.WITHDRAW)
            await waiting.until(lambda view: view.stage is Stage.CLOSED)
            assert await works_on(waiting) == "one"

        async def told() -> int:
            (one,) = [one for one in (await releases.releases(service.client, name)).versions if one.build_id == "one"]
            return one.running

        assert await eventually(told, lambda running: running >= 1)
        for case in service.opened:
            history = await case.handle.fetch_history()
            assert not [event for event in history.events if event.HasField("workflow_task_failed_event_attributes")]


@pytest.mark.long
async def test_on_the_way_back_a_case_stays_with_its_release_until_it_is_let_go(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    name = f"redress-{next(_numbers)}"
    settings = of_release(tmp_path, name, "one")
    prepare(load_policy(settings.policy).grading)
    async with running_service(temporal, settings) as service:
        service.world.add(order(), parcel())
        await releases.promote(service.client, name, "one")
        async with workers(service, of_release(tmp_path, name, "two")):
            await releases.promote(service.client, name, "two")
            staying, going_back = [await service.open(issue=Issue.REFUND_NOT_ARRIVED) for _ in range(2)]
            for case in (staying, going_back):
                await case.waits_for(WaitFor.PLAN)
            held = await releases.hold(service.client, service.queue, "one")
            assert {workflow.id for workflow in held} == {staying.handle.id, going_back.handle.id}
            await releases.promote(service.client, name, "one")
            await releases.let_go(service.client, going_back.handle)
            for case in (staying, going_back):
                await case.act(CUSTOMER, Action.ADD_WORDS, words="still nothing")
            assert [await works_on(case) for case in (staying, going_back)] == ["two", "one"]

            async def counted() -> dict[str, int]:
                return {one.build_id: one.held for one in (await releases.releases(service.client, name)).versions}

            assert await eventually(counted, lambda held: held == {"one": 0, "two": 1})


async def test_a_release_without_workers_is_not_promoted(temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "SEEN_WITHIN", 0.5)
    with pytest.raises(RedressError, match="start its workers first"):
        await releases.promote(temporal.client, "nobody", "one")
    assert (await releases.releases(temporal.client, "nobody")).versions == ()


def test_a_worker_is_versioned_by_both_settings_or_not_at_all() -> None:
    assert releases.deployment(Settings()) == {"build_id": releases.NO_VERSION}
    with pytest.raises(RedressError, match="TEMPORAL_WORKER_BUILD_ID is not set"):
        releases.deployment(Settings(temporal_deployment_name="redress"))
