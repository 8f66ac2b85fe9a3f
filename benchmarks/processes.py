"""Processes that are measured: started so that they die with the measurement; their processor time and memory (Linux: /proc)."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from settings import ROOT

DIE_WITH_PARENT = ROOT / "commands" / "up" / "die_with_parent.py"
GRACE = 30.0
TICKS = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running(
    *command: str | Path,
    folder: Path,
    environment: Mapping[str, str],
    output: IO[bytes] | int,
    standard_input: int = asyncio.subprocess.DEVNULL,
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """The process, until the block ends: asked to stop first, killed when it does not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-E", str(DIE_WITH_PARENT), str(os.getpid()), *map(str, command)),
        cwd=folder,
        env=environment,
        stdin=standard_input,
        stdout=output,
        stderr=sys.stderr if output == asyncio.subprocess.PIPE else output,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), GRACE)
            except TimeoutError:
                process.kill()
                await process.wait()


def children(pid: int) -> dict[int, list[str]]:
    """The processes that it started, with their command lines."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return {int(child): Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0") for child in found}


def cpu_seconds(pid: int) -> float:
    """Processor time that it has used so far, of all its threads."""
    return sum(_ticks(pid)[:2]) / TICKS


def family_seconds(pid: int) -> float:
    """The same with the processes that it started, also those that have ended: a database server has one for each connection."""
    mine = sum(_ticks(pid)) / TICKS
    for child in children(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            mine += family_seconds(child)
    return mine


def _ticks(pid: int) -> list[int]:
    """Of the process, in user mode and in the kernel; of its children that have ended, the same."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return [int(field) for field in fields[11:15]]


def megabytes(pid: int) -> float:
    """Memory of its own; program files that the kernel shares do not count."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024
