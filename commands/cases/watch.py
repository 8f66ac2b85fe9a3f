"""`redress watch ID`: a case's timeline as it happens, by server-sent events; connects again after an interruption."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, NamedTuple

import httpx
import typer
from rich.console import Console

from commands.cases.show import timeline_line
from commands.kit.client import ApiOption, AsOption, Caller, TokenOption, problem_of
from commands.kit.failure import CommandError
from commands.kit.language import say

SILENCE = 45.0
"""Seconds without even a heartbeat after which the connection counts as lost."""
PAUSE = 1.0


def watch(
    case_id: Annotated[str, typer.Argument(metavar="ID")],
    as_: AsOption = "supervisor:console",
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Follow a case until it is closed; Ctrl-C stops looking, not the case."""
    try:
        asyncio.run(_watch(Caller.of(api, token, as_), case_id))
    except KeyboardInterrupt:
        raise typer.Exit from None


async def _watch(caller: Caller, case_id: str) -> None:
    console, notes = Console(), Console(stderr=True)
    last: str | None = None
    reached = False
    while True:
        try:
            async for event in _events(caller, case_id, last):
                if event.name == "end":
                    notes.print(say("case_closed"), style="dim")
                    return
                reached, last = True, event.id
                console.print(timeline_line(json.loads(event.data)), soft_wrap=True)
        except httpx.TransportError as error:
            if not reached:
                raise caller.unreachable() from error
        notes.print(say("reconnecting"), style="dim")
        await asyncio.sleep(PAUSE)


class _Event(NamedTuple):
    name: str
    id: str | None
    data: str


async def _events(caller: Caller, case_id: str, last: str | None) -> AsyncIterator[_Event]:
    """The server-sent events after the one with the id `last`."""
    headers = {"Last-Event-ID": last} if last else {}
    async with (
        caller.connect() as http,
        http.stream("GET", f"/v1/cases/{case_id}/events", headers=headers, timeout=httpx.Timeout(10, read=SILENCE)) as answer,
    ):
        if answer.is_error:
            await answer.aread()
            raise CommandError(problem_of(answer))
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(":")
            if line:
                fields[name] = value.removeprefix(" ")  # a comment has no name: a heartbeat
            elif "data" in fields:
                yield _Event(fields.get("event", ""), fields.get("id"), fields["data"])
                fields = {}
