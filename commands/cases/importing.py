"""`redress import FILE`: opens a case for every row of a CSV, Excel or JSONL file (REC-1); stopped half-way, it goes on where it was.

Beside the file: `FILE.checkpoint` (rows that were opened) and `FILE.refused.csv` (rows that were not, each with the reason; mended, it
can be imported itself). Every row has an idempotency key of its own, so that a row sent twice is one case, whatever happens in between.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self

import httpx
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from commands.cases.rows import Reading, Row, read
from commands.cases.tables import write_csv
from commands.kit.client import BUSY, WHO_AM_I, ApiOption, AsOption, Caller, TokenOption, patiently, problem_of
from commands.kit.failure import CommandError
from commands.kit.language import language, say

"""Answers after which the same request may well succeed; everything else of 400 and above refuses the row."""
OPENED = 201
NOT_THE_ROWS_FAULT = frozenset({401, 403})
REASON = "reason"


def import_(
    file: Annotated[Path, typer.Argument(help="CSV or Excel with a header, or JSON lines.", exists=True, dir_okay=False)],
    *,
    check: Annotated[bool, typer.Option("--check", help="Say what would become of the file, and open nothing.")] = False,
    ignore: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="A column to leave out; may be given again.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding, where it is taken for another.")] = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many requests are under way at the same time.")] = 8,
    as_: AsOption = WHO_AM_I,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Say what each column is taken for, then open a case for every row. The same rows again open nothing."""
    reading = read(file, frozenset(ignore or ()), encoding)
    _tell(file, reading)
    rows = list(reading.rows)
    if not rows:
        raise CommandError(say("no_rows", file=file))
    if check:
        typer.echo(say("only_checked"))
        raise typer.Exit(1 if any(row.fault for row in rows) else 0)
    tally = asyncio.run(_import(Caller.of(api, token, as_), file, rows, at_once))
    typer.echo(
        say(
            "imported",
            rows=len(rows),
            opened=tally.results["opened"],
            joined=tally.results["joined"],
            earlier=tally.results["earlier"],
            refused=len(tally.refused),
        )
    )
    if tally.refused:
        typer.echo(say("refused_in", file=_refused_file(file)))
        raise typer.Exit(1)


def _tell(file: Path, reading: Reading) -> None:
    """How the file was understood, before anything is done with it."""
    typer.echo(say("reading", file=file.name, rows=len(reading.rows), form=reading.form))
    width = max(map(cell_len, reading.columns))
    for header, column in reading.columns.items():
        typer.echo(f"  {header}{' ' * (width - cell_len(header))}  {column.use.in_(language()) if column else say('not_used')}")
    faults = [row.fault for row in reading.rows if row.fault]
    if faults:
        typer.echo(say("unreadable", count=len(faults), first=faults[0]))


@dataclass
class Tally:
    results: Counter[str] = field(default_factory=Counter[str])
    refused: list[tuple[Row, str]] = field(default_factory=list[tuple[Row, str]])


async def _import(caller: Caller, file: Path, rows: list[Row], at_once: int) -> Tally:
    tally = Tally()
    with _Checkpoint(file.with_name(f"{file.name}.checkpoint")) as checkpoint, _progress(len(rows)) as (progress, bar):
        left = [row for row in rows if row.key not in checkpoint.done]
        tally.results["earlier"] = len(rows) - len(left)
        if tally.results["earlier"]:
            progress.console.print(say("resumed", count=tally.results["earlier"]))
            progress.advance(bar, tally.results["earlier"])
        waiting = iter(left)
        async with caller.connect(limits=httpx.Limits(max_connections=at_once)) as http:

            async def work() -> None:
                for row in waiting:
                    await _one(caller, http, row, tally, checkpoint)
                    progress.advance(bar)

            workers = [asyncio.create_task(work()) for _ in range(at_once)]
            try:
                await asyncio.gather(*workers)
            except CommandError as error:
                raise CommandError(say("import_stopped", why=error)) from error
            finally:
                for worker in workers:
                    worker.cancel()
                _write_refused(file, tally.refused)
    return tally


async def _one(caller: Caller, http: httpx.AsyncClient, row: Row, tally: Tally, checkpoint: "_Checkpoint") -> None:
    if row.case is None:
        tally.refused.append((row, row.fault))
        return
    answer = await _sent(caller, http, row.case, row.key)
    if answer.is_error:
        tally.refused.append((row, problem_of(answer)))
        return
    opened: dict[str, Any] = answer.json()
    tally.results["joined" if opened.get("joined") else "opened" if answer.status_code == OPENED else "earlier"] += 1
    checkpoint.add(row.key, opened["case_id"])


async def _sent(caller: Caller, http: httpx.AsyncClient, case: dict[str, Any], key: str) -> httpx.Response:
    """The API's final word on a row. Raises CommandError when it has none, or none that is about the row."""
    try:
        answer = await patiently(lambda: http.post("/v1/cases", json=case, headers={"Idempotency-Key": key}))
    except httpx.TransportError as error:
        raise caller.unreachable() from error
    if answer.status_code in NOT_THE_ROWS_FAULT | BUSY:
        raise CommandError(problem_of(answer))
    return answer


class _Checkpoint:
    """Keys of the rows that were opened, one JSON line each; a line cut short by a crash is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.done: dict[str, str] = {}

    def __enter__(self) -> Self:
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                self.done[entry["key"]] = entry["case_id"]
            except (ValueError, KeyError, TypeError):
                continue
        self._file = self._path.open("a", encoding="utf-8")
        if text and not text.endswith("\n"):
            self._file.write("\n")
        return self

    def add(self, key: str, case_id: str) -> None:
        self._file.write(json.dumps({"key": key, "case_id": case_id}) + "\n")
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        self._file.close()


@contextmanager
def _progress(total: int) -> Generator[tuple[Progress, Any]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress, progress.add_task(say("importing"), total=total)


def _refused_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.refused.csv")


def _write_refused(file: Path, refused: list[tuple[Row, str]]) -> None:
    """The rows as they were, with why; the file goes when nothing is refused any more."""
    path = _refused_file(file)
    if not refused:
        path.unlink(missing_ok=True)
        return
    columns = list(dict.fromkeys(name for row, _ in refused for name in row.values if name))
    rows = sorted(refused, key=lambda item: item[0].number)
    flat = ({name: _flat(value) for name, value in row.values.items()} | {REASON: " ".join(why.split())} for row, why in rows)
    write_csv(path, [*columns, REASON], flat)


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
