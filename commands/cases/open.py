"""`redress open`: opens a case from options or a file."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any, cast
from uuid import uuid4

import typer
import yaml

from commands.cases.rows import line_of, minor_of
from commands.kit.client import WHO_AM_I, ApiOption, AsOption, Caller, TokenOption
from commands.kit.failure import CommandError
from commands.kit.language import language, say


def open_case(
    *,
    description: Annotated[
        str | None, typer.Option("--description", "-d", help="What happened, in the customer's words.")
    ] = None,
    kind: Annotated[str, typer.Option(help="inquiry, after_sales or complaint.")] = "after_sales",
    customer: Annotated[str | None, typer.Option(help="The customer's id; a customer's own token needs none.")] = None,
    order: Annotated[str | None, typer.Option(help="The order's id.")] = None,
    line: Annotated[list[str] | None, typer.Option(metavar="LINE[:QUANTITY]", help="Which lines of the order.")] = None,
    issue: Annotated[str | None, typer.Option(help="The issue's code, as logistics.damaged; none: found from the words.")] = None,
    remedy: Annotated[str | None, typer.Option(help="What is asked for, as refund_only.")] = None,
    amount: Annotated[str | None, typer.Option(help="How much, as 129.00; none: what is fair.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of the amount; none: the policy's.")] = None,
    channel: Annotated[
        str | None, typer.Option(help="How the customer reached us; none: by hotline when --customer is named, else by web.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="All of it as JSON or YAML, as POST /v1/cases takes it; - reads stdin.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key: the same key never opens a second case.")] = None,
    as_: AsOption = WHO_AM_I,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Open a case and say its id."""
    if file is not None:
        case = _read(file)
    elif description is None:
        raise CommandError(say("needs_words"), code=2)
    else:
        try:
            lines = [line_of(text) for text in line or []]
            wanted = {"remedy": remedy, "amount": minor_of(amount, currency) if amount else None} if remedy else None
        except ValueError as error:
            raise CommandError(str(error), code=2) from error
        case: dict[str, Any] = {
            "kind": kind,
            "channel": channel or ("hotline" if customer else None),
            "customer": {"id": customer, "locale": language().value} if customer else None,
            "order_id": order,
            "lines": lines,
            "issue": issue,
            "description": description,
            "wanted": wanted,
        }
        case = {name: value for name, value in case.items() if value}
    asyncio.run(_open(Caller.of(api, token, as_), case, key or uuid4().hex))


async def _open(caller: Caller, case: dict[str, Any], key: str) -> None:
    async with caller.connect() as http:
        answer = await caller.ask(http, "POST", "/v1/cases", json=case, headers={"Idempotency-Key": key})
    opened = answer.json()
    sentence = "joined" if opened.get("joined") else "opened"
    typer.echo(say(sentence, case=opened["case_id"]))
    typer.echo(say("look_next", case=opened["case_id"]), err=True)


def _read(file: Path) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        case = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CommandError(say("bad_file", file=file, why=error)) from error
    if not isinstance(case, dict):
        raise CommandError(say("bad_file", file=file, why="not an object"))
    return cast("dict[str, Any]", case)
