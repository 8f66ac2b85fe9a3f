"""`redress route explain`: the routing table's dry run (DSP-1), from the policy file itself; nothing needs to run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from commands.kit.failure import CommandError
from commands.kit.language import language, saying
from models.common.vocabulary import Issue, Kind, Priority
from rules.case.routing import Explained, explain
from rules.policy.load import PolicyError, load_policy, slice_policy
from settings import Settings

app = typer.Typer(help="The routing table: which team gets a case.", no_args_is_help=True)

SENTENCES: dict[str, tuple[str, str]] = {
    "row": ("规则", "Row"),
    "team": ("团队", "Team"),
    "tier": ("先由", "First with"),
    "why": ("原因", "Why"),
    "goes": (
        "分给 {team}（{name}），先由 {tier} 处理，依据规则 {row}。",
        "Goes to {team} ({name}), first with the {tier}, by the row {row}.",
    ),
}


say = saying(SENTENCES)


@app.callback()
def route() -> None:
    """The routing table: which team gets a case."""


@app.command("explain")
def explain_(
    *,
    kind: Annotated[Kind, typer.Option(help="What the case is.")],
    issue: Annotated[Issue, typer.Option(help="What went wrong, as logistics.damaged.")],
    priority: Annotated[Priority, typer.Option(help="How urgent it is.")] = Priority.P3,
    region: Annotated[str | None, typer.Option(help="The order's region, as CN-SH.")] = None,
    merchant: Annotated[str | None, typer.Option(help="The merchant's id.")] = None,
    policy: Annotated[Path | None, typer.Option(help="Another policy file, to try it before it is used.")] = None,
) -> None:
    """Say which team would get a case, and why each row of the table fits or not."""
    try:
        loaded = load_policy(policy or Settings().policy)
    except PolicyError as error:
        raise CommandError(str(error)) from error
    table = slice_policy(loaded, datetime.now(UTC))
    rows = explain(table, kind=kind, issue=issue, priority=priority, region=region, merchant=merchant)
    console = Console()
    console.print(_table(rows))
    winner = next(found.row for found in rows if found.wins)
    name = loaded.teams[winner.team].in_(language())
    console.print(say("goes", team=winner.team, name=name, tier=winner.tier, row=winner.id), soft_wrap=True)


def _table(rows: tuple[Explained, ...]) -> Table:
    table = Table(box=box.SIMPLE)
    for column in ("row", "team", "tier", "why"):
        table.add_column(say(column), overflow="fold")
    for found in rows:
        style = "bold green" if found.wins else None if found.fits else "dim"
        table.add_row(found.row.id, found.row.team, found.row.tier, found.why.in_(language()), style=style)
    return table
