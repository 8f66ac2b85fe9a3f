"""`redress report NAME`: a report as a table, or as a file for a spreadsheet or a picture."""

import asyncio
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from commands.kit.client import ApiOption, AsOption, Caller, TokenOption
from commands.kit.failure import CommandError
from commands.kit.language import language, saying
from models.figures import FigureUnit
from rules.figures.values import shown

SENTENCES: dict[str, tuple[str, str]] = {
    "bad_filter": ("--filter 的写法是 名称=值，例如 channel=app", "--filter is NAME=VALUE, as in channel=app"),
    "period": ("{since} 至 {until}（{zone}）；括号内为上期", "{since} to {until} ({zone}); in brackets: the period before"),
    "total": ("合计", "total"),
    "left_off": ("另有 {count} 行；用 --limit 显示更多。", "{count} rows more; --limit shows them."),
    "needs_file": ("{form} 需要 --output 文件名", "{form} needs a file: --output"),
    "written": ("已写入 {file}", "Written to {file}"),
}
say = saying(SENTENCES)


class As(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    SVG = "svg"
    PNG = "png"


BINARY = {As.XLSX, As.PNG}


def report(
    name: Annotated[
        str,
        typer.Argument(
            metavar="REPORT",
            help="dashboard, volume, resolution, satisfaction, responsibility, sla, hours, times, given or recoveries.",
        ),
    ] = "dashboard",
    *,
    since: Annotated[str | None, typer.Option("--from", help="A day, as 2026-05-01; none: four weeks before the end.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Until before this day; none: now.")] = None,
    zone: Annotated[str | None, typer.Option(help="Whose days and hours, as Asia/Shanghai; none: the market's.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="What to count by, as merchant_id; up to two.")] = None,
    filters: Annotated[list[str] | None, typer.Option("--filter", metavar="NAME=VALUE", help="Only these cases.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many rows, the greatest first.")] = 50,
    form: Annotated[As, typer.Option("--format", help="What to make of it.")] = As.TABLE,
    output: Annotated[Path | None, typer.Option(help="Where a file is written; none: the terminal.")] = None,
    as_: AsOption = "supervisor:console",
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Show figures of the cases that were opened in a period, beside the period before."""
    if form in BINARY and output is None:
        raise CommandError(say("needs_file", form=form))
    asked: dict[str, Any] = {"opened_from": since, "opened_to": until, "zone": zone, "by": by or [], "limit": limit}
    for one in filters or ():
        key, mark, value = one.partition("=")
        if not mark:
            raise CommandError(say("bad_filter"))
        asked.setdefault(key, []).append(value)
    if form not in {As.TABLE, As.JSON}:
        asked["format"] = form.value
    answer = asyncio.run(_ask(Caller.of(api, token, as_), name, {key: value for key, value in asked.items() if value}))
    if form is As.TABLE:
        _print(answer.json())
    else:
        _write(answer.content, output)


async def _ask(caller: Caller, name: str, asked: dict[str, Any]) -> Any:  # httpx's answer
    async with caller.connect() as http:
        return await caller.ask(http, "GET", f"/v1/reports/{name}", params=asked)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CommandError(str(error)) from error
    typer.echo(say("written", file=output), err=True)


def _print(told: dict[str, Any]) -> None:
    console, locale = Console(), language().value
    table = Table(title=told["title"][locale], box=box.SIMPLE, title_justify="left")
    dimensions = [*(told["rows"][0]["by"] if told["rows"] else ())]
    for dimension in dimensions:
        table.add_column(dimension, overflow="fold")
    for column in told["columns"]:
        table.add_column(column["title"][locale], justify="right")
    for row in told["rows"]:
        table.add_row(
            *(escape(value or "–") for value in row["by"].values()),
            *_cells(row["figures"], told["columns"], row["by"].get("currency")),
        )
    if told["total"]:
        about = [say("total"), *[""] * (len(dimensions) - 1)][: len(dimensions)]
        table.add_row(*about, *_cells(told["total"], told["columns"], None), style="bold")
    console.print(table)
    days = {name: told[name][:16].replace("T", " ") + "Z" for name in ("opened_from", "opened_to")}
    console.print(say("period", since=days["opened_from"], until=days["opened_to"], zone=told["zone"]), soft_wrap=True)
    if told["left_off"]:
        console.print(say("left_off", count=told["left_off"]))


def _cells(figures: dict[str, Any], columns: list[dict[str, Any]], currency: str | None) -> Iterator[str]:
    for column in columns:
        figure, unit = figures[column["name"]], FigureUnit(column["unit"])
        now, then = (shown(figure[which], unit, currency, language()) for which in ("value", "before"))
        yield f"{now} ({then})"
