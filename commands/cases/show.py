"""`redress show ID`: one case on the terminal, as its caller may see it."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from commands.kit.client import ApiOption, AsOption, Caller, TokenOption
from commands.kit.language import say
from models.common.vocabulary import Locale
from rules.common.format import money_in
from rules.policy.load import load_policy
from settings import Settings


def show(
    case_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As the API gives it.")] = False,
    as_: AsOption = "supervisor:console",
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Show a case: where it stands, whose move it is, what happened."""
    asyncio.run(_show(Caller.of(api, token, as_), case_id, as_json=as_json))


async def _show(caller: Caller, case_id: str, *, as_json: bool) -> None:
    async with caller.connect() as http:
        case = (await caller.ask(http, "GET", f"/v1/cases/{case_id}")).json()
        entries = (await caller.ask(http, "GET", f"/v1/cases/{case_id}/timeline", params={"limit": 200})).json()["entries"]
    console = Console()
    if as_json:
        console.print_json(data=case | {"timeline": entries})
        return
    table = Table(title=f"{case['case_id']}  {case['kind']}", box=box.SIMPLE, show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _lines(case):
        if value:
            table.add_row(say(name), escape(value))
    console.print(table)
    console.print(f"[bold]{say('timeline')}[/bold]")
    for entry in entries:
        console.print(timeline_line(entry), soft_wrap=True)


def _lines(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "stage", case["stage"]
    yield "issue", " ".join(filter(None, (case["issue_name"], f"({case['issue']})" if case["issue"] else "")))
    yield "priority", (case["grade"] or {}).get("priority", "")
    yield "order", case["order_id"] or ""
    yield "customer", case["customer_id"]
    yield "team", " / ".join(filter(None, (case["tier"], case["team"], case["handler"])))
    if wait := case["waiting"]:
        moment = clock(wait["until"]) + (say("provisional") if wait.get("provisional") else "")
        until = say("until", until=moment, then=wait["then"])
        yield "waiting", f"{wait['on']}: {wait['for']}, {until}"
    if case["finding"]:
        yield "finding", case["finding"]["party"]
    if case["proposals"]:
        last = case["proposals"][-1]
        options = "; ".join(
            f"{number}. {_remedies(option['remedies'])}" for number, option in enumerate(last["options"], start=1)
        )
        yield "proposal", f"#{last['round']} {last['state']}: {options}"
    yield "remedies", _remedies(case["remedies"])
    into = case["merged"]["into"] if case.get("merged") else None
    yield "outcome", " → ".join(filter(None, (case["outcome"], into)))
    yield "actions", ", ".join(action["action"] for action in case["available_actions"])


def _remedies(remedies: list[dict[str, Any]]) -> str:
    def one(remedy: dict[str, Any]) -> str:
        state = remedy.get("refund_status")
        parts = (remedy["kind"], money(remedy["amount"]), f"({state})" if state and state != "none" else "")
        return " ".join(filter(None, parts))

    return " + ".join(map(one, remedies))


def money(amount: dict[str, Any] | None) -> str:
    """`CNY 12.90`."""
    return money_in(amount["minor"], amount["currency"], Locale.EN) if amount else ""


def clock(instant: str) -> str:
    """An instant in the market's zone, as the timeline's sentences tell it."""
    return f"{datetime.fromisoformat(instant).astimezone(_home()):%Y-%m-%d %H:%M}"


@cache
def _home() -> ZoneInfo:
    return ZoneInfo(load_policy(Settings().policy).zone)


def timeline_line(entry: dict[str, Any]) -> str:
    """One line of what happened, with rich's markup."""
    at = datetime.fromisoformat(entry["at"]).astimezone(_home())
    return f"[dim]{at:%m-%d %H:%M:%S}[/dim]  [cyan]{entry['by']:<10}[/cyan]  {escape(entry['text'])}"
