"""A Temporal workflow that does nothing, with as many durable steps as a case's life: what the server and the SDK cost by themselves.

It has what a life has: regular and local activities, signals, updates, timers, changes of search attributes, and a second workflow where a case
raises a claim that is one.

`python -m benchmarks.bare ADDRESS` is its worker. It says on its standard output when a workflow waits for somebody, so that the caller
moves at once and asks nothing.
"""

import asyncio
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.worker import PollerBehaviorAutoscaling, Worker

QUEUE = "bare"
SOON = timedelta(seconds=20)
NOTICE, CONFIRM = "notice", "confirm"
STAGE = SearchAttributeKey.for_keyword("CaseStage")
"""One that the server has for cases."""


@dataclass(frozen=True)
class Shape:
    """The durable steps of a workflow."""

    regular: int
    local: int
    signals: int
    updates: int
    timers: int
    attributes: int
    """How often its search attributes change."""
    second: "Shape | None" = None
    """Of a workflow that one of its local steps starts. It still waits when the measurement ends, as a claim does."""

    @classmethod
    def of(cls, events: Counter[str], claim: Counter[str] | None = None) -> "Shape":
        """Counted from the history of a case and, when it began one, of its claim's."""
        return cls(
            regular=events["ACTIVITY_TASK_SCHEDULED"],
            local=events["MARKER_RECORDED"],
            signals=events["WORKFLOW_EXECUTION_SIGNALED"],
            updates=events["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"],
            timers=events["TIMER_STARTED"],
            attributes=events["UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"],
            second=cls.of(claim) if claim else None,
        )

    @property
    def steps(self) -> int:
        """Activities of both workflows."""
        return self.regular + self.local + (self.second.steps if self.second else 0)


@workflow.defn(name="Bare")
class Bare:
    def __init__(self) -> None:
        self.heard = 0
        self.shown = 0

    @workflow.run
    async def run(self, shape: Shape, stays: bool) -> None:
        """Local steps go along with each regular one and before each wait, as saving a case does."""
        timers = [asyncio.create_task(workflow.sleep(timedelta(days=1))) for _ in range(shape.timers)]
        waits = [NOTICE] * shape.signals + [CONFIRM] * shape.updates
        local = shape.local
        if shape.second is not None:
            local -= 1
            await workflow.execute_local_activity("begin", shape.second, start_to_close_timeout=SOON)
        parts = shape.regular + len(waits) + 1
        shares = [local // parts + (part < local % parts) for part in range(parts)]
        for _ in range(shape.regular):
            working = asyncio.ensure_future(workflow.execute_activity("work", start_to_close_timeout=SOON))
            await self._local_steps(shares.pop(0), shape)
            await working
        for number, wait in enumerate(waits, start=1):
            await self._local_steps(shares.pop(0), shape, wait)
            await workflow.wait_condition(lambda number=number: self.heard >= number)
        await self._local_steps(shares.pop(0), shape)
        if stays:
            await workflow.wait_condition(lambda: False)
        for timer in timers:
            timer.cancel()

    async def _local_steps(self, count: int, shape: Shape, wait: str = "") -> None:
        for left in range(count, 0, -1):
            if self.shown < shape.attributes:
                self.shown += 1
                workflow.upsert_search_attributes([STAGE.value_set(str(self.shown))])
            await workflow.execute_local_activity("note", wait if left == 1 else "", start_to_close_timeout=SOON)

    @workflow.signal
    def notice(self) -> None:
        self.heard += 1

    @workflow.update
    def confirm(self) -> int:
        self.heard += 1
        return self.heard


@activity.defn(name="work")
async def work() -> None:
    return


@activity.defn(name="begin")
async def begin(shape: Shape) -> None:
    workflow_id = f"{activity.info().workflow_id}.second"
    await activity.client().start_workflow("Bare", args=[shape, True], id=workflow_id, task_queue=QUEUE)


@activity.defn(name="note")
async def note(wait: str) -> None:
    if wait:
        sys.stdout.write(f"{wait} {activity.info().workflow_id}\n")
        sys.stdout.flush()


async def main(address: str) -> None:
    client = await Client.connect(address)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare],
        activities=[work, note, begin],
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    ):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
