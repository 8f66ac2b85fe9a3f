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
from commands.kit.temporal import failed
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
    "away": (
        "{address} 没有 Temporal 服务响应（{why}）。",
        "No Temporal server answers at {address} ({why}).",
    ),
    "failed": ("{id}：{why}", "{id}: {why}"),
    "refused": (
        "{failed} 个未结流程无法用本版本重放（共 {count} 个）；版本未切换。请用 workflow.patched 保留旧路径后重试。",
        "{failed} of {count} open workflows do not replay with this release, which stays as it is. Keep the old way by workflow.patched.",
    ),
    "replayed": ("{count} 个未结流程均可用本版本重放。", "{count} open workflows replay with this release."),
    "promoted": ("{build} 现为当前版本。", "{build} is current: all cases go on with it."),
    "ramped": ("{build} 现处理 {percentage:g}% 的工单。", "{build} works on {percentage:g} of 100 cases."),
    "none": ("{name} 没有任何版本：worker 尚未上线。", "{name} has no version: none of its workers ever came up."),
    "version": ("{build}  {status}  {made}  未结流程 {running} 个", "{build}  {status}  of {made}  {running} open workflows"),
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
Unchecked = Annotated[bool, typer.Option("--unchecked", help="Replay nothing: to go back to a release that was current.")]


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
    """Have all cases go on with this release, after the gate; also to go back to one."""
    name, build = _named(deployment, build_id)

    async def promoting(client: Client, settings: Settings) -> None:
        if not unchecked:
            await _gate(client, settings, most)
        await releases.promote(client, name, build)

    _run(promoting)
    typer.echo(say("promoted", build=build))


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
        typer.echo(say("version", build=one.build_id, status=told, made=f"{one.made_at:%Y-%m-%d %H:%M}Z", running=one.running))
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
        except RedressError as error:
            raise failed(error) from error
        except (RPCError, RuntimeError) as error:
            raise CommandError(say("away", address=settings.temporal, why=error)) from error

    return asyncio.run(working())


async def _gate(client: Client, settings: Settings, most: int, folder: Path | None = None) -> None:
    """Raises CommandError when one does not replay, after it has named all of them."""
    # slow to import, and no other command needs it
    from worker import WORKFLOWS  # noqa: PLC0415

    prepare(load_policy(settings.policy).grading)
    replayer = Replayer(
        workflows=WORKFLOWS,
        workflow_runner=RUNNER,
        data_converter=client.data_converter,
        interceptors=[Correlation(), Sealed(settings)],
    )
    count = failed = 0
    async for history in _saved(folder) if folder else _running(client, settings, most):
        count += 1
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure is not None:
            failed += 1
            typer.echo(say("failed", id=history.workflow_id, why=str(result.replay_failure).partition("\n")[0]))
    if failed:
        raise CommandError(say("refused", failed=failed, count=count))
    typer.echo(say("replayed", count=count))


async def _running(client: Client, settings: Settings, most: int) -> AsyncGenerator[WorkflowHistory]:
    """The histories of open workflows, the newest first. One that ends meanwhile is replayed too."""
    which = f"ExecutionStatus = 'Running' AND TaskQueue = '{settings.task_queue}'"
    async for found in client.list_workflows(which, limit=most):
        yield await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()


async def _saved(folder: Path) -> AsyncGenerator[WorkflowHistory]:
    """As `temporal workflow show --output json` and `tests/replay/record.py` write them."""
    for path in sorted(folder.glob("*.json")):
        events = json.loads(path.read_text(encoding="utf-8"))
        started = events["events"][0]["workflowExecutionStartedEventAttributes"]
        yield WorkflowHistory.from_json(started["workflowId"], events)
