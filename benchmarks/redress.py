"""A whole Redress under measurement: `redress up` with its real processes on free ports and in a folder of its own."""

import asyncio
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import psycopg
from temporalio.client import Client

from adapters.payloads.converter import data_converter
from adapters.seal import Sealing
from adapters.secrets import change_secrets, made_payload_key
from api.http.auth import make_token
from benchmarks.partners import order_of
from benchmarks.processes import children, cpu_seconds, running
from models.common.partner_registry import Partner
from models.common.vocabulary import Role
from settings import ROOT, Settings
from tests.support.processes.ports import free_ports

T = TypeVar("T")

PARTS = {"temporal": "start-dev", "api": "api", "worker": "worker.py"}
"""The parts of `redress up`, and an argument that only its process has."""
READY_WITHIN = 120.0
LOOK_EVERY = 0.02
AGAIN = {HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.SERVICE_UNAVAILABLE}
PATIENCE = 120.0
"""Seconds in which a case has to move on."""


class Rows:
    """The tables, read beside Redress: asking over HTTP again and again would be measured too."""

    def __init__(self, settings: Settings) -> None:
        self._connection: Any = (
            psycopg.connect(settings.database_url, autocommit=True)
            if settings.database_url
            else sqlite3.connect(f"file:{settings.data_dir / 'redress.db'}?mode=ro", uri=True, isolation_level=None)
        )
        self._place = "%s" if settings.database_url else "?"

    def one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        """`query` with `?` for each value."""
        return self._connection.execute(query.replace("?", self._place), values).fetchone()

    def count(self, query: str, *values: object) -> int:
        return (self.one(query, *values) or (0,))[0]

    def close(self) -> None:
        self._connection.close()

    async def case_reaches(self, case_id: str, *, wait: str | None = None, stage: str | None = None) -> None:
        """Until the case is seen there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                seen = self.one("select waiting_for, stage from cases where case_id = ?", case_id)
                if seen is not None and (wait is None or seen[0] == wait) and (stage is None or seen[1] == stage):
                    return
                await asyncio.sleep(LOOK_EVERY)


@dataclass
class Redress:
    """The processes, and ways to talk to them."""

    folder: Path
    settings: Settings
    environment: dict[str, str]
    client: Client
    http: httpx.AsyncClient
    pids: dict[str, int]
    rows: "Rows"
    _tokens: dict[tuple[Role, str], str] = field(default_factory=dict[tuple[Role, str], str])

    def cpu(self) -> dict[str, float]:
        """Processor seconds so far, by part; `caller` is the measurement itself, which stands for all customers."""
        return {part: cpu_seconds(pid) for part, pid in self.pids.items()} | {"caller": time.process_time()}

    def headers(self, role: Role, who: str) -> dict[str, str]:
        if (role, who) not in self._tokens:
            self._tokens[role, who] = make_token(self.settings, role, who)
        return {"Authorization": f"Bearer {self._tokens[role, who]}", "Idempotency-Key": uuid4().hex}

    async def post(self, path: str, role: Role, who: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401  # as httpx takes it
        headers = self.headers(role, who)
        async with asyncio.timeout(PATIENCE):
            answer = await self.http.post(path, headers=headers, **request)
            while answer.status_code in AGAIN:  # a busy machine; the same request again is safe
                await asyncio.sleep(float(answer.headers.get("Retry-After", 0)))
                answer = await self.http.post(path, headers=headers, **request)
        if answer.is_error:
            message = f"{path}: {answer.status_code} {answer.text}"
            raise RuntimeError(message)
        return answer.json()

    async def open(self, state: str, number: int, **case: object) -> str:
        """Open a case about an order in that state, as its customer."""
        order_id, customer_id = order_of(state, number)
        body = {"channel": "app", "order_id": order_id, "description": "It is not as it should be."} | case
        return (await self.post("/v1/cases", Role.CUSTOMER, customer_id, json=body))["case_id"]

    @property
    def partners(self) -> str:
        """Where the sandbox is."""
        return f"http://{self.settings.host}:{self.settings.sandbox_port}"

    async def look(self, case_id: str) -> dict[str, Any]:
        """The whole case, as a supervisor sees it."""
        answer = await self.http.get(f"/v1/cases/{case_id}", headers=self.headers(Role.SUPERVISOR, "sun"))
        return answer.raise_for_status().json()

    async def act(self, case_id: str, role: Role, who: str, action: str, **body: object) -> dict[str, Any]:
        return await self.post(f"/v1/cases/{case_id}/{action}", role, who, json=body)

    async def reaches(self, case_id: str, *, wait: str | None = None, stage: str | None = None) -> None:
        """Until the table shows the case there, which is when its customer would be told."""
        await self.rows.case_reaches(case_id, wait=wait, stage=stage)

    def waiting(self) -> int:
        """How many cases wait for somebody to move."""
        return self.rows.count("select count(*) from cases where waiting_on <> 'nobody'")

    async def waits(self, cases: int) -> None:
        """Until so many cases wait for somebody to move."""
        async with asyncio.timeout(cases):  # one a second is far too slow
            while self.waiting() < cases:  # noqa: ASYNC110  # other processes can only be asked
                await asyncio.sleep(0.1)


@asynccontextmanager
async def running_redress(
    orders: int,
    *,
    encrypted: bool = False,
    database_url: str | None = None,
    temporal_address: str | None = None,
    **extra: str,
) -> AsyncGenerator[Redress]:
    """Started, with so many orders of each copied state; stopped and removed at the end. `extra`: more settings.
    `encrypted`: with a payload key.

    `temporal_address`: of a server that is there already.
    """
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as name:
        folder = Path(name)
        settings = _settings(folder, database_url=database_url, temporal_address=temporal_address)
        environment = _environment(settings, extra)
        if encrypted:
            key = made_payload_key()
            change_secrets(settings, lambda known: known.model_copy(update={"payload_keys": (key,)}))
        sandbox = (sys.executable, "-m", "benchmarks.partners", folder / "sandbox", str(settings.sandbox_port))
        about = (f"{settings.api_url}/v1/webhooks", str(orders))
        log = folder / "output.txt"
        with log.open("wb") as output:
            async with (
                running(*sandbox, *about, folder=folder, environment=environment, output=output) as partners,
                running(
                    *(sys.executable, ROOT / "cli.py", "up", "--no-sandbox", *(["--no-temporal"] if temporal_address else [])),
                    folder=folder,
                    environment=environment,
                    output=output,
                ) as up,
                httpx.AsyncClient(
                    base_url=settings.api_url, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=200)
                ) as http,
            ):
                await _ready(log, up, http, f"http://{settings.host}:{settings.sandbox_port}/healthz")
                client = await Client.connect(
                    settings.temporal, data_converter=data_converter(settings), interceptors=[Sealing(settings)]
                )
                with closing(Rows(settings)) as rows:
                    pids = _parts(up.pid) | {"sandbox": partners.pid}
                    try:
                        yield Redress(folder, settings, environment, client, http, pids, rows)
                    except Exception as error:
                        error.add_note(_said(log, *(settings.data_dir / "logs").glob("*.log")))
                        raise


def _settings(folder: Path, **elsewhere: Any) -> Settings:  # noqa: ANN401  # settings of any type
    api, temporal, ui, sandbox = free_ports(4)
    policy = _uncapped(Settings().policy, folder / "policy.yaml")
    return Settings(
        data_dir=folder / "data",
        policy=policy,
        api_port=api,
        temporal_port=temporal,
        ui_port=ui,
        sandbox_port=sandbox,
        **elsewhere,
    )


def _uncapped(policy: Path, copy: Path) -> Path:
    """The policy, but any share of cases may go without a person: those that are measured all do (RES-10)."""
    text, caps = re.subn(r"^(\s+max_share_a_day:) \S+", r"\1 1", policy.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert caps == 1, "the cap has moved"  # noqa: S101  # else people would be waited for
    copy.write_text(text, encoding="utf-8")
    return copy


def _environment(settings: Settings, extra: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")}
    own = {
        "data_dir": str(settings.data_dir),
        "policy": str(settings.policy),
        "api_port": str(settings.api_port),
        "temporal_port": str(settings.temporal_port),
        "ui_port": str(settings.ui_port),
        "log_level": "WARNING",
        "rate_limits": "{}",  # one caller plays everybody
        "lang": "en",
        **{name: told for name in ("database_url", "temporal_address") if (told := getattr(settings, name)) is not None},
        **{partner.url_setting: settings.partner_url(partner) for partner in Partner},
        **extra,
    }
    return inherited | {f"REDRESS_{name.upper()}": value for name, value in own.items()} | {"PYTHONPATH": str(ROOT)}


async def _ready(log: Path, up: asyncio.subprocess.Process, http: httpx.AsyncClient, sandbox: str) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while "Ctrl-C" not in _said(log):
            if up.returncode is not None:
                raise RuntimeError(_said(log))
            await asyncio.sleep(0.1)
        while True:
            try:
                (await http.get(sandbox)).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return


def _said(*logs: Path) -> str:
    """The end of what the processes said, for whoever reads why a measurement failed."""
    return "\n".join(f"── {log.name}\n{log.read_text(encoding='utf-8', errors='replace')[-1500:]}" for log in logs)


def _parts(up: int) -> dict[str, int]:
    return {
        part: pid
        for part, mark in PARTS.items()
        for pid, command in children(up).items()
        if any(Path(word).name == mark for word in command)
    }


async def each(turns: int, works: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
    """Do all of it, so many at a time, as fast as it goes."""
    waiting = iter(works)
    done: list[T] = []

    async def one() -> None:
        for work in waiting:
            done.append(await work())  # noqa: PERF401  # several do it at once

    await asyncio.gather(*(one() for _ in range(turns)))
    return done
