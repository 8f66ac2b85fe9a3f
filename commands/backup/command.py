"""`redress backup` and `redress restore`: a copy of rows and evidence, the way back, and whether it is whole (docs/backup.md)."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from adapters import backup as copies
from adapters.data_folder import open_data_folder
from adapters.database.trouble import words_of
from adapters.temporal.connection import connect
from commands.backup import check
from commands.kit.failure import CommandError
from commands.kit.language import saying
from commands.kit.temporal import failed, trouble_of
from models.common.errors import RedressError
from settings import Settings

SENTENCES: dict[str, tuple[str, str]] = {
    "saved": (
        "已备份到 {folder}：{tables} 张表，{rows} 行，{evidence} 个凭证文件。密钥文件 {secrets} 不在其中，请另行保存。",
        "Copied to {folder}: {rows} rows of {tables} tables, {evidence} files. Keep a copy of the secrets file elsewhere: {secrets}.",
    ),
    "restored": (
        "已恢复 {at} 的备份：{rows} 行，{evidence} 个凭证文件。",
        "Restored from the backup of {at}: {rows} rows, {evidence} files of evidence.",
    ),
    "rehearsed": ("{at} 的备份可以恢复：{rows} 行。", "The backup of {at} can be restored: {rows} rows."),
    "whole": ("检查通过：账本、归档、凭证与密钥均完整。", "Ledger, archives, evidence and keys are whole."),
    "works": ("所有未结工单与索赔的流程都在运行。", "The workflows of all open cases and claims run."),
    "away": (
        "{why}未检查流程。请启动 Redress，然后执行 redress restart --all。",
        "{why} And so no workflow was looked for. Start Redress, then: redress restart --all",
    ),
    "broken": ("发现 {count} 处问题。", "{count} things are not as they should be."),
    "what": (
        "请写明备份所在目录，或用 --check 检查现有数据。",
        "Name the backup's folder, or say --check to look at what is here.",
    ),
}
say = saying(SENTENCES)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The same one each time: evidence is copied once.")],
) -> None:
    """Copy all rows and the evidence, while everything runs."""
    settings = Settings()
    open_data_folder(settings)
    try:
        made = copies.save(settings, folder)
    except (SQLAlchemyError, OSError, RedressError) as error:
        raise _failed(error, settings) from error
    secrets = settings.secrets_file or settings.data_dir / "secrets.json"
    typer.echo(say("saved", folder=folder, tables=len(made.tables), rows=_rows(made), evidence=made.evidence, secrets=secrets))


def restore(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="Where the backup is.")] = None,
    *,
    check_only: Annotated[
        bool, typer.Option("--check", help="Restore into a temporary folder and check that; without FOLDER: check what is here.")
    ] = False,
) -> None:
    """Fill an empty database and the evidence store from a backup, and check ledger, archives, evidence, keys and open workflows."""
    settings = Settings()
    open_data_folder(settings)
    if folder is None and not check_only:
        raise CommandError(say("what"), code=2)
    try:
        if folder is not None and check_only:
            _rehearse(settings, folder)
            return
        if folder is not None:
            made = copies.load(settings, folder)
            typer.echo(say("restored", at=f"{made.at:%Y-%m-%d %H:%M:%S}Z", rows=_rows(made), evidence=made.evidence))
        _check(settings)
        asyncio.run(_look_for_workflows(settings))
    except (SQLAlchemyError, OSError, RedressError) as error:
        raise _failed(error, settings) from error


def _rehearse(settings: Settings, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="redress-restore-") as into, copies.rehearsed(settings, folder, Path(into)) as copy:
        made = copies.described(folder)
        _check(copy)
    typer.echo(say("rehearsed", at=f"{made.at:%Y-%m-%d %H:%M:%S}Z", rows=_rows(made)))


def _check(settings: Settings) -> None:
    _told(list(check.of_what_is_kept(settings)))
    typer.echo(say("whole"))


async def _look_for_workflows(settings: Settings) -> None:
    try:
        client = await connect(settings)
        found = [told async for told in check.of_open_work(client, settings)]
    except (RedressError, RPCError) as error:
        typer.echo(say("away", why=trouble_of(error, settings)))
        return
    _told(found)
    typer.echo(say("works"))


def _told(found: list[str]) -> None:
    for told in found:
        typer.echo(told)
    if found:
        raise CommandError(say("broken", count=len(found)))


def _rows(made: copies.Backup) -> int:
    return sum(table.count for table in made.tables.values())


def _failed(error: Exception, settings: Settings) -> CommandError:
    if isinstance(error, RedressError):
        return failed(error)
    return CommandError(words_of(error, settings))
