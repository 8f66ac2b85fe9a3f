"""`redress doctor`: looks at every part that Redress needs, and at every open case, and says in a sentence what is wrong (docs/operating.md)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import httpx
import typer
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from activities.sweep import compare
from adapters.data_folder import lack_of_space
from adapters.database.engine import Database
from adapters.database.trouble import words_of
from adapters.evidence.store import evidence_store
from adapters.payloads.key_services import trouble_with
from adapters.schedules import RECONCILIATION, SWEEP, unsteady
from adapters.secrets import secrets_of
from adapters.temporal import namespace
from adapters.temporal.connection import connect
from commands.kit.failure import CommandError
from commands.kit.language import saying
from commands.kit.temporal import in_words
from commands.up.temporal_server import polled
from models.common.errors import RedressError
from models.common.partner_registry import PARTNER_QUEUES, Partner
from models.common.vocabulary import ErrorType
from models.reconciliation.difference import DifferenceKind
from rules.policy.load import load_policy
from settings import Settings

SENTENCES: dict[str, tuple[str, str]] = {
    "no_schedule": ("缺少定时任务 {name}：redress temporal setup", "The schedule {name} is missing: redress temporal setup"),
    "paused": (
        "定时任务 {name} 已暂停；请在 Temporal 界面恢复。",
        "The schedule {name} is paused; resume it in the Temporal Web UI.",
    ),
    "unsteady": (
        "REDRESS_RECONCILE_CRON（{cron}）落在换用夏令时的时段：{day} 会漏跑或重复。请改用其他小时。",
        "REDRESS_RECONCILE_CRON ({cron}) is at an hour at which clocks are changed: on {day} it runs twice or not at all. Take another.",
    ),
    "no_worker": (
        "两分钟内没有工作进程处理队列 {queues}。",
        "No worker has asked for work of {queues} for two minutes.",
    ),
    "case_stopped": ("{id}：流程已停止；redress restart {id}", "{id}: its workflow does not run; redress restart {id}"),
    "case_stuck": ("{id}：流程任务反复失败", "{id}: its workflow task fails again and again"),
    "case_unsaved": ("{id}：数据库中没有该工单", "{id}: our database has no such case"),
    "no_answer": ("{address} 没有响应（{why}）", "{address} does not answer ({why})"),
    "not_ready": ("{address}：{said}", "{address}: {said}"),
    "wrong": ("发现 {count} 个问题。", "{count} of these parts are not well."),
    "well": ("一切正常。", "All is well."),
}
PATIENCE = 5.0
"""Seconds for one part; cases take as long as there are many of them."""
POLLED_WITHIN = timedelta(minutes=2)

say = saying(SENTENCES)

Check = Callable[[], Awaitable[list[str]]]
"""Sentences of what is wrong."""


def doctor() -> None:
    """Look at every part and at every open case; end with 1 when something is not well."""
    wrong = asyncio.run(_look(Settings()))
    if wrong:
        raise CommandError(say("wrong", count=wrong))
    typer.echo(say("well"))


async def _look(settings: Settings) -> int:
    """How many parts are not well. Those that need the server or the database are left out without them."""
    wrong = 0
    patient = Patient(settings, Database(settings))
    try:
        for name, check in patient.checks():
            told = await _told(check, settings)
            wrong += bool(told)
            typer.echo(f"{'!!' if told else 'ok'}  {name}")
            for sentence in told:
                typer.echo(f"    {sentence}")
    finally:
        await patient.database.aclose()
    return wrong


async def _told(check: Check, settings: Settings) -> list[str]:
    try:
        return await check()
    except RedressError as error:
        return [in_words(error)]
    except (SQLAlchemyError, OSError, RPCError) as error:
        return [words_of(error, settings) or type(error).__name__]


@dataclass
class Patient:
    """What is looked at, in the order in which one part needs another."""

    settings: Settings
    database: Database
    client: Client | None = field(default=None)

    def checks(self) -> list[tuple[str, Check]]:
        settings = self.settings
        at_addresses = {
            "api": f"{settings.api_url}/readyz",
            **{partner.value: settings.partner_url(partner) for partner in Partner},
            **({"classifier": settings.classifier_url} if settings.classifier_url else {}),
        }
        at_ports = {
            **({"mail": f"{settings.smtp_host}:{settings.smtp_port}"} if settings.smtp_host else {}),
            **({"clamav": settings.clamav_address} if settings.clamav_address and ":" in settings.clamav_address else {}),
        }
        return [
            ("policy", self._policy),
            ("data folder", self._folder),
            ("database", self._tables),
            ("temporal", self._temporal),
            ("schedules", self._schedules),
            ("workers", self._workers),
            ("cases", self._cases),
            ("evidence", self._evidence),
            *((name, _answers(address)) for name, address in at_addresses.items()),
            *((name, _listens(address)) for name, address in at_ports.items()),
        ]

    async def _policy(self) -> list[str]:
        load_policy(self.settings.policy)
        return []

    async def _folder(self) -> list[str]:
        troubles = (trouble_with(key) for key in secrets_of(self.settings).payload_keys)
        lack = lack_of_space(self.settings)
        return [*(in_words(trouble) for trouble in troubles if trouble), *([lack] if lack else [])]

    async def _tables(self) -> list[str]:
        await self.database.check()
        return []

    async def _temporal(self) -> list[str]:
        client = await connect(self.settings)
        await namespace.check(client, self.settings)
        self.client = client
        return []

    async def _schedules(self) -> list[str]:
        if self.client is None:
            return []
        told = list[str]()
        listed = {known.id: known async for known in await self.client.list_schedules()}
        for name in (RECONCILIATION, SWEEP):
            known = listed.get(name)
            if known is None:
                told.append(say("no_schedule", name=name))
            elif known.schedule and known.schedule.state.paused:
                told.append(say("paused", name=name))
        day = unsteady(self.settings, load_policy(self.settings.policy).zone, datetime.now(UTC).date())
        return told if day is None else [*told, say("unsteady", cron=self.settings.reconcile_cron, day=day)]

    async def _workers(self) -> list[str]:
        if self.client is None:
            return []
        since = datetime.now(UTC) - POLLED_WITHIN
        cases = self.settings.task_queue
        silent = [] if await polled(self.client, cases, since) else [cases]
        for queue in PARTNER_QUEUES:
            name = f"{cases}-{queue}"
            if not await polled(self.client, name, since, activities=True):
                silent.append(name)
        return [say("no_worker", queues=", ".join(silent))] if silent else []

    async def _cases(self) -> list[str]:
        if self.client is None:
            return []
        findings = await compare(self.client, self.settings.task_queue, self.database, datetime.now(UTC))
        return [say(found.kind.value, id=found.subject) for found in findings if found.kind in DifferenceKind.of_cases()]

    async def _evidence(self) -> list[str]:
        try:
            async for _ in evidence_store(self.settings).get("0" * 64):
                break
        except RedressError as error:
            if error.fault.type is not ErrorType.NOT_FOUND:
                raise
        return []


def _answers(address: str) -> Check:
    async def ask() -> list[str]:
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            try:
                answer = await http.get(address)
            except httpx.HTTPError as error:
                return [say("no_answer", address=address, why=str(error) or type(error).__name__)]
        if not address.endswith("/readyz") or answer.is_success:
            return []  # whatever a partner says to this, it is there
        checks: dict[str, str] = {}
        with suppress(ValueError):
            checks = cast("dict[str, dict[str, str]]", answer.json()).get("checks", {})
        said = ", ".join(f"{name} {word}" for name, word in checks.items() if word != "ok") or str(answer.status_code)
        return [say("not_ready", address=address, said=said)]

    return ask


def _listens(address: str) -> Check:
    async def ask() -> list[str]:
        host, _, port = address.rpartition(":")
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(host.strip("[]"), port)
        except (OSError, TimeoutError) as error:
            return [say("no_answer", address=address, why=str(error) or type(error).__name__)]
        writer.close()
        return []

    return ask
