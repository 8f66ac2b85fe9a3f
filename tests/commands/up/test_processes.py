"""The process_group of `redress up` with small real processes in it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from textwrap import dedent
from time import monotonic

import pytest

from commands.kit.failure import CommandError
from commands.up.processes import Part, ProcessGroup, Run
from settings import ROOT

WAITS = "import time, pathlib; pathlib.Path('{mark}').write_text(str(__import__('os').getpid())); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not what():
            await asyncio.sleep(0.05)


def part(folder: Path, name: str, code: str = WAITS, grace: float = 4.0) -> Part:
    mark = folder / name

    async def ready(run: Run) -> bool:
        return mark.exists() and mark.stat().st_mtime >= run.since.timestamp() - 0.1 and mark.read_text() != ""

    return Part(name=name, command=(sys.executable, "-c", code.format(mark=mark)), ready=ready, grace=grace)


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.process_group = ProcessGroup(folder, self.said.append)

    def pid(self, name: str) -> int:
        return int((self.folder / name).read_text())

    def heard(self, words: str) -> bool:
        return any(words in sentence for sentence in self.said)


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    home = Home(tmp_path)
    yield home
    await home.process_group.stop(("api", "worker", "sandbox", "temporal"))


async def test_a_part_that_is_killed_is_started_again_and_it_is_said(home: Home) -> None:
    await home.process_group.start(part(home.folder, "worker"))
    first = home.pid("worker")
    os.kill(first, signal.SIGKILL)
    await until(lambda: home.heard("The worker is back"))
    assert home.heard("The worker ended (SIGKILL)")
    assert home.pid("worker") != first
    assert alive(home.pid("worker"))


async def test_what_must_come_before_another_start_comes_before_it(home: Home) -> None:
    done: list[str] = []

    async def first() -> None:
        done.append("migrated")

    await home.process_group.start(replace(part(home.folder, "api"), before_again=first))
    assert done == []
    os.kill(home.pid("api"), signal.SIGKILL)
    await until(lambda: home.heard("The API is back"))
    assert done == ["migrated"]


async def test_a_part_that_runs_again_and_does_not_work_says_where_to_look(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.up.processes.NOT_READY_AFTER", 0.2)
    started = part(home.folder, "api")
    works = [True]

    async def ready(run: Run) -> bool:
        return works[0] and await started.ready(run)

    await home.process_group.start(replace(started, ready=ready, hint="http://127.0.0.1:1/readyz"))
    works[0] = False
    os.kill(home.pid("api"), signal.SIGKILL)
    await until(lambda: home.heard("http://127.0.0.1:1/readyz says why"))
    works[0] = True
    await until(lambda: home.heard("The API is back"))


async def test_a_log_is_put_aside_when_it_is_large_while_its_process_goes_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.up.processes.LOG_LIMIT", 1_000)
    monkeypatch.setattr("commands.up.processes.LOG_LOOK", 0.05)
    talks = WAITS.replace("time.sleep(600)", "[(print('x' * 99, flush=True), time.sleep(0.01)) for _ in range(60000)]")
    await home.process_group.start(part(home.folder, "worker", talks))
    aside = home.folder / "worker.1.log"
    await until(lambda: aside.exists() and aside.stat().st_size > 1_000)
    await until(lambda: 0 < (home.folder / "worker.log").stat().st_size <= 10_000)
    assert alive(home.pid("worker"))


async def test_a_log_that_a_full_disk_has_no_room_to_put_aside_is_emptied_all_the_same(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("commands.up.processes.LOG_LIMIT", 10)
    monkeypatch.setattr("commands.up.processes.LOG_LOOK", 0.05)
    monkeypatch.setattr("shutil.copyfile", full)
    await home.process_group.start(part(home.folder, "worker", f"print('x' * 99, flush=True); {WAITS}"))
    await until(lambda: (home.folder / "worker.log").stat().st_size == 0)
    os.kill(home.pid("worker"), signal.SIGKILL)
    await until(lambda: home.heard("The worker is back"))


async def test_everything_is_stopped_also_what_does_not_want_to(home: Home) -> None:
    await home.process_group.start(part(home.folder, "api"))
    await home.process_group.start(part(home.folder, "worker", STUBBORN, grace=0.3))
    pids = [home.pid("api"), home.pid("worker")]
    await home.process_group.stop(("api", "worker"))
    assert not any(alive(pid) for pid in pids)


async def test_of_several_workers_each_has_a_log_is_started_again_and_has_all_its_time_to_stop(home: Home) -> None:
    await home.process_group.start(part(home.folder, "worker", grace=1.0, code=STUBBORN))
    second = part(home.folder, "second", grace=1.0, code=f"print('2', flush=True); {STUBBORN}")
    await home.process_group.start(replace(second, name="worker", number=2))
    assert (home.folder / "worker-2.log").read_text() == "2\n"
    first, killed = home.pid("worker"), home.pid("second")
    os.kill(killed, signal.SIGKILL)
    await until(lambda: home.heard("Worker 2 is back"))
    assert home.pid("second") != killed
    assert home.pid("worker") == first
    began = monotonic()
    await home.process_group.stop(("api", "worker"))
    assert monotonic() - began < 1.9, "they stop at the same time"
    assert not any(map(alive, (first, home.pid("second"))))


async def test_a_part_that_cannot_start_shows_the_end_of_its_log(home: Home) -> None:
    with pytest.raises(CommandError) as refusal:
        await home.process_group.start(part(home.folder, "sandbox", "raise SystemExit('the catalogue is broken')"))
    assert "the catalogue is broken" in str(refusal.value)
    assert "sandbox.log" in str(refusal.value)


async def test_a_part_that_never_works_shows_what_it_says_of_that(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.up.processes.READY_WITHIN", 0.5)

    async def never(_: Run) -> bool:
        return False

    with pytest.raises(CommandError) as refusal:
        await home.process_group.start(replace(part(home.folder, "api"), ready=never, said=lambda: "only 3 MB free"))
    assert "only 3 MB free" in str(refusal.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel promises it")
async def test_no_process_outlives_a_killed_parent(tmp_path: Path) -> None:
    script = """
        import asyncio, sys, pathlib
        from commands.up.processes import ProcessGroup, Part
        async def ready(since): return pathlib.Path(sys.argv[1], "worker").exists()
        async def main():
            process_group = ProcessGroup(pathlib.Path(sys.argv[1]), print)
            await process_group.start(Part(name="worker", command=(sys.executable, "-c", sys.argv[2]), ready=ready))
            await asyncio.sleep(600)
        asyncio.run(main())
    """
    arguments = (sys.executable, "-c", dedent(script), str(tmp_path), WAITS.format(mark=tmp_path / "worker"))
    parent = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        mark = tmp_path / "worker"
        await until(lambda: mark.exists() and mark.read_text() != "")
        child = int(mark.read_text())
        assert alive(child)
    finally:
        parent.kill()
        parent.wait()
    await until(lambda: not alive(child))
