"""With a payload key, nobody who reads Temporal reads what people said (docs/payloads.md)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from adapters.payloads.data_keys import destroy
from adapters.secrets import change_secrets, made_payload_key
from models.case.actions import Action
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, RemedyKind, Stage, WaitFor
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER, SUPERVISOR
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service, running_service, sealing
from workflows.case import CaseWorkflow
from workflows.kit.sandbox import RUNNER

pytestmark = pytest.mark.slow

SAID = "杯子碎了，划伤了手"
LATER = "我的电话是 13912345678"
NOTED = "顾客很着急"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path)
    change_secrets(settings, lambda known: known.model_copy(update={"payload_keys": (made_payload_key(),)}))
    return settings


@pytest.fixture
async def service(temporal: WorkflowEnvironment, settings: Settings) -> AsyncIterator[Service]:
    async with running_service(temporal, settings) as service:
        yield service


async def told(case: Case) -> tuple[WorkflowHistory, bytes]:
    """Its history, and all that Temporal keeps of it."""
    history = await case.handle.fetch_history()
    described = (await case.handle.describe()).raw_description.SerializeToString()
    return history, b"".join([*(event.SerializeToString() for event in history.events), described])


async def test_a_whole_life_leaves_no_word_in_the_history(service: Service, settings: Settings) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY}, description=SAID)
    await case.waits_for(WaitFor.CONFIRMATION)
    await case.act(CUSTOMER, Action.ADD_WORDS, words=LATER)
    await case.act(AGENT, Action.NOTE, words=NOTED)
    refused = await case.refusal(CUSTOMER, Action.ACCEPT)  # a failure is encrypted as well
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    history, everything = await told(case)
    for words in (SAID, LATER, "13912345678", NOTED, refused.detail, "C-1"):
        assert words.encode() not in everything, words
    replayer = Replayer(workflows=[CaseWorkflow], workflow_runner=RUNNER, data_converter=service.client.data_converter)
    assert (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure is None
    async with service.database.writing() as session:
        assert await destroy(session, [case.handle.id], datetime.now(UTC)) == 1
    anew = sealing(service.environment.client, settings)  # a process that starts now
    replayer = Replayer(workflows=[CaseWorkflow], workflow_runner=RUNNER, data_converter=anew.data_converter)
    assert (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure is not None
    assert (await case.row()) is not None


async def test_what_the_web_ui_asks_a_case_for_is_encrypted_too(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED, description=SAID)
    await case.waits_for(WaitFor.PLAN)
    assert (await case.seen_by(SUPERVISOR)).description == SAID
    stranger = service.environment.client.get_workflow_handle(case.handle.id)
    with pytest.raises(Exception, match="binary/encrypted"):
        await stranger.query("__temporal_workflow_metadata")
