"""`redress reconcile`: compare our books with the partners' now, and show what differs (docs/money.md)."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, cast

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from sqlmodel import col, select
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from adapters.database.engine import Database
from adapters.payloads.converter import data_converter
from adapters.schedules import RECONCILIATION
from commands.kit.failure import CommandError
from commands.kit.language import saying
from models.reconciliation.difference import DifferenceState, PageReport, ReconcileStart
from models.tables.reconciliation import DifferenceRow
from settings import Settings

SENTENCES: dict[str, tuple[str, str]] = {
    "done": (
        "已核对 {orders} 个订单：{found} 处差异（新 {fresh}），{told} 处由工单自行处理，{for_people} 处转交主管，{solved} 处已消除。",
        "{orders} orders compared: {found} differences ({fresh} new); {told} solved by cases, {for_people} for supervisors; {solved} gone.",
    ),
    "missed": (
        "{scope}：{orders} 个订单未能核对（{words}）；已告知主管，对方恢复后请再次运行。",
        "{scope}: {orders} orders could not be compared ({words}); supervisors know. Run it again when the partner is back.",
    ),
    "money": ("收款与退款", "Payments and refunds"),
    "charges": ("补款", "Charges"),
    "goods": ("包裹", "Parcels"),
    "coupons": ("优惠券", "Coupons"),
    "away": (
        "{address} 没有 Temporal 服务响应；请先启动 Redress。",
        "No Temporal server answers at {address}; start Redress first.",
    ),
    "late": (
        "{minutes} 分钟内未完成，对账仍在后台继续；请确认工作进程在运行、合作方有应答，稍后重试。",
        "Not done within {minutes} minutes; it goes on by itself. Is a worker running, does every partner answer? Ask again later.",
    ),
    "failed": ("对账未能完成：{why}", "It could not be finished: {why}"),
}
COLUMNS = ("difference_id", "kind", "order_id", "subject", "case_id", "ours", "theirs", "first_seen")


say = saying(SENTENCES)


def reconcile(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to wait for the end.")] = 10,
) -> None:
    """Compare our books with the partners' now, instead of at night, and show the open differences."""
    settings = Settings()
    report, rows = asyncio.run(compare(settings, minutes))
    console = Console()
    if rows:
        table = Table(*COLUMNS, box=box.SIMPLE)
        for row in rows:
            table.add_row(*(_shown(getattr(row, name)) for name in COLUMNS))
        console.print(table)
    console.print(say("done", **report.model_dump()), soft_wrap=True)
    for scope, missed in report.missed.items():
        console.print(
            say("missed", scope=say(scope.value), orders=missed.orders, words=missed.words), soft_wrap=True, markup=False
        )


async def compare(settings: Settings, minutes: float) -> tuple[PageReport, list[DifferenceRow]]:
    """What came of it, and the differences that are open then."""
    try:
        client = await Client.connect(
            settings.temporal, namespace=settings.temporal_namespace, data_converter=data_converter(settings)
        )
    except (RPCError, RuntimeError) as error:
        raise CommandError(say("away", address=settings.temporal)) from error
    try:
        async with asyncio.timeout(minutes * 60):
            report = await _run(client, settings)
    except TimeoutError as error:
        raise CommandError(say("late", minutes=minutes)) from error
    except WorkflowFailureError as error:
        raise CommandError(say("failed", why=error.cause)) from error
    database = Database(settings)
    try:
        async with database.reading() as session:
            asked = (
                select(DifferenceRow).where(DifferenceRow.state == DifferenceState.OPEN).order_by(col(DifferenceRow.first_seen))
            )
            return report, list((await session.exec(asked)).all())
    finally:
        await database.aclose()


async def _run(client: Client, settings: Settings) -> PageReport:
    """One scan; whoever asks while one runs waits for that."""
    return await client.execute_workflow(
        "ReconciliationWorkflow",
        ReconcileStart(),
        id=f"{RECONCILIATION}-now",
        task_queue=settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        result_type=PageReport,
    )


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Mapping):
        told = cast("Mapping[str, object]", value)
        return ", ".join(str(part) for part in told.values() if part is not None) or "-"
    return str(value or "-")
