"""A case whose workflow was terminated, reset or stuck, by whoever may at the Temporal server (OPS-6): found, told, and set going again."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowHandle

from adapters.restart import restart
from commands import sweep as command
from commands.kit.failure import CommandError
from models.case.actions import Action
from models.case.state import CaseState
from models.claims.state import ClaimStatus
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Issue, Kind, Reception, Stage, WaitFor
from models.reconciliation.difference import DifferenceKind, DifferenceState
from models.returns.state import ReturnAction
from models.sweep import SweepReport
from models.tables.case import CaseRow, MessageRow
from models.tables.reconciliation import DifferenceRow
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.claims import lost_parcel
from tests.support.builders.orders import order, parcel
from tests.support.builders.returns import returning
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import eventually


@pytest.fixture(autouse=True)
def nothing_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has just changed is looked at all the same."""
    monkeypatch.setattr("activities.sweep.GRACE", timedelta(0))


async def swept(service: Service) -> SweepReport:
    return await service.client.execute_workflow(
        "SweepWorkflow", id=f"sweep-{datetime.now(UTC)}", task_queue=service.queue, result_type=SweepReport
    )


async def differences(service: Service) -> list[tuple[str, str, str | None]]:
    async with service.database.reading() as session:
        rows = (await session.exec(select(DifferenceRow).order_by(col(DifferenceRow.kind)))).all()
    return [(row.kind, row.state, row.case_id) for row in rows]


async def restarted(service: Service, case: Case) -> Case:
    row = await case.row()
    assert row is not None
    await restart(service.client, service.queue, row, service.policy, SUPERVISOR, datetime.now(UTC))
    again = Case(service, service.client.get_workflow_handle(case.handle.id))
    service.opened.append(again)
    return again


async def reset(service: Service, handle: WorkflowHandle[Any, Any], to_before: EventType.ValueType | None = None) -> None:
    """As the Temporal Web UI does: to the first task, or to the one that caused the first such event."""
    events = [event async for event in handle.fetch_history_events()]
    done = [event.event_id for event in events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    first = next((event.event_id for event in events if event.event_type == to_before), None)
    await service.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=service.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=(await handle.describe()).run_id),
            reason="a test",
            workflow_task_finish_event_id=done[0] if first is None else [task for task in done if task < first][-1],
            request_id="reset",
        )
    )


async def planned(service: Service) -> Case:
    """A case that waits for a plan, with somebody who has it."""
    service.world.add(order(minor=400_000), parcel(status=ShipmentStatus.LOST))
    case = await service.open(Kind.COMPLAINT, issue=Issue.LOST)
    await case.waits_for(WaitFor.PLAN)
    await case.act(AGENT, Action.TAKE)
    await case.remembers("case.taken")
    return case


async def test_a_terminated_case_is_found_told_and_goes_on_from_its_row(service: Service) -> None:
    case = await planned(service)
    well = await swept(service)
    assert (well.stopped, well.stuck, well.unsaved) == ((), (), ())
    before = await case.timeline()
    await case.handle.terminate("by mistake")
    report = await swept(service)
    assert report.stopped == (case.handle.id,)
    assert await differences(service) == [(DifferenceKind.CASE_STOPPED, DifferenceState.OPEN, case.handle.id)]
    row = await case.row()
    assert row is not None
    assert (row.next_deadline, row.waiting_on, row.state["wait"]) == (None, "nobody", None)
    async with service.database.reading() as session:
        told = (await session.exec(select(MessageRow).where(MessageRow.event == "reconciliation.difference"))).all()
    assert [message.recipient_role for message in told] == ["supervisor"]
    assert case.handle.id in told[0].body

    case = await restarted(service, case)
    view = await case.until(lambda view: view.waiting is not None)
    assert view.handler == AGENT.id
    assert await case.timeline() == [*before, "case.restarted"]
    assert (await swept(service)).solved == 1
    assert await differences(service) == [(DifferenceKind.CASE_STOPPED, DifferenceState.SOLVED, case.handle.id)]
    await case.act(CUSTOMER, Action.WITHDRAW, reason="never mind")
    await case.until(lambda view: view.stage is Stage.CLOSED)


async def test_a_return_that_was_ended_with_its_case_is_not_waited_for(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.case.handle.terminate("both")
    await back.handle.terminate("both")
    await restarted(service, back.case)
    await back.case.remembers("case.restarted")
    view = await back.case.waits_for(WaitFor.PLAN)
    assert view.remedies[0].undone is not None


async def test_a_case_that_was_reset_goes_on_and_says_so(service: Service) -> None:
    case = await planned(service)
    await case.act(AGENT, Action.REPLY, words="we look into it")
    await case.remembers("case.replied")
    before = await case.timeline()
    await reset(service, case.handle)
    after = await eventually(case.timeline, lambda timeline: "case.set_back" in timeline)
    assert after[: len(before)] == before
    row = await case.row()
    assert row is not None
    assert row.version >= len(after)
    await case.act(CUSTOMER, Action.ADD_WORDS, words="and now?")
    assert (await eventually(case.timeline, lambda timeline: "case.words_added" in timeline))[: len(before)] == before


async def test_a_case_reset_to_before_its_return_was_begun_goes_on_with_the_one_that_runs(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("in_transit")
    await back.told("return.on_its_way")
    await reset(service, back.case.handle, EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED)
    again = Case(service, service.client.get_workflow_handle(back.case.handle.id))
    service.opened.append(again)
    await again.remembers("case.set_back")
    await eventually(partial(where_its_goods_are, again), lambda reception: reception is Reception.IN_TRANSIT)
    await back.scan("delivered")
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await again.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900
    assert len(service.world.returns.opened) == 1


async def test_a_case_reset_to_before_a_return_that_is_over_is_for_people_and_refunds_nothing_again(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.scan("delivered")
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert await back.over() == "accepted"
    await reset(service, back.case.handle, EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED)
    again = Case(service, service.client.get_workflow_handle(back.case.handle.id))
    service.opened.append(again)
    await again.remembers("case.set_back")
    await again.remembers("resolution.errand_broken_off")
    await again.waits_for(WaitFor.PLAN)
    assert service.world.paid_back("O-1") == 12_900
    assert len(service.world.returns.opened) == 1


async def test_a_restarted_case_hears_what_its_return_told_while_it_stood_still(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.case.handle.terminate("by mistake")

    async def told() -> int:
        kinds = [event.event_type async for event in back.handle.fetch_history_events()]
        return kinds.count(EventType.EVENT_TYPE_MARKER_RECORDED)

    before = await told()
    await back.scan("in_transit")
    await eventually(told, lambda reports: reports > before)  # to nobody
    again = await restarted(service, back.case)
    await eventually(partial(where_its_goods_are, again), lambda reception: reception is Reception.IN_TRANSIT)


async def test_a_return_that_ends_after_its_case_was_restarted_is_not_waited_for(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.case.handle.terminate("by mistake")
    again = await restarted(service, back.case)
    await again.waits_for(WaitFor.RETURN_SHIPPING)
    await back.handle.terminate("by mistake, too")
    for _ in range(2):  # a second sweep tells nothing new
        await eventually(partial(swept, service), lambda report: report.stopped == ())
    assert (await again.remembers("resolution.errand_broken_off")).count("resolution.errand_broken_off") == 1
    await again.waits_for(WaitFor.PLAN)


async def where_its_goods_are(case: Case) -> Reception | None:
    row = await case.row()
    assert row is not None
    return next(iter(CaseState.model_validate(row.state).remedies)).reception


async def test_a_terminated_claim_is_found_and_goes_on_from_its_row(service: Service, tmp_path: Path) -> None:
    case, life = await lost_parcel(service)
    await life.until(lambda state: state.partner_reference is not None)
    await life.handle.terminate("by mistake")
    assert (await swept(service)).stopped == (life.claim_id,)
    assert await differences(service) == [(DifferenceKind.CASE_STOPPED, DifferenceState.OPEN, case.handle.id)]
    server = service.client.service_client.config.target_host
    await command.go_on(
        Settings(data_dir=tmp_path, temporal_address=server, task_queue=service.queue), life.claim_id, end_run=False
    )
    assert (await swept(service)).solved == 1
    await life.tell(answer="accepted")
    await life.until(lambda state: state.status is ClaimStatus.ACCEPTED)


async def test_a_claim_that_was_reset_says_so_and_its_party_is_asked_once(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.tell(answer="rejected", words="it was delivered")
    await life.until(lambda state: state.status is ClaimStatus.REJECTED)
    before = await life.history()
    await reset(service, life.handle)
    assert (await eventually(life.history, lambda lines: "set_back" in lines))[: len(before)] == before
    await life.until(lambda state: state.status is ClaimStatus.REJECTED)  # its answer is heard again
    await life.party_heard("open")


async def test_a_running_workflow_without_a_row_is_found(service: Service) -> None:
    case = await planned(service)
    async with service.database.writing() as session:
        await session.delete(await session.get_one(CaseRow, case.handle.id))

    async def unsaved() -> tuple[str, ...]:
        return (await swept(service)).unsaved

    await eventually(unsaved, lambda found: found == (case.handle.id,))


@pytest.mark.long
async def test_a_workflow_whose_task_fails_again_and_again_is_found(service: Service) -> None:
    handle = await service.client.start_workflow("CaseWorkflow", {"no": "case"}, id="RD-STUCK", task_queue=service.queue)

    async def stuck() -> tuple[str, ...]:
        return (await swept(service)).stuck

    await eventually(stuck, lambda found: found == ("RD-STUCK",), every=1)
    await handle.terminate("the test is over")


async def test_the_command_sets_a_stuck_case_going_again_and_no_other(service: Service, tmp_path: Path) -> None:
    case = await planned(service)
    server = service.client.service_client.config.target_host
    settings = Settings(data_dir=tmp_path, temporal_address=server, task_queue=service.queue)
    assert (await command.swept(settings)).stopped == ()
    with pytest.raises(CommandError, match="--end-run"):
        await command.go_on(settings, case.handle.id, end_run=False)
    with pytest.raises(CommandError, match="RD-NONE"):
        await command.go_on(settings, "RD-NONE", end_run=False)
    await command.go_on(settings, case.handle.id, end_run=True)
    again = Case(service, service.client.get_workflow_handle(case.handle.id))
    service.opened.append(again)
    await again.remembers("case.restarted")
    await again.act(CUSTOMER, Action.WITHDRAW, reason="never mind")
    await again.until(lambda view: view.stage is Stage.CLOSED)
    with pytest.raises(CommandError, match=case.handle.id):
        await command.go_on(settings, case.handle.id, end_run=True)
