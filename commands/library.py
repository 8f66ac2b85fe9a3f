"""`redress library`: search all cases, and find those that are similar to one (ARC-2)."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from commands.kit.client import ApiOption, AsOption, Caller, TokenOption
from commands.kit.language import language, saying
from models.common.vocabulary import Issue, Stage
from rules.common.format import money_in

app = typer.Typer(help="The library: what open and closed cases say, and how similar ones ended.", no_args_is_help=True)

SENTENCES: dict[str, tuple[str, str]] = {
    "case": ("工单", "Case"),
    "issue": ("问题", "Issue"),
    "ended": ("结果", "Ended"),
    "words": ("原文", "Words"),
    "cause": ("原因", "Root cause"),
    "remedies": ("处理方式", "Remedies"),
    "shared": ("相同之处", "In common"),
    "cases": ("工单数", "Cases"),
    "nothing": ("没有找到符合条件的工单。", "No case was found."),
}
say = saying(SENTENCES)
AsJson = Annotated[bool, typer.Option("--json", help="As the API gives it.")]
Limit = Annotated[int, typer.Option(min=1, max=50, help="So many at most.")]


@app.callback()
def library() -> None:
    """The library: what open and closed cases say, and how similar ones ended."""


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="What to look for, Chinese or English.")],
    *,
    issue: Annotated[list[Issue] | None, typer.Option(help="Only cases of this issue; may be repeated.")] = None,
    stage: Annotated[list[Stage] | None, typer.Option(help="Only cases at this stage, as closed; may be repeated.")] = None,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's cases.")] = None,
    limit: Limit = 10,
    as_json: AsJson = False,
    as_: AsOption = "supervisor:console",
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Search all cases by their words; the best first."""
    query = {"q": " ".join(words), "limit": limit, "issue": issue or [], "stage": stage or []}
    if merchant is not None:
        query["merchant_id"] = merchant
    found = _asked(Caller.of(api, token, as_), "/v1/library", query)
    if as_json:
        Console().print_json(data=found)
        return
    _print(("case", "issue", "ended", "words"), (_found(case) for case in found["cases"]))


@app.command()
def similar(
    case_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    root_cause: Annotated[str | None, typer.Option(help="Only cases of this root cause.")] = None,
    limit: Limit = 10,
    as_json: AsJson = False,
    as_: AsOption = "supervisor:console",
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Find closed cases that have most in common with one, and how they ended."""
    query: dict[str, Any] = {"limit": limit} | ({"root_cause": root_cause} if root_cause else {})
    found = _asked(Caller.of(api, token, as_), f"/v1/cases/{case_id}/similar", query)
    if as_json:
        Console().print_json(data=found)
        return
    _print(("case", "issue", "ended", "cause", "remedies", "shared"), (_alike(case) for case in found["cases"]))
    if found["causes"]:
        _print(("cause", "cases", "ended"), ((one["root_cause"], str(one["cases"]), _outcomes(one)) for one in found["causes"]))


def _asked(caller: Caller, path: str, query: dict[str, Any]) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        async with caller.connect() as http:
            return (await caller.ask(http, "GET", path, params=query)).json()

    return asyncio.run(ask())


def _print(columns: tuple[str, ...], rows: Iterator[tuple[str | Text, ...]]) -> None:
    listed = [*rows]
    if not listed:
        typer.echo(say("nothing"))
        return
    table = Table(box=box.SIMPLE)
    for column in columns:
        table.add_column(say(column), overflow="fold")
    for row in listed:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    Console().print(table)


def _found(case: dict[str, Any]) -> tuple[str | Text, ...]:
    words = Text("\n").join(map(_marked, case["excerpts"]))
    return case["case_id"], case["issue_name"] or "", case["outcome"] or case["stage"], words


def _marked(excerpt: dict[str, Any]) -> Text:
    text = Text(excerpt["text"])
    for start, end in excerpt["marks"]:
        text.stylize("bold yellow", start, end)
    return text


def _alike(case: dict[str, Any]) -> tuple[str | Text, ...]:
    remedies = ", ".join(" ".join(filter(None, (one["kind"], _amount(one["amount"])))) for one in case["remedies"])
    ended = case["outcome"] or ""
    return case["case_id"], case["issue_name"] or "", ended, case["root_cause"] or "", remedies, ", ".join(case["shared"])


def _amount(amount: dict[str, Any] | None) -> str:
    return money_in(amount["minor"], amount["currency"], language()) if amount else ""


def _outcomes(cause: dict[str, Any]) -> str:
    return ", ".join(f"{outcome} {count}" for outcome, count in cause["outcomes"].items())
