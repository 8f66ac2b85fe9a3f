"""A rolling release and the way back, with 200 cases open in every stage and with every remedy, while people keep acting (docs/releases.md)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from temporalio.api.enums.v1 import WorkflowTaskFailedCause

from adapters.temporal.connection import connect
from commands.demo import player
from models.common.vocabulary import RemedyKind, Stage
from settings import Settings
from tests.cluster.conftest import two_of_each
from tests.support.processes.balancer import balanced
from tests.support.processes.databases import Postgres
from tests.support.processes.next_release import next_release
from tests.support.processes.ports import answers, free_port
from tests.support.processes.redress import Redress, until
from tests.support.processes.resting_stories import Answers, RestingStories
from tests.support.processes.temporal_cluster import Cluster

OPEN = 200
CASES = 240
"""Some stories end by themselves."""
NO_PROCESSOR = "[TMPRL1101]"
NEWS_AT_THE_END = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""Something came in while the workflow ended: the server gives the task out again, with it."""
DEPLOYMENT, BEFORE, AFTER = "redress", "before", "after"
BRIEF = {Stage.CLOSED, Stage.RECEIPT, Stage.DISPATCH, Stage.ARCHIVAL}
"""No case rests there."""


class Release:
    """The programs of a release: a worker, two APIs, and its commands, of a folder of their own."""

    def __init__(self, folder: Path, redress: Redress) -> None:
        self.folder, self.redress = folder, redress
        self.environment = redress.environment | {"TEMPORAL_WORKER_BUILD_ID": AFTER, "PYTHONPATH": str(folder)}
        self.api_ports = [free_port() for _ in range(2)]
        self.running: list[subprocess.Popen[bytes]] = []

    def start_worker(self) -> None:
        self._start("worker", {}, "worker.py")

    def start_apis(self) -> None:
        for port in self.api_ports:
            self._start(f"api-{port}", {"REDRESS_API_PORT": str(port)}, "-m", "api")
        for port in self.api_ports:
            until(lambda port=port: answers(port))

    def _start(self, name: str, more: dict[str, str], *arguments: str) -> None:
        with (self.redress.folder / f"after-{name}.log").open("wb") as log:
            environment = self.environment | more
            started = subprocess.Popen([sys.executable, *arguments], cwd=self.folder, env=environment, stdout=log, stderr=log)
        self.running.append(started)

    async def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(self.redress.run, *words, program=self.folder / "cli.py", **self.environment)

    def stop_apis(self) -> None:
        for process in self.running[1:]:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        del self.running[1:]

    def stop(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


@pytest.fixture
def before(tmp_path: Path, by_roles: Cluster, database: Postgres) -> Iterator[Redress]:
    """This release, as the one from which is released."""
    named = {"TEMPORAL_DEPLOYMENT_NAME": DEPLOYMENT, "TEMPORAL_WORKER_BUILD_ID": BEFORE, "REDRESS_SANDBOX_TIMES": "8"}
    with two_of_each(tmp_path, by_roles, database, **named) as redress:
        yield redress


@pytest.fixture
def after(tmp_path: Path, before: Redress) -> Iterator[Release]:
    release = Release(next_release(tmp_path / "after"), before)
    yield release
    release.stop()


async def test_a_release_there_and_back_with_200_open_cases(
    before: Redress, after: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "PATIENCE", 3600)
    said = before.run("release", "promote")
    assert said.returncode == 0, said.stdout + said.stderr
    ports = list(before.api_ports)
    with balanced(ports) as address:
        told = Answers(address)
        async with httpx.AsyncClient(timeout=30, event_hooks={"response": [told.note]}) as http:
            stories = RestingStories(before, address, http)
            await stories.open(CASES, http, before.sandbox)
            await stories.rest()
            open_ones = stories.open_ones()
            assert len(open_ones) >= OPEN
            assert set(Stage) - BRIEF - {story.view.get("stage") for story in open_ones} == set(), stories.troubles()
            assert set(RemedyKind) - {remedy["kind"] for story in open_ones for remedy in story.view.get("remedies", ())} == set()

            careless = Release(next_release(tmp_path / "careless", careful=False), before)
            refused = await careless.run("release", "check")
            assert "do not replay" in refused.stderr, refused.stdout + refused.stderr

            after.start_worker()
            await while_going_on(stories, after.run("release", "ramp", "30"))
            await while_going_on(stories, after.run("release", "promote"))
            after.start_apis()
            await rolled(before, ports, after.api_ports)
            await stories.open(20, http, before.sandbox)
            await stories.go_on()
            assert len(stories.open_ones()) >= OPEN

            ports[:] = before.api_ports
            after.stop_apis()
            back = await while_going_on(stories, asyncio.to_thread(before.run, "release", "back"))
            assert "keep its workers" in back, back
            status = before.run("release", "status").stdout
            assert f"{BEFORE}  current" in status, status
            await stories.go_on(to_the_end=True)
    print(f"\n{dict(told.seen)} answers, by status; {back.splitlines()[-2:]}")  # noqa: T201
    assert stories.troubles() == []
    assert told.wrong == []
    assert await failed_tasks(before) == Counter()


async def while_going_on(stories: RestingStories, work: Awaitable[subprocess.CompletedProcess[str]]) -> str:
    """A command that must end well, and what it says, while people act."""
    done, _ = await asyncio.gather(work, stories.go_on())
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def rolled(redress: Redress, ports: list[int], to: list[int]) -> None:
    """One API after the other: callers meet the other's, and its requests under way are answered."""
    for place, (part, port) in enumerate(zip(("api", "api-2"), to, strict=True)):
        ports[place] = port
        with suppress(KeyError):
            os.kill(redress.pids()[part], signal.SIGTERM)
        await asyncio.sleep(2)


async def failed_tasks(redress: Redress) -> Counter[str]:
    """Of all workflows, open or closed, by why; but for a task to which a busy machine gave no processor for two seconds, and for news at the end."""
    own = {name.removeprefix("REDRESS_").lower(): value for name, value in redress.environment.items() if "TEMPORAL" in name}
    client = await connect(Settings.model_validate({"data_dir": redress.settings.data_dir, **own}))
    failed: Counter[str] = Counter()
    async for found in client.list_workflows():
        history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        failures = (
            event.workflow_task_failed_event_attributes
            for event in history.events
            if event.HasField("workflow_task_failed_event_attributes")
        )
        failed.update(
            f"{found.id}: {one.failure.message}"
            for one in failures
            if one.cause != NEWS_AT_THE_END and not one.failure.message.startswith(NO_PROCESSOR)
        )
    return failed
