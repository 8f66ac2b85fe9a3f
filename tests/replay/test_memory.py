"""What a case in a worker's cache keeps of the message that began it: nothing but what was read from it (workflows/kit/sandbox.py)."""

import json
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowInterceptorClassInput,
)

from adapters.seal import Sealed
from settings import Settings
from workflows.case import CaseWorkflow
from workflows.kit.sandbox import RUNNER, Runner, detached

HISTORY = Path(__file__).parent / "histories" / "inquiry.answered.20261128.json"
SECRET = "redress-seal"


class Watching(Interceptor):
    """Keeps what the workflow began with, as the SDK does for as long as the workflow is in the cache."""

    begun: list[ExecuteWorkflowInput] = []

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002
        begun = self.begun

        class Inbound(WorkflowInboundInterceptor):
            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
                begun.append(input)
                return await super().execute_workflow(input)

        return Inbound


class Remembering(Runner):
    details: list[WorkflowInstanceDetails] = []

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        self.details.append(det)
        return super().create_instance(det)


async def replay(interceptors: list[Interceptor], runner: Runner) -> None:
    events = json.loads(HISTORY.read_text(encoding="utf-8"))
    started = events["events"][0]["workflowExecutionStartedEventAttributes"]
    started["header"] = {"fields": {SECRET: {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "e30="}}}
    history = WorkflowHistory.from_json(started["workflowId"], events)
    replayer = Replayer(
        workflows=[CaseWorkflow], workflow_runner=runner, data_converter=pydantic_data_converter, interceptors=interceptors
    )
    await replayer.replay_workflow(history)


async def test_the_headers_of_the_start_are_let_go_when_they_were_read(tmp_path: Path) -> None:
    watching = Watching()
    await replay([watching, Sealed(Settings(data_dir=tmp_path))], RUNNER)
    assert watching.begun
    assert not any(started.headers for started in watching.begun)


async def test_what_a_case_knows_about_itself_is_no_part_of_its_first_task() -> None:
    runner = Remembering(restrictions=RUNNER.restrictions)
    await replay([], runner)
    first = runner.details[-1]  # the first one is the worker trying whether the workflow can be loaded
    own = detached(first)
    first.info.headers[SECRET].data = b"changed"
    first.last_completion_result.payloads.add(data=b"changed")
    assert own.info.headers == {SECRET: Payload(metadata={"encoding": b"json/plain"}, data=b"{}")}
    assert not own.last_completion_result.payloads
