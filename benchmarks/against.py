"""`python -m benchmarks against REV`: the same lives here and at an earlier commit, on the same machine, in shuffled turns.

The commit is unpacked into a temporary folder and gets an environment of its own from its own lock. Both sides are started, each with its
own server, worker, API and sandbox; one plays at a time. Processor seconds are those of the side that plays, read from /proc, so that other
work on the machine disturbs the ratio little; a round is a turn of each side, and the spread of the rounds' ratios says how much.
"""

import asyncio
import json
import os
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import geometric_mean
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.processes import running
from settings import ROOT

LIVES_A_TURN = 10
READY_WITHIN = 240.0
TURN_WITHIN = 300.0
SIDE = ROOT / "benchmarks" / "side.py"
NOT_INHERITED = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VIRTUAL_ENV", "PYTHONPATH")

console = Console()


@dataclass
class Side:
    """One tree under measurement, and what each of its turns took."""

    name: str
    process: asyncio.subprocess.Process
    cpu: list[Counter[str]] = field(default_factory=list[Counter[str]])
    seconds: list[float] = field(default_factory=list[float])

    async def play(self, lives: int) -> None:
        assert self.process.stdin is not None  # noqa: S101  # it was started with a pipe
        self.process.stdin.write(f"{lives}\n".encode())
        took = await self.answer(TURN_WITHIN)
        self.cpu.append(Counter(took["cpu"]))
        self.seconds.append(took["seconds"])

    async def answer(self, within: float) -> dict[str, Any]:
        assert self.process.stdout is not None  # noqa: S101  # it was started with a pipe
        line = await asyncio.wait_for(self.process.stdout.readline(), within)
        if not line:
            message = f"{self.name} ended with {await self.process.wait()}"
            raise RuntimeError(message)
        return json.loads(line)

    @property
    def whole(self) -> Counter[str]:
        return sum(self.cpu, Counter[str]())


def main(
    revision: Annotated[str, typer.Argument(help="The commit to compare with.")],
    *,
    lives: Annotated[int, typer.Option(help="Of each side; twice as many halve the noise of a busy machine by a third.")] = 100,
    output: Annotated[Path, typer.Option("--json", help="Where the figures are written.")] = Path(".redress/against.json"),
) -> None:
    """Compare a life's processor seconds here, with whatever is not committed, and at an earlier commit."""
    commit = _git("rev-parse", "--short", f"{revision}^{{commit}}").decode().strip()
    with tempfile.TemporaryDirectory(prefix="redress-against-") as folder:
        tree = Path(folder)
        with console.status(f"building {commit} …"):
            _build(commit, tree)
        then, now = asyncio.run(_play(commit, tree, max(lives // LIVES_A_TURN, 1)))
    figures = _figures(then, now)
    console.print(_table(commit, figures))
    output.parent.mkdir(parents=True, exist_ok=True)
    told = {"against": commit, "lives": len(now.cpu) * LIVES_A_TURN, "load": round(os.getloadavg()[0], 1), "figures": figures}
    output.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    console.print(f"Written to {output}; load of the machine {told['load']}")


def _git(*command: str) -> bytes:
    return subprocess.run(("git", "-C", ROOT, *command), check=True, stdout=subprocess.PIPE).stdout


def _build(commit: str, tree: Path) -> None:
    """The commit's files, and its environment as its own Makefile makes it."""
    subprocess.run(("tar", "-x", "-C", tree), input=_git("archive", commit), check=True)
    subprocess.run(("make", "-s", "-C", tree, ".venv/ready"), env=_environment(), check=True)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}


async def _play(commit: str, tree: Path, rounds: int) -> tuple[Side, Side]:
    async with AsyncExitStack() as stack:
        sides = [
            await stack.enter_async_context(_side(name, of, (rounds + 1) * LIVES_A_TURN))
            for name, of in ((commit, tree), ("here", ROOT))
        ]
        for number in range(rounds + 1):
            for side in random.sample(sides, len(sides)):
                await side.play(LIVES_A_TURN)
            console.print(f"round {number} of {rounds}: " + _told(sides))
            if number == 0:  # the first round warms up
                for side in sides:
                    side.cpu.clear()
                    side.seconds.clear()
        then, now = sides
        return then, now


def _told(sides: Sequence[Side]) -> str:
    return ", ".join(f"{side.name} {side.cpu[-1].total() / LIVES_A_TURN:.3f} s" for side in sides)


@asynccontextmanager
async def _side(name: str, tree: Path, orders: int) -> AsyncGenerator[Side]:
    """Started and ready. `-P`: its modules come from its own tree, not from beside the script."""
    environment = _environment() | {"PYTHONPATH": str(tree)}
    pipe = asyncio.subprocess.PIPE
    command = (tree / ".venv" / "bin" / "python", "-P", SIDE, str(orders))
    async with running(*command, folder=tree, environment=environment, output=pipe, standard_input=pipe) as process:
        side = Side(name, process)
        with console.status(f"starting {name} …"):
            await side.answer(READY_WITHIN)
        yield side


def _figures(then: Side, now: Side) -> dict[str, list[float]]:
    """For each figure: then, now, the ratio, and the least and the greatest ratio of a round."""
    lives = len(now.cpu) * LIVES_A_TURN
    figures = {
        f"CPU seconds of a life, {part}": _compared(
            then.whole[part] / lives,
            now.whole[part] / lives,
            [(a[part], b[part]) for a, b in zip(then.cpu, now.cpu, strict=True)],
        )
        for part in then.whole
    }
    totals = [(a.total(), b.total()) for a, b in zip(then.cpu, now.cpu, strict=True)]
    figures["CPU seconds of a life, all"] = _compared(then.whole.total() / lives, now.whole.total() / lives, totals)
    rates = [(1 / a, 1 / b) for a, b in zip(then.seconds, now.seconds, strict=True)]
    figures["lives a second"] = _compared(lives / sum(then.seconds), lives / sum(now.seconds), rates)
    return figures


def _compared(then: float, now: float, rounds: Sequence[tuple[float, float]]) -> list[float]:
    ratios = [b / a for a, b in rounds if a and b]
    ratio = geometric_mean(ratios) if ratios else 0.0
    return [round(figure, 4) for figure in (then, now, ratio, min(ratios, default=0.0), max(ratios, default=0.0))]


def _table(commit: str, figures: dict[str, list[float]]) -> Table:
    table = Table("figure", commit, "here", "ratio", "of single rounds")
    for column in table.columns[1:]:
        column.justify = "right"
    for figure, (then, now, ratio, least, most) in figures.items():
        table.add_row(figure, f"{then:.3f}", f"{now:.3f}", f"{ratio:.2f}", f"{least:.2f}–{most:.2f}")
    return table
