"""`redress keys`: the keys with which Temporal's histories are encrypted (docs/payloads.md)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from temporalio.service import RPCError

from adapters.database.engine import Database
from adapters.database.trouble import words_of
from adapters.payloads.data_keys import counted, name_of, wrap_anew
from adapters.payloads.data_keys import destroy as destroy_keys
from adapters.payloads.key_services import new_payload_key, trouble_with
from adapters.secrets import PayloadKey, Secrets, change_secrets, secrets_of
from adapters.temporal.connection import connect
from commands.kit.failure import CommandError
from commands.kit.language import saying
from commands.kit.temporal import failed, in_words, trouble_of
from models.common.credentials import AT_ONCE
from models.common.errors import RedressError
from models.tables.case import CaseRow
from models.tables.payloads import PayloadReadRow
from settings import Settings

T = TypeVar("T")

SENTENCES: dict[str, tuple[str, str]] = {
    "first": (
        "已生成首个负载密钥 {id}（{holder}）。请重新启动 API 与 worker：此后 Temporal 中的内容即加密保存。",
        "The first payload key is {id}, held by {holder}. Start API and workers anew: from then on what Temporal keeps is encrypted.",
    ),
    "rotated": (
        "新的负载密钥为 {id}（{holder}），{count} 个数据密钥已重新加密。",
        "The payload key is {id} now, held by {holder}; {count} data keys were wrapped anew.",
    ),
    "dropped": (
        "已移除旧负载密钥：{ids}。更早的数据库备份中的数据密钥从此无法使用。",
        "Dropped: {ids}. Data keys in backups of the database from before its time cannot be used any more.",
    ),
    "off": (
        "没有负载密钥：Temporal 中的内容以明文保存。redress keys rotate 生成首个密钥。",
        "There is no payload key: what Temporal keeps is plain text. redress keys rotate makes the first one.",
    ),
    "key": ("{id}  {at}  数据密钥 {count} 个  保管：{holder}", "{id}  of {at}  wraps {count} data keys  held by {holder}"),
    "file": ("密钥文件", "the secrets file"),
    "lacking": (
        "{id}  密钥文件中没有，却仍有 {count} 个数据密钥由它加密：请恢复密钥文件的备份。",
        "{id}  is not in the secrets file, and wraps {count} data keys: put the file's backup back.",
    ),
    "gone": ("已销毁的数据密钥：{count}", "Destroyed data keys: {count}"),
    "whose": ("请写明工单编号，或使用 --customer。", "Name cases, or a customer by --customer."),
    "no_cases": ("数据库中没有 {customer} 的工单。", "The database has no case of {customer}."),
    "sure": (
        "销毁后，{names} 在所有历史与备份中的内容将永远无法读取。继续？",
        "What Temporal keeps of {names} can never be read again, in no history and no backup. Go on?",
    ),
    "open": (
        "{ids} 仍在运行，销毁密钥后无法继续；请先结案，或使用 --even-open。",
        "Workflows run that could not go on without their key: {ids}. Let them end first, or say --even-open.",
    ),
    "away": (
        "{why}无法确认工单是否仍在运行；请恢复后重试，或使用 --even-open。",
        "{why} Nobody can say which workflows run: mend it, or say --even-open.",
    ),
    "destroyed": (
        "已销毁 {count} 个数据密钥。各进程最迟一分钟后不再使用；备份中的将在再执行两次 redress keys rotate 后失效。",
        "Destroyed: {count} data keys. No process uses them after a minute, and no backup after redress keys rotate was run twice.",
    ),
    "read": ("{at}  {reader}  {name}  {payloads}", "{at}  {reader}  {name}  {payloads}"),
    "no_reads": ("没有人解密过。", "Nobody had anything decrypted."),
}
say = saying(SENTENCES)

app = typer.Typer(help="The keys that Temporal's histories are encrypted with.", no_args_is_help=True)
MOST_READS = 100


@app.callback()
def keys() -> None:
    """The keys that Temporal's histories are encrypted with."""


@app.command()
def rotate() -> None:
    """Make a new payload key and wrap all data keys by it. The one before stays, those before that are dropped."""
    settings = Settings()
    before = secrets_of(settings).payload_keys
    try:
        new = new_payload_key(settings)
    except RedressError as error:
        raise failed(error) from error

    def add(known: Secrets) -> Secrets:
        return known.model_copy(update={"payload_keys": (new, *known.payload_keys)})

    def drop(known: Secrets) -> Secrets:
        return known.model_copy(update={"payload_keys": known.payload_keys[:AT_ONCE]})

    kept = change_secrets(settings, add).payload_keys
    count = _run(settings, lambda database: wrap_anew(database, kept))
    change_secrets(settings, drop)
    typer.echo(say("rotated" if before else "first", id=new.id, count=count, holder=_holder(new)))
    if dropped := kept[AT_ONCE:]:
        typer.echo(say("dropped", ids=", ".join(key.id for key in dropped)))


@app.command()
def status() -> None:
    """Which payload keys there are, what they wrap, whether who holds them opens them, and how many data keys were destroyed. Prints no key."""
    settings = Settings()
    known = secrets_of(settings).payload_keys
    found = _run(settings, _counted)
    for key in known:
        at, count = f"{key.made_at:%Y-%m-%d %H:%M}Z", found.pop(key.id, 0)
        typer.echo(say("key", id=key.id, at=at, count=count, holder=_holder(key)))
        if trouble := trouble_with(key):
            typer.echo(f"    {in_words(trouble)}")
    gone = found.pop(None, 0)
    for lacking, count in found.items():
        typer.echo(say("lacking", id=lacking, count=count))
    typer.echo(say("gone", count=gone) if known or gone else say("off"))


@app.command()
def destroy(
    case_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Cases.")] = None,
    customer: Annotated[str | None, typer.Option(help="All cases of this customer.")] = None,
    *,
    even_open: Annotated[
        bool, typer.Option("--even-open", help="Also of cases whose workflows still run, and stop for ever.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Destroy the data keys of cases: what Temporal keeps of them can then be read by nobody, nowhere (ARC-3)."""
    settings = Settings()
    names = list(case_ids or ()) + (_run(settings, lambda database: _cases_of(database, customer)) if customer else [])
    if not names:
        raise CommandError(say("no_cases", customer=customer) if customer else say("whose"), code=2)
    if not even_open and (running := asyncio.run(_running(settings, names))):
        raise CommandError(say("open", ids=", ".join(running)))
    if not yes:
        typer.confirm(say("sure", names=", ".join(names)), abort=True)
    typer.echo(say("destroyed", count=_run(settings, lambda database: _destroyed(database, names))))


@app.command()
def reads(case_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="A case; none: all of them.")] = None) -> None:
    """Who had what decrypted for the Web UI, the newest first."""
    found = _run(Settings(), lambda database: _reads(database, case_id))
    for row in found:
        typer.echo(say("read", at=f"{row.at:%Y-%m-%d %H:%M:%S}Z", reader=row.reader, name=row.name, payloads=row.payloads))
    if not found:
        typer.echo(say("no_reads"))


def _holder(key: PayloadKey) -> str:
    return key.held_by or say("file")


def _run(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async def working() -> T:
        database = Database(settings)
        try:
            await database.check()
            return await work(database)
        except (SQLAlchemyError, OSError, RedressError) as error:
            raise CommandError(words_of(error, settings)) from error
        finally:
            await database.aclose()

    return asyncio.run(working())


async def _counted(database: Database) -> dict[str | None, int]:
    async with database.reading() as session:
        return await counted(session)


async def _cases_of(database: Database, customer: str) -> list[str]:
    async with database.reading() as session:
        return list((await session.exec(select(CaseRow.case_id).where(CaseRow.customer_id == customer))).all())


async def _destroyed(database: Database, names: list[str]) -> int:
    async with database.writing() as session:
        return await destroy_keys(session, names, datetime.now(UTC))


async def _reads(database: Database, case_id: str | None) -> list[PayloadReadRow]:
    asked = select(PayloadReadRow).order_by(col(PayloadReadRow.id).desc()).limit(MOST_READS)
    async with database.reading() as session:
        return list((await session.exec(asked.where(PayloadReadRow.name == case_id) if case_id else asked)).all())


async def _running(settings: Settings, names: list[str]) -> list[str]:
    """Their workflows that run: the case, its returns, replacements and claims."""
    try:
        client = await connect(settings)
        return [
            found.id
            for name in names
            async for found in client.list_workflows(f"WorkflowId STARTS_WITH '{_quoted(name)}' AND ExecutionStatus = 'Running'")
            if name_of(found.id) == name
        ]
    except (RedressError, RPCError) as error:
        raise CommandError(say("away", why=trouble_of(error, settings))) from error


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")
