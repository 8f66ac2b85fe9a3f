"""Temporal is no back door (docs/security.md): what did not come from our own programs changes nothing, and replays never ask again."""

from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.worker import Replayer

from adapters.payloads.converter import PLAIN
from adapters.seal import Sealed
from models.case.action_bodies import Escalate
from models.case.actions import Act, Action
from models.case.state import CaseStart
from models.common.partners import Notice
from models.common.vocabulary import ErrorType, Issue, WaitFor
from settings import Settings
from tests.support.builders.actors import CUSTOMER, SUPERVISOR
from tests.support.builders.cases import receipt
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import eventually
from tests.support.refusals import fault_of
from workflows.case import CaseWorkflow
from workflows.kit.sandbox import RUNNER

pytestmark = pytest.mark.slow


@pytest.fixture
async def case(service: Service) -> Case:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.REFUND_NOT_ARRIVED)
    await case.waits_for(WaitFor.PLAN)
    return case


def stranger(case: Case) -> Client:
    """Somebody who reaches Temporal's frontend, and has no key of ours."""
    return case.service.environment.client


async def test_whoever_reaches_temporal_is_no_supervisor(case: Case) -> None:
    act = Act[Escalate](actor=SUPERVISOR, request_id="forged", body=Escalate(reason="I am Susan"))
    handle = stranger(case).get_workflow_handle(case.handle.id)
    refused = await fault_of(handle.execute_update("escalate", act))
    assert (refused.type, refused.rule) == (ErrorType.UNAVAILABLE, "seal")
    assert "case.escalated" not in await case.timeline()


async def test_a_forged_notice_is_not_handled_and_no_replay_handles_it(case: Case, tmp_path: Path) -> None:
    handle = stranger(case).get_workflow_handle(case.handle.id)
    told = parcel().model_copy(update={"carrier_id": "EVIL", "tracking": "FORGED-1"}).model_dump(mode="json")
    await handle.signal("notice", Notice(notice_id="n1", partner="carrier", kind="shipment", payload=told))
    await case.act(CUSTOMER, Action.ADD_WORDS, words="still here")
    row = await case.row()
    assert row is not None
    assert "EVIL" not in str(row.state)
    history = await case.handle.fetch_history()
    for interceptors in ([], [Sealed(Settings(data_dir=tmp_path / "other keys"))]):
        replayer = Replayer(workflows=[CaseWorkflow], workflow_runner=RUNNER, data_converter=PLAIN, interceptors=interceptors)
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        assert (result.replay_failure is None) is bool(interceptors)


async def test_what_fits_leaves_no_trace_in_the_history(case: Case) -> None:
    told = parcel().model_dump(mode="json")
    await case.handle.signal("notice", Notice(notice_id="n1", partner="carrier", kind="shipment", payload=told))
    await case.act(CUSTOMER, Action.ADD_WORDS, words="thank you")
    history = await case.handle.fetch_history()
    assert not [event for event in history.events if b"unsealed-signal" in event.SerializeToString()]


async def test_a_case_that_a_stranger_starts_never_begins(service: Service) -> None:
    start = CaseStart(receipt=receipt("RD-FORGED000001"), policy=service.policy)
    handle = await service.environment.client.start_workflow(
        "CaseWorkflow", start, id="RD-FORGED000001", task_queue=service.queue
    )

    async def failures() -> list[str]:
        tasks = [event.workflow_task_failed_event_attributes.failure.message for event in (await handle.fetch_history()).events]
        return [message for message in tasks if message]

    (message, *_) = await eventually(failures)
    assert "not started by our own programs" in message
    assert await Case(service, handle).row() is None
    await handle.terminate()
