"""Whether what is kept is whole: books, archives, evidence, keys, and a workflow for all that is open (docs/backup.md)."""

import hashlib
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any

import obstore
from sqlalchemy import Connection, Executable
from sqlmodel import col, func, select
from temporalio.client import Client

from adapters.database.engine import alone
from adapters.evidence.store import object_store
from adapters.payloads.data_keys import unwrapped
from adapters.restart import open_work
from adapters.secrets import secrets_of
from commands.kit.language import saying
from models.common.errors import RedressError
from models.erasure.record import seal_of
from models.tables.case import ArchiveRow, CaseEvidenceRow
from models.tables.money import LedgerRow
from models.tables.payloads import DataKeyRow
from settings import Settings

SENTENCES: dict[str, tuple[str, str]] = {
    "ledger": ("账本分录 {entry} 不平衡：{sum} {currency}", "The ledger's entry {entry} does not balance: {sum} {currency}"),
    "archive": (
        "归档记录 {case} 第 {edition} 版与其摘要不符",
        "The archive record of {case}, edition {edition}, is not what was sealed",
    ),
    "evidence_missing": ("凭证缺失：{sha}", "Evidence is missing: {sha}"),
    "evidence_changed": ("凭证内容已变：{sha}", "Evidence is not what was uploaded: {sha}"),
    "stopped": (
        "{id} 未结，但没有流程在运行：redress restart --all",
        "{id} is open, and no workflow of it runs: redress restart --all",
    ),
}
say = saying(SENTENCES)


def of_what_is_kept(settings: Settings) -> Iterator[str]:
    """What is wrong with rows, evidence and keys, a sentence each; nothing: all is whole."""
    with alone(settings) as connection:
        yield from _ledger(connection)
        yield from _archives(connection)
        yield from _keys(connection, settings)
        pieces = connection.execute(select(CaseEvidenceRow.sha256).distinct().order_by(CaseEvidenceRow.sha256)).scalars().all()
    store = object_store(settings)
    for sha256 in pieces:
        try:
            content = obstore.get(store, f"{sha256[:2]}/{sha256}").bytes()
        except FileNotFoundError:
            yield say("evidence_missing", sha=sha256)
            continue
        if hashlib.sha256(content).hexdigest() != sha256:
            yield say("evidence_changed", sha=sha256)


async def of_open_work(client: Client, settings: Settings) -> AsyncGenerator[str]:
    """Cases and claims that are open and that Temporal does not work on."""
    async for row in open_work(client, settings):
        yield say("stopped", id=row)


def _ledger(connection: Connection) -> Iterator[str]:
    amount = func.sum(LedgerRow.amount_minor)
    asked = select(LedgerRow.entry, LedgerRow.currency, amount).group_by(LedgerRow.entry, LedgerRow.currency).having(amount != 0)
    for entry, currency, total in connection.execute(asked):
        yield say("ledger", entry=entry, sum=total, currency=currency)


def _archives(connection: Connection) -> Iterator[str]:
    archives: Iterable[Any] = connection.execute(
        select(ArchiveRow).execution_options(yield_per=100)
    )  # rows with the columns' names
    for row in archives:
        if seal_of(row.record) != row.sha256:
            yield say("archive", case=row.case_id, edition=row.edition)


def _keys(connection: Connection, settings: Settings) -> Iterator[str]:
    known = secrets_of(settings).payload_keys
    for row in _rows(connection, select(DataKeyRow).where(col(DataKeyRow.wrapped).is_not(None))):
        try:
            unwrapped(known, row)
        except RedressError as error:
            yield error.fault.detail


def _rows(connection: Connection, asked: Executable) -> Iterable[Any]:
    """They have the columns' names."""
    return connection.execute(asked)
