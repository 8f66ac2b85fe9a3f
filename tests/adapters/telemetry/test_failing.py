"""A case whose workflow task fails (OPS-4) is named within a minute, and forgotten when the program is mended."""

import asyncio
from time import monotonic

import pytest
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.telemetry.failing import FailingTasks

MENDED = asyncio.Event()


@workflow.defn(name="Broken")
class Broken:
    @workflow.run
    async def run(self) -> None:
        if not MENDED.is_set():
            message = "a fault of the program"
            raise RuntimeError(message)


@pytest.mark.long
async def test_a_case_whose_task_fails_is_named_within_a_minute_until_the_program_is_mended(
    temporal: WorkflowEnvironment, capsys: pytest.CaptureFixture[str]
) -> None:
    failing, stop = FailingTasks(temporal.client), asyncio.Event()
    watching = asyncio.create_task(failing.run(stop))
    began = monotonic()
    async with Worker(temporal.client, task_queue="broken", workflows=[Broken], workflow_runner=UnsandboxedWorkflowRunner()):
        handle = await temporal.client.start_workflow("Broken", id="RD-BROKEN", task_queue="broken")
        while "RD-BROKEN" not in failing.found:
            await asyncio.sleep(0.2)
        assert monotonic() - began < 45
        assert "case.task_failing" in capsys.readouterr().out
        MENDED.set()
        await handle.result()
        while failing.found:
            await asyncio.sleep(0.2)
    stop.set()
    await watching
