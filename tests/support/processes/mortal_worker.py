"""A worker that is killed (SIGKILL) right after every local activity, once each: what it did is committed, and in no history.

`python -m tests.support.processes.mortal_worker ADDRESS QUEUE FOLDER [immortal]` has a worker at work for each line that it reads, and writes
a line when that one is dead. In the folder are the database, the partners' world as it was at the last death, and `deaths`: the local
activities after which a worker has died.
"""

import asyncio
import ctypes
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

import worker
from adapters.database.engine import Database
from adapters.logs.correlation import Correlation
from commands.up.die_with_parent import PR_SET_PDEATHSIG
from models.activities import CLASSIFY, RECALL, RENEW_CALENDARS
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from settings import Settings
from tests.support.fakes.order_changes import FakeOrderChanges
from tests.support.fakes.partners import World
from tests.support.processes.service import partners_in, sealing

ONLY_LOOKS = {CLASSIFY.name, RECALL.name, RENEW_CALENDARS.name}
"""Local activities that write nothing: to die after one is to die before the next."""


class Death(Correlation):
    """Comes after each local activity, once: an activity is told by its workflow, its type and its place in the workflow."""

    def __init__(self, folder: Path, world: World) -> None:
        self.deaths = folder / "deaths"
        self.world = folder / "world", world

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        return _Mortal(super().intercept_activity(next), self)

    def comes_after(self, call: str) -> None:
        known = self.deaths.read_text(encoding="utf-8").splitlines() if self.deaths.exists() else []
        if call in known:
            return
        with self.deaths.open("a", encoding="utf-8") as book:
            book.write(f"{call}\n")
        file, world = self.world
        file.write_bytes(pickle.dumps(world))
        os.kill(os.getpid(), signal.SIGKILL)


class _Mortal(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, death: Death) -> None:  # noqa: A002
        super().__init__(next)
        self.death = death

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        result = await super().execute_activity(input)
        info = activity.info()
        if info.is_local and info.activity_type not in ONLY_LOOKS:
            self.death.comes_after(f"{info.workflow_id} {info.activity_type} {info.activity_id}")
        return result


async def work(address: str, queue: str, folder: Path, *mode: str) -> None:
    """One worker's life."""
    settings = Settings(data_dir=folder, task_queue=queue)
    client = sealing(await Client.connect(address), settings)
    world: World = pickle.loads((folder / "world").read_bytes())  # noqa: S301  # our own
    if "immortal" not in mode:
        worker.Correlation = lambda: Death(folder, world)
    database = Database(settings)
    partners = partners_in(world, FakeOrderChanges(world), settings)
    async with worker.at_work(client, settings, worker.wire(settings, database, partners)):
        await asyncio.Event().wait()


def main(address: str, queue: str, folder: str, *mode: str) -> None:
    """A worker that is forked has its modules and texts already."""
    texts(load_policy(Settings().policy).zone)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            asyncio.run(work(address, queue, Path(folder), *mode))
        os.waitpid(child, 0)
        sys.stdout.write("dead\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
