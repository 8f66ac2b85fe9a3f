"""`python -m benchmarks [NAME…] [--json FILE] [--large]`: measure, print one table, write JSON. `make bench` runs all of it.

`python -m benchmarks against REV` compares with an earlier commit (`against.py`).
"""

import importlib.util
import json
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import against
from benchmarks.figures import goal_of

MEASUREMENTS = (
    "calendar",
    "classify",
    "dispatch",
    "history",
    "lives",
    "peers",
    "opening",
    "burst",
    "memory",
    "payloads",
    "waiting",
    "lists",
    "reports",
    "library",
    "pages",
)
"""The modules of this folder that measure something, the quick ones first."""
BY_NAME = ("cluster", "deploying")
"""Those that are measured only when they are named, because they need more than `make` installs."""
CHOICES = MEASUREMENTS + BY_NAME
LARGER = ("waiting", "lists", "reports", "library", "pages")
"""Those that `--large` is for."""

console = Console()


def main(
    *,
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(CHOICES)}; none: all but {', '.join(BY_NAME)}.")
    ] = None,
    output: Annotated[Path, typer.Option("--json", help="Where the figures are written.")] = Path(".redress/bench.json"),
    large: Annotated[
        bool,
        typer.Option(
            help="20,000 waiting cases, not 2,000; a million in lists, reports, library and pages, not 100,000. Takes an hour."
        ),
    ] = False,
    cases: Annotated[int | None, typer.Option(min=1_000, help="So many cases in pages instead, to try it.")] = None,
) -> None:
    """Measure Redress on this machine, which should have nothing else to do."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, it stops what it started
    unknown = set(names or ()) - set(CHOICES)
    if unknown:
        message = f"{', '.join(sorted(unknown))}: choose among {', '.join(CHOICES)}"
        raise typer.BadParameter(message)
    machine = _machine()
    found: dict[str, dict[str, float]] = {}
    failed: list[str] = []
    for name in names or [name for name in MEASUREMENTS if importlib.util.find_spec(f"benchmarks.{name}")]:
        begun = time.perf_counter()
        try:
            with console.status(f"measuring: {name} …"):
                found[name] = _measured(name, large=large, cases=cases)
        except Exception:  # noqa: BLE001  # the other figures are still worth having
            console.print_exception(max_frames=4)
            failed.append(name)
        console.print(f"{name}: {time.perf_counter() - begun:.0f} s")
    console.print(_table(found))
    output.parent.mkdir(parents=True, exist_ok=True)
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "figures": found, "failed": failed}
    output.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"Written to {output}. Machine: {machine}")
    if failed:
        raise typer.Exit(1)


def _measured(name: str, *, large: bool, cases: int | None) -> dict[str, float]:
    module = importlib.import_module(f"benchmarks.{name}")
    if name == "classify":
        return module.measure(accuracy=True)
    if name == "pages":
        return module.measure(large=large, cases=cases)
    return module.measure(large=True) if name in LARGER and large else module.measure()


def _table(found: dict[str, dict[str, float]]) -> Table:
    table = Table("figure", "measured", "must reach", "ratio")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, figures in found.items():
        table.add_section()
        for figure, measured in figures.items():
            goal = goal_of(figure)
            ratio = goal.ratio(measured)
            colour = "green" if goal.met(measured) else "red"
            told = "" if ratio is None else f"[{colour}]{ratio:.2f}[/{colour}]"
            table.add_row(f"[dim]{name}:[/dim] {figure}", f"{measured:,.4g} {goal.unit}".strip(), goal.bound, told)
    return table


def _machine() -> dict[str, object]:
    """Enough to compare figures by. `load`: how many processes wanted a processor before the measurement began."""
    return {
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "commit": subprocess.run(
            ("git", "rev-parse", "--short", "HEAD"), capture_output=True, text=True, check=False
        ).stdout.strip(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


if __name__ == "__main__":
    if sys.argv[1:2] == ["against"]:
        del sys.argv[1]
        typer.run(against.main)
    else:
        typer.run(main)
