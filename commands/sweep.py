"""`redress sweep` and `redress restart`: find cases whose workflow does not run or does not get on, and set them going again."""

import asyncio
import os
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy

from adapters.database.engine import Database
from adapters.restart import kept, open_work, restart_claim, runs
from adapters.restart import restart as start_again
from adapters.schedules import SWEEP
from commands.kit.failure import CommandError
from commands.kit.language import saying
from commands.kit.temporal import connected
from models.common.actors import Actor
from models.common.vocabulary import Role, Stage
from models.policy.policy import Policy
from models.sweep import SweepReport
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from rules.policy.load import load_policy, slice_policy
from settings import Settings

SENTENCES: dict[str, tuple[str, str]] = {
    "stopped": ("{id}：流程已停止；redress restart {id}", "{id}: its workflow does not run; redress restart {id}"),
    "stuck": (
        "{id}：流程任务反复失败，原因见 Temporal 界面；修复程序后会自动继续，或 redress restart {id} --end-run",
        "{id}: its workflow task fails again and again, the Temporal Web UI says why; once mended it goes on, or redress restart {id} --end-run",
    ),
    "unsaved": ("{id}：数据库中没有该工单，但流程在运行", "{id}: its workflow runs, and our database has no such case"),
    "well": ("所有未结工单与索赔的流程都正常。", "The workflows of all open cases and claims are well."),
    "late": ("1 分钟内未完成；工作进程在运行吗？", "Not done within a minute; is a worker running?"),
    "failed": ("未能完成：{why}", "It could not be finished: {why}"),
    "unknown": ("没有工单或索赔 {id}。", "There is no case or claim {id}."),
    "closed": ("{id} 已结案。", "{id} is closed."),
    "runs": (
        "{id} 的流程在运行；若它已卡住，加 --end-run 结束这次运行并从数据库继续。",
        "The workflow of {id} runs. If it is stuck, --end-run ends this run and goes on from the database.",
    ),
    "which": ("请写明工单编号，或使用 --all。", "Name a case, or say --all."),
    "all_restarted": (
        "{count} 个未结工单与索赔已从数据库中的状态继续。",
        "{count} open cases and claims go on from what the database has of them.",
    ),
    "restarted": ("{id} 已从数据库中的状态继续。", "{id} goes on from what the database has of it."),
}
WITHIN = 60.0


say = saying(SENTENCES)


def sweep() -> None:
    """Compare the open cases and claims with their workflows now, and name those that are stopped or stuck."""
    report = asyncio.run(swept(Settings()))
    found = [(what, case_id) for what in ("stopped", "stuck", "unsaved") for case_id in getattr(report, what)]
    for what, case_id in found:
        typer.echo(say(what, id=case_id))
    if not found:
        typer.echo(say("well"))


def restart(
    case_id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    *,
    end_run: Annotated[bool, typer.Option("--end-run", help="Terminate a run that is stuck, first.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every open case and claim that Temporal does not work on.")] = False,
) -> None:
    """Start the workflow of a case or claim again, from what the database has of it; or all of them, when Temporal has lost them."""
    if every:
        typer.echo(say("all_restarted", count=asyncio.run(all_go_on(Settings()))))
    elif case_id is None:
        raise CommandError(say("which"), code=2)
    else:
        asyncio.run(go_on(Settings(), case_id, end_run=end_run))
        typer.echo(say("restarted", id=case_id))


async def swept(settings: Settings) -> SweepReport:
    """One sweep; whoever asks while one runs waits for that."""
    client = await connected(settings)
    try:
        async with asyncio.timeout(WITHIN):
            return await client.execute_workflow(
                "SweepWorkflow",
                id=f"{SWEEP}-now",
                task_queue=settings.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                result_type=SweepReport,
            )
    except TimeoutError as error:
        raise CommandError(say("late")) from error
    except WorkflowFailureError as error:
        raise CommandError(say("failed", why=error.cause)) from error


async def go_on(settings: Settings, case_id: str, *, end_run: bool) -> None:
    """Raises CommandError with why not, and what to do instead."""
    client = await connected(settings)
    database = Database(settings)
    try:
        row = await kept(database, case_id)
    finally:
        await database.aclose()
    if row is None:
        raise CommandError(say("unknown", id=case_id))
    if (row.stage == Stage.CLOSED) if isinstance(row, CaseRow) else (row.closed_at is not None):
        raise CommandError(say("closed", id=case_id))
    if await runs(client, case_id):
        if not end_run:
            raise CommandError(say("runs", id=case_id))
        await client.get_workflow_handle(case_id).terminate("redress restart --end-run")
    await _start(client, settings, row, load_policy(settings.policy))


async def all_go_on(settings: Settings) -> int:
    """How many there were. Again goes on where it was broken off."""
    client = await connected(settings)
    database, policy = Database(settings), load_policy(settings.policy)
    count = 0
    try:
        async for workflow_id in open_work(client, settings):
            async with database.reading() as session:
                row = await session.get(CaseRow, workflow_id) or await session.get_one(ClaimRow, workflow_id)
            await _start(client, settings, row, policy)
            count += 1
    finally:
        await database.aclose()
    return count


async def _start(client: Client, settings: Settings, row: CaseRow | ClaimRow, policy: Policy) -> None:
    if isinstance(row, ClaimRow):
        await restart_claim(client, settings.task_queue, row)
        return
    now = datetime.now(UTC)
    by = Actor(role=Role.SUPERVISOR, id=os.environ.get("USER") or "console")
    await start_again(client, settings.task_queue, row, slice_policy(policy, now), by, now)
