"""`redress release`: which release of the workers works on cases, while they are open (docs/releases.md)."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError
from temporalio.worker import Replayer

from adapters.logs.correlation import Correlation
from adapters.seal import Sealed
from adapters.temporal import releases
from adapters.temporal.connection import connect
from commands.kit.failure import CommandError
from commands.kit.language import saying
from commands.kit.temporal import trouble_of
from models.common.errors import RedressError
from rules.case.grading import prepare
from rules.policy.load import load_policy
from settings import Settings
from workflows.kit.sandbox import RUNNER

T = TypeVar("T")

SENTENCES: dict[str, tuple[str, str]] = {
    "unnamed": (
        "请设置 TEMPORAL_DEPLOYMENT_NAME 与 TEMPORAL_WORKER_BUILD_ID，或使用 --deployment 与 --build-id。",
        "Set TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID, or say --deployment and --build-id.",
    ),
    "failed": ("{id}：{why}", "{id}: {why}"),
    "refused": (
        "{failed} 个未结流程无法用本版本重放（共 {count} 个）；版本未切换。请用 patched 保留旧路径（见变更指南）后重试。",
        "{failed} of {count} open workflows do not replay with this release; nothing was changed. Keep the old way by `patched` (change guide).",
    ),
    "replayed": ("{count} 个未结流程均可用本版本重放。", "{count} open workflows replay with this release."),
    "promoted": ("{build} 现为当前版本。", "{build} is current: all cases go on with it."),
    "free": (
        "{count} 个曾留在其他版本的流程现由当前版本处理。",
        "{count} workflows that stayed with another release go on with it.",
    ),
    "held": (
        "{count} 个流程无法用本版本重放，留在其所在版本；请让该版本的 worker 继续运行。",
        "{count} do not replay with this release and stay with the one that they are at: keep its workers.",
    ),
    "ramped": ("{build} 现处理 {percentage:g}% 的工单。", "{build} works on {percentage:g} of 100 cases."),
    "none": ("{name} 没有任何版本：worker 尚未上线。", "{name} has no version: none of its workers ever came up."),
    "version": (
        "{build}  {status}  {made}  未结流程 {running} 个，其中 {held} 个留在此版本",
        "{build}  {status}  of {made}  {running} open workflows, {held} of them stay with it",
    ),
    "waiting": (
        "{count} 个未结流程尚无版本处理；若没有当前版本，它们会一直等待：redress release promote",
        "{count} open workflows are with no version. While none is current, they wait: redress release promote",
    ),
}
say = saying(SENTENCES)
MOST = 1000
"""Open workflows that are replayed unless told otherwise, the newest first."""

app = typer.Typer(help="Which release of the workers works on cases.", no_args_is_help=True)

Deployment = Annotated[str | None, typer.Option(help="The Worker Deployment.", envvar="TEMPORAL_DEPLOYMENT_NAME")]
BuildId = Annotated[str | None, typer.Option(help="The version of it.", envvar="TEMPORAL_WORKER_BUILD_ID")]
Most = Annotated[int, typer.Option(help="How many open workflows are replayed, the newest first.", min=1)]
Unchecked = Annotated[bool, typer.Option("--unchecked", help="Replay nothing.")]


@app.callback()
def release() -> None:
    """Which release of the workers works on cases."""


@app.command()
def check(
    most: Most = MOST,
    histories: Annotated[Path | None, typer.Option(help="Replay the histories in this folder instead of the open ones.")] = None,
) -> None:
    """Replay open workflows with the code of this release, and change nothing: the gate of `promote` and `ramp`."""
    _run(lambda client, settings: _gate(client, settings, most, histories))


@app.command()
def promote(*, deployment: Deployment = None, build_id: BuildId = None, most: Most = MOST, unchecked: Unchecked = False) -> None:
    """Have all cases go on with this release, after the gate."""
    name, build = _named(deployment, build_id)

    async def promoting(client: Client, settings: Settings) -> None:
        if not unchecked:
            await _gate(client, settings, most)
        await releases.promote(client, name, build)
        typer.echo(say("promoted", build=build))
        await _let_go(client, settings, [held async for held in releases.running(client, settings.task_queue, releases.HELD)])

    _run(promoting)


@app.command()
def back(*, deployment: Deployment = None, build_id: BuildId = None) -> None:
    """Go back to this release, with its own programs: cases that took a way it does not know stay with the release they are at.

    Broken off, it goes on where it was when it is called again; meanwhile each case goes on with the release that it is at.
    """
    name, build = _named(deployment, build_id)

    async def returning(client: Client, settings: Settings) -> None:
        held = await releases.hold(client, settings.task_queue, build)
        await releases.promote(client, name, build)
        await releases.ramp(client, name, build, 0)
        typer.echo(say("promoted", build=build))
        await _let_go(client, settings, held)

    _run(returning)


@app.command()
def ramp(
    percentage: Annotated[float, typer.Argument(min=0, max=100, help="Of cases; 0: none any more.")],
    *,
    deployment: Deployment = None,
    build_id: BuildId = None,
    most: Most = MOST,
    unchecked: Unchecked = False,
) -> None:
    """Have some cases go on with this release, always the same ones, after the gate. A lower share takes cases back to the current one."""
    name, build = _named(deployment, build_id)

    async def ramping(client: Client, settings: Settings) -> None:
        if percentage and not unchecked:
            await _gate(client, settings, most)
        await releases.ramp(client, name, build, percentage)

    _run(ramping)
    typer.echo(say("ramped", build=build, percentage=percentage))


@app.command()
def status(*, deployment: Deployment = None) -> None:
    """Which releases there are, what they do, and on how many open workflows: one that is `drained` may be stopped."""
    name, _ = _named(deployment, "any")
    found = _run(lambda client, _: releases.releases(client, name))
    for one in found.versions:
        told = one.status if one.percentage is None else f"{one.status} {one.percentage:g}%"
        typer.echo(
            say(
                "version",
                build=one.build_id,
                status=told,
                made=f"{one.made_at:%Y-%m-%d %H:%M}Z",
                running=one.running,
                held=one.held,
            )
        )
    if not found.versions:
        typer.echo(say("none", name=name))
    if found.of_no_version:
        typer.echo(say("waiting", count=found.of_no_version))


def _named(deployment: str | None, build_id: str | None) -> tuple[str, str]:
    settings = Settings()
    name, build = deployment or settings.temporal_deployment_name, build_id or settings.temporal_worker_build_id
    if name is None or build is None:
        raise CommandError(say("unnamed"), code=2)
    return name, build


def _run(work: Callable[[Client, Settings], Awaitable[T]]) -> T:
    async def working() -> T:
        settings = Settings()
        try:
            return await work(await connect(settings, lazy=True), settings)
        except (RedressError, RPCError, RuntimeError) as error:
            raise CommandError(trouble_of(error, settings)) from error

    return asyncio.run(working())


async def _gate(client: Client, settings: Settings, most: int, folder: Path | None = None) -> None:
    """Raises CommandError when one does not replay, after it has named all of them."""
    replayer = _replayer(client, settings)
    count = wrong = 0
    async for history in _saved(folder) if folder else _running(client, settings, most):
        count += 1
        wrong += not await _replays(replayer, history)
    if wrong:
        raise CommandError(say("refused", failed=wrong, count=count))
    typer.echo(say("replayed", count=count))


async def _let_go(client: Client, settings: Settings, held: list[releases.Workflow]) -> None:
    """Those that were held on the way back: the ones that replay with this release go on with it, the others are named and stay."""
    replayer = _replayer(client, settings)
    free = stay = 0
    for workflow in held:
        if await _replays(replayer, await workflow.fetch_history()):
            await releases.let_go(client, workflow)
            free += 1
        else:
            stay += 1
    if held:
        typer.echo(say("free", count=free))
    if stay:
        typer.echo(say("held", count=stay))


def _replayer(client: Client, settings: Settings) -> Replayer:
    # slow to import, and no other command needs it
    from worker import WORKFLOWS  # noqa: PLC0415

    prepare(load_policy(settings.policy).grading)
    return Replayer(
        workflows=WORKFLOWS,
        workflow_runner=RUNNER,
        data_converter=client.data_converter,
        interceptors=[Correlation(), Sealed(settings)],
    )


async def _replays(replayer: Replayer, history: WorkflowHistory) -> bool:
    """One that does not is named."""
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    if result.replay_failure is not None:
        typer.echo(say("failed", id=history.workflow_id, why=str(result.replay_failure).partition("\n")[0]))
    return result.replay_failure is None


async def _running(client: Client, settings: Settings, most: int) -> AsyncGenerator[WorkflowHistory]:
    """The histories of open workflows, the newest first. One that ends meanwhile is replayed too."""
    async for workflow in releases.running(client, settings.task_queue, most=most):
        yield await workflow.fetch_history()


async def _saved(folder: Path) -> AsyncGenerator[WorkflowHistory]:
    """As `temporal workflow show --output json` and `tests/replay/record.py` write them."""
    for path in sorted(folder.glob("*.json")):
        events = json.loads(path.read_text(encoding="utf-8"))
        started = events["events"][0]["workflowExecutionStartedEventAttributes"]
        yield WorkflowHistory.from_json(started["workflowId"], events)
