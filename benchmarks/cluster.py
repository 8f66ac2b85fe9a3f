"""Lives with one worker process and with two, on a Temporal server that keeps its data in PostgreSQL, in shuffled turns.

The server of `redress up` keeps its data in SQLite, one writer at a time, and so does Redress by default: neither would show what a second
worker brings. Temporal's own programs are found in the folder TEMPORAL_PROGRAMS, or on the PATH; how to get them is in `benchmarks/README.md`.
"""

import asyncio
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from benchmarks.history import clear_and_small
from benchmarks.lives import AT_ONCE, SETTLE, Spent
from benchmarks.processes import cpu_seconds, family_seconds, running
from benchmarks.redress import Redress, each, running_redress
from settings import ROOT
from tests.support.processes.databases import Postgres, running_postgres
from tests.support.processes.ports import free_port, free_ports
from workflows.kit import search_attributes

TURNS = 3
LIVES_A_TURN = 20
WARM_UP = 10
READY_WITHIN = 90.0
SERVICES = ("frontend", "matching", "history", "worker")
STORES = {"temporal": "temporal", "temporal_visibility": "visibility"}
"""The server's databases, and the names of their schemas."""
ATTRIBUTES = {
    key.name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{key.indexed_value_type.name}") for key in search_attributes.ALL
}


def measure() -> dict[str, float]:
    """Lives a second and processor seconds of a life, with one worker process and with two."""
    programs = {name: _program(name) for name in ("server", "sql")}
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="redress-cluster-") as folder, running_postgres(port) as postgres:
        return asyncio.run(_measure(Path(folder), postgres, programs))


def _program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("TEMPORAL_PROGRAMS")) if "TEMPORAL_PROGRAMS" in os.environ else None
    found = found or shutil.which(f"temporal-{name}") or shutil.which(f"temporal-{name}-tool")
    if found is None:
        message = f"Temporal's program `{name}` is not there: see benchmarks/README.md, Two workers"
        raise RuntimeError(message)
    return found


async def _measure(folder: Path, postgres: Postgres, programs: dict[str, str]) -> dict[str, float]:
    spent = {1: Spent(), 2: Spent()}
    numbers = itertools.count()
    async with AsyncExitStack() as stack:
        address, server = await stack.enter_async_context(running_server(folder, postgres, programs))
        orders = 2 * TURNS * LIVES_A_TURN + WARM_UP
        started = running_redress(orders, database_url=postgres.create("redress"), temporal_address=address)
        redress = await stack.enter_async_context(started)
        await each(AT_ONCE, [lambda: clear_and_small(redress, next(numbers))] * WARM_UP)
        for _ in range(TURNS):
            for workers in random.sample(sorted(spent), len(spent)):
                async with AsyncExitStack() as turn:
                    pids = {"temporal": server}
                    if workers > 1:
                        pids["second worker"] = await turn.enter_async_context(second_worker(redress))
                    await _spend(spent[workers], redress, postgres, pids, numbers)
    figures = {f"lives a second, workers: {workers}": own.rate for workers, own in spent.items()}
    figures["lives a second, two workers over one"] = spent[2].rate / spent[1].rate
    for workers, own in spent.items():
        figures[f"CPU seconds of a life, workers: {workers}, all"] = own.cost
        figures |= {
            f"CPU seconds of a life, workers: {workers}, {part}": part_of / own.lives for part, part_of in own.cpu.items()
        }
    return figures


async def _spend(own: Spent, redress: Redress, postgres: Postgres, pids: dict[str, int], numbers: "itertools.count[int]") -> None:
    def cpu() -> Counter[str]:
        others = {part: cpu_seconds(pid) for part, pid in pids.items()} | {"database": family_seconds(postgres.pid)}
        return Counter(redress.cpu() | others)

    loop = asyncio.get_running_loop()
    before, begun = cpu(), loop.time()
    await each(AT_ONCE, [lambda: clear_and_small(redress, next(numbers))] * LIVES_A_TURN)
    own.seconds += loop.time() - begun
    await asyncio.sleep(SETTLE)
    own.lives += LIVES_A_TURN
    own.cpu += cpu() - before


@asynccontextmanager
async def second_worker(redress: Redress) -> AsyncGenerator[int]:
    """Beside the one of `redress up`; its process id, once it polls."""
    log = redress.folder / "second.txt"
    with log.open("wb") as output:
        environment = redress.environment | {"REDRESS_LOG_LEVEL": "INFO"}
        async with running(sys.executable, ROOT / "worker.py", folder=ROOT, environment=environment, output=output) as worker:
            async with asyncio.timeout(READY_WITHIN):
                while "worker.ready" not in _said(log):  # noqa: ASYNC110  # another process can only be asked
                    await asyncio.sleep(0.1)
            yield worker.pid


@asynccontextmanager
async def running_server(folder: Path, postgres: Postgres, programs: dict[str, str]) -> AsyncGenerator[tuple[str, int]]:
    """A Temporal server whose data are in PostgreSQL, ready for cases: its address and its process id."""
    for database, schema in STORES.items():
        _make_store(postgres, programs["sql"], database, schema)
    ports = free_ports(2 * len(SERVICES))
    address = f"127.0.0.1:{ports[0]}"
    config = folder / "temporal.yaml"
    config.write_text(yaml.safe_dump(_config(postgres, ports)), encoding="utf-8")
    command = (programs["server"], "--config-file", config, "--allow-no-auth", "start")
    with (folder / "temporal.txt").open("wb") as output:
        async with running(*command, folder=folder, environment=dict(os.environ), output=output) as server:
            await _ready(address, server, folder / "temporal.txt")
            yield address, server.pid


def _make_store(postgres: Postgres, tool: str, database: str, schema: str) -> None:
    reach = (
        "--plugin",
        "postgres12",
        "--endpoint",
        "127.0.0.1",
        "--port",
        str(postgres.port),
        "--user",
        "redress",
        "--password",
        "-",
    )
    for what in (
        ("create-database",),
        ("setup-schema", "--version", "0.0"),
        ("update-schema", "--schema-name", f"postgresql/v12/{schema}"),
    ):
        subprocess.run((tool, *reach, "--database", database, *what), check=True, capture_output=True)


def _config(postgres: Postgres, ports: Sequence[int]) -> dict[str, Any]:
    def store(name: str) -> dict[str, Any]:
        reach = {"connectAddr": f"127.0.0.1:{postgres.port}", "connectProtocol": "tcp", "user": "redress", "password": "-"}
        return {"sql": {"pluginName": "postgres12", "databaseName": name, **reach, "maxConns": 20, "maxIdleConns": 20}}

    services = {
        name: {"rpc": {"grpcPort": ports[2 * place], "membershipPort": ports[2 * place + 1], "bindOnLocalHost": True}}
        for place, name in enumerate(SERVICES)
    }
    alone = {"enabled": True, "initialFailoverVersion": 1, "rpcName": "frontend", "rpcAddress": f"127.0.0.1:{ports[0]}"}
    return {
        "log": {"stdout": True, "level": "warn"},
        "persistence": {
            "defaultStore": "default",
            "visibilityStore": "visibility",
            "numHistoryShards": 4,
            "datastores": {"default": store("temporal"), "visibility": store("temporal_visibility")},
        },
        "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1"}},
        "services": services,
        "clusterMetadata": {
            "enableGlobalNamespace": False,
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": {"active": alone},
        },
        "dcRedirectionPolicy": {"policy": "noop"},
    }


async def _ready(address: str, server: asyncio.subprocess.Process, log: Path) -> None:
    """Its namespace is there and knows the attributes of cases; each takes some seconds until every part of the server has heard of it."""
    try:
        async with asyncio.timeout(READY_WITHIN):
            client = await _connected(address, server)
            kept = Duration()
            kept.FromTimedelta(timedelta(days=1))
            request = RegisterNamespaceRequest(namespace="default", workflow_execution_retention_period=kept)
            await client.workflow_service.register_namespace(request)
            wanted = AddSearchAttributesRequest(namespace="default", search_attributes=ATTRIBUTES)
            while True:
                try:
                    listed = await client.operator_service.list_search_attributes(
                        ListSearchAttributesRequest(namespace="default")
                    )
                    if set(ATTRIBUTES) <= set(listed.custom_attributes):
                        return
                    await client.operator_service.add_search_attributes(wanted)
                except RPCError:
                    await asyncio.sleep(0.5)
    except Exception as error:
        error.add_note(_said(log)[-3000:])
        raise


def _said(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


async def _connected(address: str, server: asyncio.subprocess.Process) -> Client:
    while True:
        if server.returncode is not None:
            message = f"Temporal's server ended with {server.returncode}"
            raise RuntimeError(message)
        try:
            return await Client.connect(address)
        except (RPCError, RuntimeError):
            await asyncio.sleep(0.5)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
