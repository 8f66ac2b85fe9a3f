"""What an open case costs a worker: memory while it is in the worker's cache, and the work of reading it back when it is not.

Workers of their own beside `redress up`, on queues of their own, so that each can be given a cache and be started afresh.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from adapters.starting import start_case
from benchmarks.opening import STATE, receipt
from benchmarks.processes import megabytes, running
from benchmarks.redress import Redress, each, running_redress
from models.case.state import CaseStart
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.timeline import Viewer
from models.common.vocabulary import Role
from rules.policy.load import load_policy, slice_policy
from settings import ROOT

AT_ONCE = 20
WARM_UP = 100
CASES = 500
SMALL_CACHE = 50
SETTLE = 2.0
"""Seconds after the last case until memory is read."""

VIEWER = Viewer(actor=Actor(role=Role.SUPERVISOR, id="sun"))


def measure() -> dict[str, float]:
    """Megabytes, and cases a second."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, float]:
    async with running_redress(orders=2 * (CASES + WARM_UP)) as redress:
        evicted, _ = await _growth(redress, "evicted", SMALL_CACHE, first=CASES + WARM_UP)
        cached, cases = await _growth(redress, "cached", 2 * CASES, first=0)
        async with _worker(redress, "cached", 2 * CASES):
            await _looks(redress, cases[:1])  # the worker is there
            cold = await _looks(redress, cases[1:])
            warm = await _looks(redress, cases[1:])
    return {
        "MB of a worker for each open cached case": cached,
        "MB of a worker for each open evicted case": evicted,
        "cold worker, open cases replayed and looked at a second": cold,
        "warm worker, open cases looked at a second": warm,
    }


async def _growth(redress: Redress, queue: str, cache: int, first: int) -> tuple[float, list[str]]:
    """How much memory each of many waiting cases adds to a worker that has had some already; and the cases."""
    async with _worker(redress, queue, cache) as pid:
        await _open(redress, queue, range(first, first + WARM_UP))
        before = megabytes(pid)
        cases = await _open(redress, queue, range(first + WARM_UP, first + WARM_UP + CASES))
        return max(megabytes(pid) - before, 0) / CASES, cases


@asynccontextmanager
async def _worker(redress: Redress, queue: str, cache: int) -> AsyncGenerator[int]:
    own = {"REDRESS_TASK_QUEUE": queue, "REDRESS_WORKER_CACHED_CASES": str(cache)}
    with (redress.folder / "workers.txt").open("ab") as output:
        async with running(
            *(sys.executable, ROOT / "worker.py"), folder=redress.folder, environment=redress.environment | own, output=output
        ) as process:
            yield process.pid


async def _open(redress: Redress, queue: str, numbers: range) -> list[str]:
    """Cases that wait for their merchant and customer; returns when all do."""
    waiting = redress.waiting()
    policy = slice_policy(load_policy(redress.settings.policy), datetime.now(UTC))

    def opening(number: int) -> Callable[[], Coroutine[Any, Any, str]]:
        async def start() -> str:
            taken = CaseStart(receipt=receipt(STATE, number), policy=policy)
            handle = await start_case(redress.client, queue, taken)
            return handle.id

        return start

    cases = await each(AT_ONCE, map(opening, numbers))
    await redress.waits(waiting + len(numbers))
    await asyncio.sleep(SETTLE)
    return cases


async def _looks(redress: Redress, cases: list[str]) -> float:
    """Cases a second that answer a query."""

    def look(case_id: str) -> Callable[[], Coroutine[Any, Any, CaseView]]:
        return lambda: redress.client.get_workflow_handle(case_id).query("view", VIEWER, result_type=CaseView)

    begun = time.perf_counter()
    await each(AT_ONCE, map(look, cases))
    return len(cases) / (time.perf_counter() - begun)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
