"""`redress review`: review a period now, and show what it says (docs/review.md)."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console
from rich.table import Table as Shown
from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy

from adapters.database.engine import Database
from adapters.database.review import made
from adapters.documents.links import DocumentLinks
from adapters.documents.pdf import pdf_of
from commands.kit.failure import CommandError
from commands.kit.language import language, saying
from commands.kit.temporal import connected
from models.common.vocabulary import Locale
from models.review.activities import ReviewStart, Written
from models.review.document import Document
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from rules.review.document import document_of
from settings import Settings

SENTENCES: dict[str, tuple[str, str]] = {
    "page": ("网页：{url}", "Page: {url}"),
    "saved": ("已写入 {file}", "Written: {file}"),
    "period": (
        "--since 须早于 --until；--until 为统计期之后的第一天。",
        "--since comes before --until, which is the first day after the period.",
    ),
    "late": ("{minutes} 分钟内未完成；工作进程在运行吗？", "Not done within {minutes} minutes; is a worker running?"),
    "failed": ("回顾未能完成：{why}", "The review could not be made: {why}"),
}
DAY = "%Y-%m-%d"

say = saying(SENTENCES)


def review(
    since: Annotated[datetime | None, typer.Option(formats=[DAY], help="The first day; without it, seven days.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=[DAY], help="The first day after them; without it, today.")] = None,
    *,
    tell: Annotated[bool, typer.Option("--tell", help="Tell people and open improvements, as the weekly review does.")] = False,
    pdf: Annotated[Path | None, typer.Option(help="Write it to this file as well, in Chinese and English.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to wait for the end.")] = 10,
) -> None:
    """Review a period: what cost most, what got clearly worse, and what follows from it."""
    settings = Settings()
    today = datetime.now(ZoneInfo(load_policy(settings.policy).zone)).date()
    last = until.date() if until else today
    first = since.date() if since else last - timedelta(days=7)
    if first >= last:
        raise CommandError(say("period"))
    start = ReviewStart(since=first, until=last, by="console", tell=tell)
    documents, review_id = asyncio.run(reviewed(settings, start, minutes))
    console = Console()
    _show(console, next(one for one in documents if one.locale is language()))
    console.print(say("page", url=DocumentLinks(settings, "review").make(review_id)[0]), soft_wrap=True, markup=False)
    if pdf is not None:
        pdf.write_bytes(pdf_of(documents))
        console.print(say("saved", file=pdf), soft_wrap=True, markup=False)


async def reviewed(settings: Settings, start: ReviewStart, minutes: float) -> tuple[list[Document], str]:
    """The review in each language, and its id. Raises CommandError with why it could not be made."""
    client = await connected(settings)
    try:
        async with asyncio.timeout(minutes * 60):
            written = await client.execute_workflow(
                "ReviewWorkflow",
                start,
                id=f"review-{start.since}-{start.until}",
                task_queue=settings.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                result_type=Written,
            )
    except TimeoutError as error:
        raise CommandError(say("late", minutes=minutes)) from error
    except WorkflowFailureError as error:
        raise CommandError(say("failed", why=error.cause)) from error
    return await _documents(settings, written.review_id), written.review_id


async def _documents(settings: Settings, review_id: str) -> list[Document]:
    database, policy = Database(settings), load_policy(settings.policy)
    try:
        async with database.reading() as session:
            known = await made(session, review_id)
    finally:
        await database.aclose()
    assert known is not None  # noqa: S101  # it was just written
    return [document_of(known.review, known.improvements, texts(policy.zone), policy, locale) for locale in Locale]


def _show(console: Console, document: Document) -> None:
    console.print(document.title, style="bold", markup=False)
    console.print(document.text, soft_wrap=True, markup=False)
    for section in document.sections:
        console.print(f"\n{section.title}", style="bold", markup=False)
        if section.text:
            console.print(section.text, soft_wrap=True, markup=False)
        if section.table is not None:
            shown = Shown(box=box.SIMPLE)
            for place, name in enumerate(section.table.columns):
                of_figures = place >= len(section.table.columns) - section.table.figures
                shown.add_column(name, justify="right" if of_figures else "left")
            for row in section.table.rows:
                shown.add_row(*row)
            console.print(shown)
