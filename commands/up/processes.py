"""Keeps the processes of `redress up` alive: each with a log file of its own, started again when it dies, stopped in order."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from commands.kit.failure import CommandError
from commands.kit.language import say

DIE_WITH_PARENT = Path(__file__).with_name("die_with_parent.py")
READY_WITHIN = 180.0
TRIES_BEFORE_READY = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
STEADY_AFTER = 30.0
NOT_READY_AFTER = 20.0
"""Seconds after which it is said that a part that was started again runs and does not work."""
LOG_LIMIT = 10 * 1024 * 1024
"""Bytes after which a log is put aside, one deep, also while its process runs."""
LOG_LOOK = 10.0
"""Seconds between two looks at a log's size."""


@dataclass(frozen=True)
class Run:
    """A process that was started for a part."""

    pid: int
    since: datetime


@dataclass(frozen=True)
class Part:
    """One process of Redress. `ready` tells whether the process that runs does its work by now."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[Run], Awaitable[bool]]
    number: int = 1
    """Which one of those with this name."""
    address: str = ""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    grace: float = 4.0
    """Seconds it may take to end by itself when it is asked to."""
    before_again: Callable[[], Awaitable[None]] | None = None
    """What is done before it is started another time."""
    hint: str = ""
    """Where it says why it is not ready; none: in its log."""
    said: Callable[[], str] = str
    """What it answered last, when it was asked whether it is ready."""

    @property
    def title(self) -> str:
        return say(f"part.{self.name}") if self.number == 1 else say(f"part.{self.name}_again", number=self.number)

    @property
    def log(self) -> str:
        return f"{self.name}.log" if self.number == 1 else f"{self.name}-{self.number}.log"


class ProcessRunner:
    """Starts one part, and starts it again whenever it dies, until it is told to stop."""

    def __init__(self, part: Part, logs: Path, tell: Callable[[str], None]) -> None:
        self.part = part
        self.log = logs / part.log
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when the part does its work; raises CommandError with the end of its log when it cannot be got to."""
        self._task = asyncio.create_task(self._keep())
        ready = asyncio.create_task(self._ready.wait())
        done, _ = await asyncio.wait({self._task, ready}, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task in done and not self._stopping:
            self._task.result()
        if ready not in done:
            tail = "\n".join(filter(None, (_tail(self.log), self.part.said())))
            raise CommandError(say("never_ready", part=self.part.title, log=self.log, tail=tail))

    async def stop(self) -> None:
        """Ask it to end, and make it end when its grace has passed."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), self.part.grace)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep(self) -> None:
        pause, failures = FIRST_PAUSE, 0
        while not self._stopping:
            began = monotonic()
            run = await self._spawn()
            watch = asyncio.create_task(self._watch(run, again=self._ready.is_set()))
            code = await self._wait()
            watch.cancel()
            if self._stopping:
                return
            failures += 1
            if not self._ready.is_set() and failures >= TRIES_BEFORE_READY:
                return
            pause = FIRST_PAUSE if monotonic() - began > STEADY_AFTER else pause
            if self._ready.is_set():
                self._tell(say("died", part=self.part.title, how=_how(code), seconds=pause))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            if self.part.before_again is not None:
                await self.part.before_again()

    async def _spawn(self) -> Run:
        self._rotate()
        since = datetime.now(UTC)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal reaches only `redress up`, which stops the parts in their order.
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-S", "-E", str(DIE_WITH_PARENT), str(os.getpid()), *self.part.command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self.part.environment,
                start_new_session=True,
            )
        return Run(self._process.pid, since)

    async def _wait(self) -> int:
        """The exit code, when the process has ended; its log is kept short meanwhile."""
        if self._process is None:
            return 0
        while True:
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(self._process.wait(), LOG_LOOK)
            self._rotate()

    def _rotate(self) -> None:
        """Copied and emptied, for its process holds the file open; it appends, so that it goes on at the beginning.

        On a full disk the copy ends early, and what is emptied makes room.
        """
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            with contextlib.suppress(OSError):
                shutil.copyfile(self.log, self.log.with_suffix(".1.log"))
            os.truncate(self.log, 0)

    async def _watch(self, run: Run, *, again: bool) -> None:
        began, said = monotonic(), False
        while not await self.part.ready(run):
            await asyncio.sleep(0.1)
            if again and not said and monotonic() - began > NOT_READY_AFTER:
                said = True
                self._tell(say("not_ready", part=self.part.title, where=self.part.hint or self.log))
        if again:
            self._tell(say("back", part=self.part.title))
        self._ready.set()


class ProcessGroup:
    """Every process of one `redress up`."""

    def __init__(self, logs: Path, tell: Callable[[str], None]) -> None:
        self._logs = logs
        self._tell = tell
        self._runners: list[ProcessRunner] = []

    async def start(self, part: Part) -> None:
        """Start a part and wait until it is ready; it is kept alive from then on."""
        runner = ProcessRunner(part, self._logs, self._tell)
        self._runners.append(runner)
        await runner.start()
        self._tell(say("ready", part=part.title, address=part.address).rstrip())

    async def stop(self, order: tuple[str, ...]) -> None:
        """Stop everything, by the names in `order`; those of one name at the same time."""
        for name in order:
            await asyncio.gather(*(runner.stop() for runner in self._runners if runner.part.name == name))


def _how(code: int) -> str:
    with contextlib.suppress(ValueError):
        if code < 0:
            return signal.Signals(-code).name
    return f"exit code {code}"


def _tail(log: Path, lines: int = 12) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
