"""`redress demo`: people of every role play a case of every remedy (RES-3), and more, through the public API: Redress alive."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Annotated, Any

import httpx
import typer
from rich import box
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from commands.cases.show import money
from commands.demo.player import AGENT, SUPERVISOR, THINKING, Stage, Story
from commands.demo.plots import Plot
from commands.demo.stories import PLOTS
from commands.kit.client import ApiOption, Caller
from commands.kit.failure import CommandError
from commands.kit.language import language, say
from commands.kit.people import let_in
from models.common.vocabulary import Locale, Role
from rules.notifications.texts import texts
from settings import Settings

SEEN_AT_ONCE = 24
MOST_TOLD = 60
"""Of so many cases it is told in the end what they showed."""
WIDE = 120
"""Columns of a terminal on which the last move fits too."""


def demo(
    *,
    cases: Annotated[int, typer.Option(min=1, max=500, help="How many cases are played.")] = len(PLOTS),
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many at the same time.")] = 10,
    slow: Annotated[
        bool, typer.Option("--slow", help="People take their time: the queue of the console moves before your eyes.")
    ] = False,
    sandbox: Annotated[str | None, typer.Option(envvar="REDRESS_SANDBOX_URL", help="Where the sandbox is.")] = None,
    api: ApiOption = None,
) -> None:
    """Play a case of every remedy, and more, against the sandbox: each ends in the archive, or waits where its story leaves it."""
    settings = Settings()
    caller = Caller.of(api, None, f"supervisor:{SUPERVISOR}")
    sandbox = (sandbox or f"http://{settings.sandbox_host}:{settings.sandbox_port}").rstrip("/")
    stories = asyncio.run(play(settings, caller, sandbox, (cases, at_once), THINKING if slow else 0.0))
    _summarise(settings, caller, stories)
    if not all(story.as_meant for story in stories):
        raise typer.Exit(1)


async def play(settings: Settings, caller: Caller, sandbox: str, many: tuple[int, int], thinking: float) -> list[Story]:
    """`many`: how many cases, and how many of them at once."""
    cases, at_once = many
    await let_in(settings, Role.AGENT, AGENT)
    async with httpx.AsyncClient(timeout=30) as http:
        try:
            (await http.get(f"{caller.address}/healthz")).raise_for_status()
        except httpx.HTTPError as error:
            raise caller.unreachable() from error
        used = await _used_orders(http, caller)
        catalogue, tempers = await _sandbox(http, sandbox, "catalogue"), await _sandbox(http, sandbox, "tempers")
        stories = list(cast(catalogue, tempers, used, cases))
        changed = {story.order["order_id"]: story.plot.merchant for story in stories if story.asks_a_temper}
        if changed:
            (await http.put(f"{sandbox}/tempers", json=changed)).raise_for_status()
        stage = Stage(settings, caller.address, sandbox, http, thinking)
        await stage.employ_approver()
        turns, console = asyncio.Semaphore(at_once), Console()

        async def one(number: int, story: Story) -> None:
            await asyncio.sleep(number * thinking)  # one after the other, where there is time
            async with turns:
                await stage.play(story, lambda: live.update(_table(stories, console.width)))

        with Live(_table(stories, console.width), console=console, refresh_per_second=4) as live:
            await asyncio.gather(*(one(number, story) for number, story in enumerate(stories)))
    return stories


async def _sandbox(http: httpx.AsyncClient, sandbox: str, what: str) -> Any:  # JSON, as it tells it
    try:
        answer = (await http.get(f"{sandbox}/{what}")).raise_for_status()
    except httpx.HTTPError as error:
        raise CommandError(say("no_sandbox", address=sandbox)) from error
    return answer.json()


async def _used_orders(http: httpx.AsyncClient, caller: Caller) -> set[str]:
    """Orders that have had a case: another demo, or the reader's own."""
    used: set[str] = set()
    page: str | None = "/v1/cases?limit=200"
    while page:
        answer = (await http.get(f"{caller.address}{page}", headers=caller.headers)).raise_for_status().json()
        used |= {case["order_id"] for case in answer["cases"] if case["order_id"]}
        page = answer["next"]
    return used


def cast(
    catalogue: list[dict[str, Any]], tempers: dict[str, str], used: set[str], cases: int, plots: Sequence[Plot] = PLOTS
) -> Iterator[Story]:
    """Give each story a fresh order that it can be about: the first of each state are left to the reader while others are, and customers who
    had a case only have their turn when no other has such an order: what is refunded without a person is bounded for each (RES-10).

    Where no merchant of the temper has one left, another's order will do, with that temper for this order.
    """
    firsts = {order["state"]: order["order_id"] for order in reversed(catalogue)}.values()
    fresh = [order for order in catalogue if order["order_id"] not in used]
    known = {order["customer_id"] for order in catalogue if order["order_id"] in used}
    fresh.sort(key=lambda order: (order["order_id"] in firsts, order["customer_id"] in known, order["order_id"]))
    for plot in islice(cycle(plots), cases):
        fitting = [order for order in fresh if _fits(plot, order, tempers)]
        own = [order for order in fitting if plot.merchant in {"", tempers.get(order["merchant_id"])}]
        order = next(iter(own or (fitting if not plot.carrier else [])), None)
        if order is None:
            raise CommandError(say("no_order", state=plot.state or "delivered", merchant=plot.merchant or "-"))
        fresh.remove(order)
        yield Story(plot, order, asks_a_temper=not own)


def _fits(plot: Plot, order: dict[str, Any], tempers: dict[str, str]) -> bool:
    return order["state"] == (plot.state or "delivered") and plot.carrier in {"", tempers.get(order["carrier_id"] or "")}


def _table(stories: list[Story], width: int) -> Table:
    table = Table(box=box.SIMPLE, expand=True, pad_edge=False)
    table.add_column(no_wrap=True, width=1)
    table.add_column(say("case"), no_wrap=True, width=15)
    table.add_column(say("story"), overflow="ellipsis", no_wrap=True, ratio=2)
    table.add_column(say("stage"), overflow="ellipsis", no_wrap=True, width=14)
    for name in ("waiting", *(["last_move"] if width >= WIDE else [])):
        table.add_column(say(name), overflow="ellipsis", no_wrap=True, ratio=1)
    begun = [story for story in stories if story.case_id or story.trouble]
    for story in begun[-SEEN_AT_ONCE:]:
        wait = story.view.get("waiting")
        mark = f"[{'green' if story.as_meant else 'red'}]{_mark(story)}[/]" if story.over else ""
        waiting = f"{wait['on']}: {wait['for']}" if wait and not story.closed else ""
        cells = (mark, story.case_id, escape(_name(story)), story.view.get("stage", ""), waiting, story.last_move)
        table.add_row(*cells[: len(table.columns)])
    done = sum(story.over for story in stories)
    table.caption = f"{done}/{len(stories)}"
    return table


def _summarise(settings: Settings, caller: Caller, stories: list[Story]) -> None:
    ends = Counter(_end(story) for story in stories)
    paid: Counter[str] = Counter()
    for story in stories:
        for remedy in story.view.get("remedies", ()):
            if remedy["refund_status"] == "arrived":
                paid[remedy["amount"]["currency"]] += remedy["amount"]["minor"]
    alone = sum(1 for story in stories if story.view.get("automatic"))
    typer.echo("")
    for story in stories[:MOST_TOLD]:
        typer.echo(f"{_mark(story)} {story.case_id or '-':<15}  {_name(story)} → {_shown(story)}")
    typer.echo("")
    for end, count in ends.most_common():
        typer.echo(f"{count:>4}  {end}")
    amounts = ", ".join(money({"currency": currency, "minor": minor}) for currency, minor in paid.items())
    typer.echo(say("demo_figures", alone=alone, amounts=amounts or "0"))
    for story in stories:
        if not story.as_meant:
            typer.echo(say("demo_trouble", case=story.case_id or "-", story=_name(story), why=story.trouble))
    example = next((story.case_id for story in stories if story.case_id), "RD-…")
    ui = settings.temporal_ui_url or say("unknown_ui")
    typer.echo(say("demo_look", ui=ui, docs=f"{caller.address}/docs", case=example))


def _mark(story: Story) -> str:
    return "✓" if story.as_meant else "✗"


def _shown(story: Story) -> str:
    """What the case showed: what was given, and what became of its claims; or whom it is left waiting for."""
    if not story.closed:
        return _end(story)
    words, locale = texts("UTC"), language()  # names of code words, no times
    given = [
        " ".join(filter(None, (words.name(remedy["kind"], locale), money(remedy["amount"]))))
        for remedy in story.view["remedies"]
        if remedy["done_at"]
    ]
    claims = [
        f"{words.name(claim['kind'], locale)} {money(claim['claimed'])} ({words.name(claim['status'], locale)})"
        for claim in story.view["claims"]
    ]
    return "; ".join((*given, *claims)) or f"{story.view['outcome']}"


def _name(story: Story) -> str:
    return story.plot.name[language() is Locale.EN]


def _end(story: Story) -> str:
    if story.closed:
        return f"closed: {story.view['outcome']}"
    wait = story.view.get("waiting")
    return f"{story.view.get('stage', '?')}, {wait['on']}: {wait['for']}" if wait else f"{story.view.get('stage', '?')}"
