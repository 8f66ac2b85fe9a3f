"""`redress reconcile`: compare our books with the partners' now, and show what differs (docs/money.md)."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, cast

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from sqlmodel import col, select
from temporalio.client import WorkflowFailureError

from adapters.database.engine import Database
from adapters.starting import start_reconciliation
from commands.kit.client import ApiOption, AsOption, Caller, TokenOption
from commands.kit.failure import CommandError
from commands.kit.language import saying
from commands.kit.temporal import connected
from models.reconciliation.difference import DifferenceState, DifferenceView
from models.reconciliation.scan import Scan, ScanReport, ScanState
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
    "late": (
        "{minutes} 分钟内未完成，对账仍在后台继续；请确认工作进程在运行、合作方有应答，稍后重试。",
        "Not done within {minutes} minutes; it goes on by itself. Is a worker running, does every partner answer? Ask again later.",
    ),
    "failed": ("对账未能完成：{why}", "It could not be finished: {why}"),
    "ended": ("提前结束；原因见 scan_failed 差异", "it ended early; the difference scan_failed says why"),
}
COLUMNS = ("difference_id", "kind", "order_id", "subject", "case_id", "ours", "theirs", "first_seen")
ADDRESS, LOOKS_EVERY = "/v1/reconciliation", 2.0


say = saying(SENTENCES)


def reconcile(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to wait for the end.")] = 10,
    *,
    as_: AsOption = "supervisor:console",
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Compare our books with the partners' now, instead of at night, and show the open differences.

    With --api or --token by the API, as a supervisor; else by Temporal and the database, as the settings say.
    """
    by_api = bool(api or token)
    report, rows = asyncio.run(ask_api(Caller.of(api, token, as_), minutes) if by_api else compare(Settings(), minutes))
    console = Console()
    if rows:
        table = Table(*COLUMNS, box=box.SIMPLE)
        for row in rows:
            table.add_row(*(_shown(getattr(row, name)) for name in COLUMNS))
        console.print(table)
    console.print(say("done", **report.model_dump()), soft_wrap=True)
    for missed in report.missed:
        console.print(
            say("missed", scope=say(missed.scope.value), orders=missed.orders, words=missed.words), soft_wrap=True, markup=False
        )


async def ask_api(caller: Caller, minutes: float) -> tuple[ScanReport, Sequence[DifferenceView]]:
    """The same as `compare`, by a supervisor's token alone."""
    async with caller.connect() as http:
        scan = Scan.model_validate((await caller.ask(http, "POST", ADDRESS)).json())
        try:
            async with asyncio.timeout(minutes * 60):
                while scan.state is ScanState.RUNNING:
                    await asyncio.sleep(LOOKS_EVERY)
                    scan = Scan.model_validate((await caller.ask(http, "GET", ADDRESS)).json())
        except TimeoutError as error:
            raise CommandError(say("late", minutes=minutes)) from error
        if scan.report is None:
            raise CommandError(say("failed", why=say("ended")))
        asked, rows = {"state": DifferenceState.OPEN.value}, list[DifferenceView]()
        while True:
            page = (await caller.ask(http, "GET", "/v1/differences", params=asked)).json()
            rows += [DifferenceView.model_validate(one) for one in page["differences"]]
            if page["next"] is None:
                return scan.report, rows
            asked["after"] = page["next"]


async def compare(settings: Settings, minutes: float) -> tuple[ScanReport, Sequence[DifferenceRow]]:
    """What came of it, and the differences that are open then."""
    client = await connected(settings)
    try:
        async with asyncio.timeout(minutes * 60):
            report = await (await start_reconciliation(client, settings.task_queue)).result()
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
            return ScanReport.of(report), (await session.exec(asked)).all()
    finally:
        await database.aclose()


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Mapping):
        told = cast("Mapping[str, object]", value)
        return ", ".join(str(part) for part in told.values() if part is not None) or "-"
    return str(value or "-")
