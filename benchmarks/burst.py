"""Many openings at once: whether every case gets through its first stages as fast as cases come in, and nothing fails on the way.

The first stages are done when the case waits for somebody. How long a workflow task took is read from the histories; which operations of the
server failed, from its log.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Callable

from temporalio.api.enums.v1 import EventType

from benchmarks.redress import Redress, each, running_redress

CASES = 2_000
AT_ONCE = 50
READ_AT_ONCE = 10
STATE = "delivered"
CASE = {"kind": "after_sales", "issue": "product.quality_defect"}

TASK = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
}
"""How a workflow task ends."""


def measure() -> dict[str, float]:
    """Seconds, a ratio, and how often something went wrong."""
    return asyncio.run(_measure(CASES))


async def _measure(cases: int) -> dict[str, float]:
    async with running_redress(orders=cases) as redress:
        orders = itertools.count()
        begun = time.perf_counter()
        opened = await each(AT_ONCE, [lambda: redress.open(STATE, next(orders), **CASE)] * cases)
        opening = time.perf_counter() - begun
        await redress.waits(cases)
        through = time.perf_counter() - begun
        took = [task for tasks in await each(READ_AT_ONCE, [_tasks(redress, case_id) for case_id in opened]) for task in tasks]
        return {
            f"opening {cases} cases, {AT_ONCE} at once": opening,
            "burst, through the first stages, over the time of opening": through / opening,
            "burst, longest workflow task": max(took),
            "burst, workflow tasks over 2 s": sum(task > 2 for task in took),  # noqa: PLR2004
            "burst, failed operations of the server": _failures(redress),
        }


def _tasks(redress: Redress, case_id: str) -> Callable[[], Awaitable[list[float]]]:
    async def seconds() -> list[float]:
        """Of each workflow task of a case, from its start to its end."""
        history = await redress.client.get_workflow_handle(case_id).fetch_history()
        at = {event.event_id: event.event_time.ToNanoseconds() / 1e9 for event in history.events}
        return [
            event.event_time.ToNanoseconds() / 1e9 - at[getattr(event, str(event.WhichOneof("attributes"))).started_event_id]
            for event in history.events
            if event.event_type in TASK
        ]

    return seconds


def _failures(redress: Redress) -> int:
    """Errors in the server's log."""
    lines = (redress.settings.data_dir / "logs" / "temporal.log").read_text(encoding="utf-8").splitlines()
    return sum('"level":"ERROR"' in line for line in lines)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(int(sys.argv[1]) if sys.argv[1:] else CASES)), indent=2))
