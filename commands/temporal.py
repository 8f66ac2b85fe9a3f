"""`redress temporal setup`: what cases need on a Temporal server that is not ours to start (docs/operating.md)."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from temporalio.client import Client

from adapters.schedules import keep_schedules
from adapters.temporal.namespace import RETENTION, set_up
from commands.kit.language import saying
from commands.kit.temporal import connected, failed
from models.common.errors import RedressError
from rules.policy.load import load_policy
from settings import Settings

SENTENCES: dict[str, tuple[str, str]] = {
    "made": (
        "已创建命名空间 {namespace}，已结工单保留 {days} 天。",
        "Namespace {namespace} made; closed cases are shown for {days} days.",
    ),
    "retention": ("已结工单现在保留 {days} 天。", "Closed cases are shown for {days} days now."),
    "attributes": ("已添加搜索属性：{names}。", "Search attributes added: {names}."),
    "complete": ("{address} 的命名空间 {namespace} 已就绪。", "Namespace {namespace} at {address} has everything."),
}
say = saying(SENTENCES)

app = typer.Typer(help="The Temporal server.", no_args_is_help=True)


@app.callback()
def temporal() -> None:
    """The Temporal server."""


@app.command()
def setup(
    retention_days: Annotated[
        int | None,
        typer.Option(min=1, help=f"How long closed cases are shown. None: {RETENTION.days} for a new namespace, else as it is."),
    ] = None,
) -> None:
    """Make namespace, search attributes and schedules where they are missing. Safe to repeat."""
    settings = Settings()
    asyncio.run(_set_up(settings, timedelta(days=retention_days) if retention_days else None))


async def _set_up(settings: Settings, retention: timedelta | None) -> None:
    client = await connected(settings)
    try:
        await _tell(client, settings, retention)
    except RedressError as error:
        raise failed(error) from error


async def _tell(client: Client, settings: Settings, retention: timedelta | None) -> None:
    done = await set_up(client, settings, retention)
    if done.made:
        typer.echo(say("made", namespace=client.namespace, days=(retention or RETENTION).days))
    if done.retention:
        typer.echo(say("retention", days=done.retention.days))
    if done.attributes:
        typer.echo(say("attributes", names=", ".join(done.attributes)))
    await keep_schedules(client, settings, load_policy(settings.policy).zone)
    typer.echo(say("complete", namespace=client.namespace, address=settings.temporal))
