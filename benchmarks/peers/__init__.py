"""The life of a small case on Redress and on DBOS: the same steps, the same PostgreSQL, the same sandbox partners over HTTP, in shuffled turns.

Beside each its bare workflow: one that does nothing, with as many durable steps and waits as a life of Redress has. The program on DBOS is
`cases_on_dbos.py`; it gets an environment of its own, made for the measurement.
"""

import asyncio
import itertools
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from adapters.secrets import secrets_of
from benchmarks.bare import Shape
from benchmarks.history import STARS, clear_and_small
from benchmarks.lives import AT_ONCE, Spent, bare_worker, shape_of
from benchmarks.partners import order_of
from benchmarks.processes import cpu_seconds, family_seconds, running
from benchmarks.redress import Redress, Rows, each, running_redress
from settings import ROOT, Settings
from tests.support.processes.databases import Postgres, running_postgres
from tests.support.processes.ports import free_ports

TURNS = 4
LIVES_A_TURN = 15
WARM_UP = 10
SETTLE = 2.0
"""Seconds in which what a life leaves behind is done; their processor time counts, the wait does not."""
READY_WITHIN = 60.0
FOLDER = Path(__file__).parent

Work = Callable[[], Awaitable[object]]


@dataclass
class Side:
    """Whose turn it may be: what it does, the processor time of its processes, and what its turns took."""

    name: str
    work: Work
    cpu: Callable[[], dict[str, float]]
    spent: Spent = field(default_factory=Spent)

    async def play(self, lives: int) -> None:
        """Take turns of so many lives, and count what they cost."""
        before = Counter(self.cpu())
        self.spent.seconds += await timed(lives, self.work)
        await asyncio.sleep(SETTLE)
        self.spent.lives += lives
        self.spent.cpu += Counter(self.cpu()) - before


@dataclass
class OnDbos:
    """The running program on DBOS, and its caller."""

    http: httpx.AsyncClient
    rows: Rows
    pids: dict[str, int]
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def cpu(self) -> dict[str, float]:
        return {part: cpu_seconds(pid) for part, pid in self.pids.items()}

    async def life(self) -> None:
        order_id, customer_id = order_of("lost", next(self.numbers))
        words = {"issue": "logistics.lost", "description": "It is not as it should be."}
        case_id = (await self._post("/cases", words | {"customer_id": customer_id, "order_id": order_id})).json()["case_id"]
        await self.rows.case_reaches(case_id, wait="confirmation")
        await self._post(f"/cases/{case_id}/confirm", STARS)
        await self.rows.case_reaches(case_id, stage="closed")

    def bare(self, shape: Shape) -> Work:
        waits = shape.signals + shape.updates
        body = {"steps": shape.steps, "waits": waits}

        async def life() -> None:
            workflow_id = (await self._post("/bare", body)).json()
            for _ in range(waits):
                await self._post(f"/bare/{workflow_id}/go-on", {})
            (await self.http.get(f"/bare/{workflow_id}")).raise_for_status()

        return life

    async def _post(self, path: str, body: object) -> httpx.Response:
        return (await self.http.post(path, json=body)).raise_for_status()


def measure() -> dict[str, float]:
    """Lives a second and processor seconds of a life, of both, and of their bare workflows."""
    with tempfile.TemporaryDirectory(prefix="redress-peers-") as folder, running_postgres() as postgres:
        python = environment_of(Path(folder))
        return asyncio.run(_measure(Path(folder), postgres, python))


def environment_of(folder: Path) -> Path:
    """The interpreter of a fresh environment with what the program on DBOS needs."""
    uv = Path(sys.executable).parent / "uv"
    subprocess.run((uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"), check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        (uv, "pip", "install", "--quiet", "--python", python, "--requirement", FOLDER / "requirements.txt"), check=True
    )
    return python


async def _measure(folder: Path, postgres: Postgres, python: Path) -> dict[str, float]:
    orders = TURNS * LIVES_A_TURN + WARM_UP

    def with_database(cpu: Callable[[], dict[str, float]]) -> Callable[[], dict[str, float]]:
        return lambda: cpu() | {"database": family_seconds(postgres.pid)}

    async with AsyncExitStack() as stack:
        redress = await stack.enter_async_context(running_redress(orders, database_url=postgres.create("redress")))
        numbers = itertools.count()
        real = Side("a life on Redress", lambda: clear_and_small(redress, next(numbers)), with_database(redress.cpu))
        shape = await _warmed_up(redress, real)
        worker = await stack.enter_async_context(bare_worker(redress, shape))
        both = {"temporal": redress.pids["temporal"], "bare worker": worker.process.pid}
        bare = Side("a bare workflow on Temporal", worker.life, with_caller(both))
        on_dbos = await stack.enter_async_context(running_on_dbos(folder, postgres, python, orders))
        peer = Side("a life on DBOS", on_dbos.life, with_database(with_caller(on_dbos.pids)))
        bare_peer = Side(
            "a bare workflow on DBOS", on_dbos.bare(shape), with_database(with_caller({"program": on_dbos.pids["program"]}))
        )
        for side in (bare, peer, bare_peer):
            await timed(WARM_UP, side.work)
        sides = [real, peer, bare, bare_peer]
        for _ in range(TURNS):
            for side in random.sample(sides, len(sides)):
                await side.play(LIVES_A_TURN)
    return _figures(sides) | {"lives a second, Redress over DBOS": real.spent.rate / peer.spent.rate}


async def _warmed_up(redress: Redress, real: Side) -> Shape:
    """After some lives; the durable steps of one of them."""
    cases = [await real.work() for _ in range(2)]
    await timed(WARM_UP - len(cases), real.work)
    return await shape_of(redress, str(cases[0]))


async def timed(lives: int, work: Work) -> float:
    """Seconds that so many take, some at once."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await each(AT_ONCE, [work] * lives)
    return loop.time() - begun


def with_caller(pids: dict[str, int]) -> Callable[[], dict[str, float]]:
    return lambda: {part: cpu_seconds(pid) for part, pid in pids.items()} | {"caller": cpu_seconds(os.getpid())}


@asynccontextmanager
async def running_on_dbos(folder: Path, postgres: Postgres, python: Path, orders: int) -> AsyncGenerator[OnDbos]:
    """The program and sandbox partners of its own, which are those of Redress with as many orders."""
    port, sandbox = free_ports(2)
    address, database = f"http://127.0.0.1:{port}", postgres.create("cases")
    settings = Settings(data_dir=folder / "data", sandbox_port=sandbox)
    own = {name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")}
    partners = own | {"REDRESS_DATA_DIR": str(settings.data_dir), "PYTHONPATH": str(ROOT)}
    for_partners = (
        sys.executable,
        "-m",
        "benchmarks.partners",
        folder / "sandbox",
        str(sandbox),
        f"{address}/webhooks",
        str(orders),
    )
    command = (python, FOLDER / "cases_on_dbos.py", str(port), database, f"http://127.0.0.1:{sandbox}")
    secrets_of(settings)  # made once, before two need them
    with (folder / "output.txt").open("wb") as output:
        async with (
            running(*for_partners, folder=folder, environment=partners, output=output) as played,
            running(*command, folder=folder, environment=own | {"TOKEN": "sandbox"}, output=output) as program,
            httpx.AsyncClient(base_url=address, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=200)) as http,
        ):
            await _ready(http, f"http://127.0.0.1:{sandbox}/healthz")
            await _ready(http, "/healthz")
            with closing(Rows(Settings(database_url=database))) as rows:
                try:
                    yield OnDbos(http, rows, {"program": program.pid, "sandbox": played.pid})
                except Exception as error:
                    error.add_note((folder / "output.txt").read_text(encoding="utf-8", errors="replace")[-3000:])
                    raise


async def _ready(http: httpx.AsyncClient, address: str) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while True:
            try:
                (await http.get(address)).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return


def _figures(sides: list[Side]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for side in sides:
        spent = side.spent
        figures[f"{side.name}, a second"] = spent.rate
        figures[f"CPU seconds of {side.name}, all"] = spent.cost
        figures |= {f"CPU seconds of {side.name}, {part}": seconds / spent.lives for part, seconds in spent.cpu.items()}
    return figures
