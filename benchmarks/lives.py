"""Whole lives a second through HTTP (RES-10), beside a bare Temporal workflow with as many steps on the same server, in turns.

The bare one has a worker of its own and does nothing in its steps: no HTTP, no database, no rules. The ratio is what Redress leaves of
what Temporal can do on this machine.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from temporalio.service import RPCError, RPCStatusCode

from benchmarks.bare import CONFIRM, NOTICE, QUEUE, Shape
from benchmarks.history import clear_and_small, events
from benchmarks.processes import cpu_seconds, running
from benchmarks.redress import Redress, each, running_redress
from settings import ROOT

LIVES = 60
TURNS = 2
AT_ONCE = 10
WARM_UP = 10
SETTLE = 2.0
"""Seconds in which a case that is closed has raised its claim."""


@dataclass
class Spent:
    """Wall-clock and processor seconds of so many lives."""

    lives: int = 0
    seconds: float = 0.0
    cpu: Counter[str] = field(default_factory=Counter[str])

    @property
    def rate(self) -> float:
        return self.lives / self.seconds

    @property
    def cost(self) -> float:
        """Processor seconds of one, all processes."""
        return self.cpu.total() / self.lives


@dataclass
class BareWorker:
    """The bare workflow's worker, and who waits for its workflows."""

    redress: Redress
    process: asyncio.subprocess.Process
    shape: Shape
    waiting: dict[str, asyncio.Queue[str]] = field(default_factory=dict[str, "asyncio.Queue[str]"])

    async def listen(self) -> None:
        assert self.process.stdout is not None  # noqa: S101  # it was started with a pipe
        async for line in self.process.stdout:
            wait, _, workflow_id = line.decode().strip().partition(" ")
            self.waiting[workflow_id].put_nowait(wait)

    async def life(self) -> None:
        workflow_id = f"bare-{uuid4().hex}"
        waits = self.waiting[workflow_id] = asyncio.Queue[str]()
        handle = await self.redress.client.start_workflow("Bare", args=[self.shape, False], id=workflow_id, task_queue=QUEUE)
        for _ in range(self.shape.signals + self.shape.updates):
            match await waits.get():
                case "notice":
                    await handle.signal(NOTICE)
                case _:
                    await handle.execute_update(CONFIRM)
        await handle.result()
        del self.waiting[workflow_id]


@asynccontextmanager
async def bare_worker(redress: Redress, shape: Shape) -> AsyncGenerator[BareWorker]:
    command = (sys.executable, "-m", "benchmarks.bare", redress.settings.temporal)
    pipe = asyncio.subprocess.PIPE
    async with running(*command, folder=ROOT, environment=redress.environment, output=pipe) as process:
        worker = BareWorker(redress, process, shape)
        listening = asyncio.create_task(worker.listen())
        try:
            yield worker
        finally:
            listening.cancel()


def measure() -> dict[str, float]:
    """Rates in lives a second, and processor seconds of a life by process."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, float]:
    real, bare = Spent(), Spent()
    async with running_redress(orders=LIVES + WARM_UP) as redress:
        numbers = itertools.count()
        warm = await each(AT_ONCE, [lambda: clear_and_small(redress, next(numbers))] * WARM_UP)
        shape = await shape_of(redress, warm[0])
        async with bare_worker(redress, shape) as worker:
            await each(AT_ONCE, [worker.life] * WARM_UP)
            for _ in range(TURNS):
                with_bare = {"bare worker": worker.process.pid}
                await _spend(real, redress, {}, [lambda: clear_and_small(redress, next(numbers))] * (LIVES // TURNS))
                await _spend(bare, redress, with_bare, [worker.life] * (LIVES // TURNS))
    figures = {
        "lives a second through HTTP": real.rate,
        "bare workflows a second": bare.rate,
        "lives, share of bare workflows": real.rate / bare.rate,
        "lives, share of bare workflows by CPU": bare.cost / real.cost,
    }
    for name, spent, parts in (("a life", real, real.cpu), ("a bare workflow", bare, bare.cpu)):
        figures |= {f"CPU seconds of {name}, {part}": seconds / spent.lives for part, seconds in parts.items()}
        figures[f"CPU seconds of {name}, all"] = spent.cost
    return figures


async def shape_of(redress: Redress, case_id: str) -> Shape:
    """The durable steps of a case that was played, and of the claim on the carrier that it raised, if that is a workflow."""
    claim_id = f"{case_id}.claim.1"
    await asyncio.sleep(SETTLE)
    try:
        async with asyncio.timeout(30):
            while not _waits(claim := await events(redress, claim_id)):  # noqa: ASYNC110  # another process can only be asked
                await asyncio.sleep(0.1)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        claim = None
    return Shape.of(await events(redress, case_id), claim)


def _waits(claim: Counter[str]) -> bool:
    """For the party's answer, which comes after what it was told."""
    return claim["TIMER_STARTED"] > 0 and claim["ACTIVITY_TASK_SCHEDULED"] == claim["ACTIVITY_TASK_COMPLETED"]


async def _spend(spent: Spent, redress: Redress, others: dict[str, int], lives: list[Callable[[], Awaitable[object]]]) -> None:
    def cpu() -> Counter[str]:
        return Counter(redress.cpu() | {part: cpu_seconds(pid) for part, pid in others.items()})

    before, begun = cpu(), time.perf_counter()
    await each(AT_ONCE, lives)
    spent.seconds += time.perf_counter() - begun
    spent.lives += len(lives)
    spent.cpu += cpu() - before


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
