"""`redress up`: the whole of Redress on this machine, until Ctrl-C. Also what `make run` does."""

import asyncio
import fcntl
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

import httpx
import typer
from pydantic import JsonValue
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client

from adapters.data_folder import open_data_folder
from adapters.database.engine import migrate
from adapters.database.trouble import words_of
from adapters.secrets import secrets_of
from adapters.temporal import namespace
from adapters.temporal.connection import connect
from api.pages.navigation import places_of
from commands.kit.failure import CommandError
from commands.kit.language import say
from commands.kit.people import let_in
from commands.kit.temporal import failed
from commands.sign_in import links
from commands.up import temporal_server
from commands.up.processes import Part, ProcessGroup, Run
from commands.up.welcome import SUBJECTS, welcome
from models.common.errors import RedressError
from models.common.partner_registry import CASES, Partner
from models.common.vocabulary import Role
from settings import ROOT, Settings

STOP_ORDER = ("api", "worker", "sandbox", "temporal")
"""First nobody comes in, then the work at hand is finished while partners and server are still there."""

MOST = 16
"""Of one kind on one machine: each takes a core of its own when there is much to do."""


@dataclass(frozen=True)
class Plan:
    """What is started."""

    temporal: bool
    sandbox: bool
    workers: int
    apis: int


def up(
    *,
    sandbox: Annotated[bool, typer.Option(help="Start the sandbox partners; without, partners are at REDRESS_…_URL.")] = True,
    temporal: Annotated[bool, typer.Option(help="Start a Temporal server; without, it is at REDRESS_TEMPORAL_ADDRESS.")] = True,
    workers: Annotated[int, typer.Option(min=1, max=MOST, help="How many workers.")] = 1,
    apis: Annotated[int, typer.Option(min=1, max=MOST, help="How many APIs, each on the port after the one before.")] = 1,
) -> None:
    """Start everything on this machine: Temporal server, sandbox partners, workers, APIs. Ctrl-C stops it."""
    settings = Settings()
    plan = Plan(
        temporal=temporal and settings.temporal_address is None,
        sandbox=sandbox and not all(settings.own_partner_url(partner) for partner in Partner),
        workers=workers,
        apis=apis,
    )
    open_data_folder(settings)
    with _alone(settings):
        _check_ports(settings, plan)
        asyncio.run(_run(settings, plan))


@contextmanager
def _alone(settings: Settings) -> Generator[None]:
    """Hold the data folder; the lock goes with the process, however it ends."""
    with (settings.data_dir / "up.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = json.loads(lock.read() or "{}")
            sentence = say(
                "running_already", folder=settings.data_dir, pid=holder.get("pid", "?"), address=holder.get("address", "?")
            )
            raise CommandError(sentence) from None
        lock.seek(0)
        lock.truncate()
        json.dump({"pid": os.getpid(), "address": settings.api_url}, lock)
        lock.flush()
        yield


def _check_ports(settings: Settings, plan: Plan) -> None:
    temporal_host = settings.temporal_host
    wanted = [("api", "REDRESS_API_PORT", settings.host, settings.api_port + further) for further in range(plan.apis)]
    if plan.temporal:
        wanted += [
            ("temporal", "REDRESS_TEMPORAL_PORT", temporal_host, settings.temporal_port),
            ("ui", "REDRESS_UI_PORT", temporal_host, settings.ui_port),
        ]
    if plan.sandbox:
        wanted += [("sandbox", "REDRESS_SANDBOX_PORT", settings.sandbox_host, settings.sandbox_port)]
    seen: dict[int, str] = {}
    for part, setting, host, port in wanted:
        if port in seen:
            raise CommandError(say("port_twice", setting=setting, other=seen[port], port=port))
        seen[port] = setting
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((host, port))
            except OSError:
                raise CommandError(say("port_taken", part=say(f"part.{part}"), setting=setting, port=port)) from None


async def _run(settings: Settings, plan: Plan) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    logs = settings.data_dir / "logs"
    logs.mkdir(exist_ok=True)
    process_group = ProcessGroup(logs, tell)
    tell(say("starting", folder=settings.data_dir))
    async with httpx.AsyncClient(timeout=2, trust_env=False) as http:  # asks this machine only, never a proxy
        starting = asyncio.create_task(_start(process_group, settings, http, plan))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                await _let_in(settings)
                tell(welcome(settings, await _links(settings), own_temporal=plan.temporal, own_sandbox=plan.sandbox))
                await stopped
        finally:
            starting.cancel()
            tell(say("stopping"))
            await process_group.stop(STOP_ORDER)
    tell(say("stopped"))


async def _let_in(settings: Settings) -> None:
    """Those whom the printed tokens stand for."""
    for role, subject in SUBJECTS.items():
        if (trouble := await let_in(settings, role, subject)) is not None:
            tell(trouble)


async def _links(settings: Settings) -> Mapping[Role, str]:
    """One that signs in for each role that has pages; none where an identity provider does it."""
    if settings.jwks_url is not None:
        return {}
    return await links(settings, {role: subject for role, subject in SUBJECTS.items() if places_of(role)})


async def _start(process_group: ProcessGroup, settings: Settings, http: httpx.AsyncClient, plan: Plan) -> None:
    """Start each part as soon as what it needs is there."""
    others = [_migrated(settings), *([process_group.start(_sandbox(settings, http))] if plan.sandbox else [])]
    client, _ = await asyncio.gather(_temporal(process_group, settings, own=plan.temporal), asyncio.gather(*others))
    apis = (_api(_numbered(settings, number), http, number) for number in range(1, plan.apis + 1))
    workers = (_worker(_numbered(settings, number), client, number) for number in range(1, plan.workers + 1))
    await asyncio.gather(*(process_group.start(part) for part in chain(apis, workers)))


def _numbered(settings: Settings, number: int) -> Settings:
    """Those of the nth API or worker: each answers on the port after the one before."""
    further = number - 1
    worker_port = settings.worker_port and settings.worker_port + further
    return settings.model_copy(update={"api_port": settings.api_port + further, "worker_port": worker_port})


async def _migrated(settings: Settings) -> None:
    try:
        await asyncio.to_thread(migrate, settings)
    except (SQLAlchemyError, OSError, RedressError) as error:
        raise CommandError(say("database_failed", why=words_of(error, settings))) from error


async def _migrated_again() -> None:
    """Before a part is started again: its code may be newer by now than what runs here, so that newer code migrates too."""
    own = os.environ | _environment()
    command = (sys.executable, "-m", "adapters.database")
    migrating = await asyncio.create_subprocess_exec(*command, env=own, stdout=PIPE, stderr=PIPE)
    done, failed = await migrating.communicate()
    if migrating.returncode:
        why = failed.decode(errors="replace").strip().splitlines() or ["?"]
        tell(say("database_failed", why=why[-1]))
    elif done:
        tell(say("migrated", what=done.decode().strip()))


async def _temporal(process_group: ProcessGroup, settings: Settings, *, own: bool) -> Client:
    """A client of our own server, once it runs, or of the cluster that is set."""
    if own:
        program = await temporal_server.find_program(settings)

        async def answers(_: Run) -> bool:
            try:
                await connect(settings)
            except RedressError:
                return False
            return True

        await process_group.start(
            Part(
                name="temporal",
                command=temporal_server.command(settings, program),
                ready=answers,
                address=settings.temporal,
                environment=temporal_server.ENVIRONMENT,
            )
        )
    try:
        client = await connect(settings)
        if own:
            await namespace.set_up(client, settings, namespace.RETENTION)  # the server's own retention is a day
        await namespace.check(client, settings)
    except RedressError as error:
        raise failed(error) from error
    return client


def _sandbox(settings: Settings, http: httpx.AsyncClient) -> Part:
    address = f"http://{settings.sandbox_host}:{settings.sandbox_port}"
    return Part(
        name="sandbox",
        command=(
            *(
                sys.executable,
                "-m",
                "sandbox",
                "--host",
                settings.sandbox_host,
                "--port",
                str(settings.sandbox_port),
                "--seed",
                "1",
            ),
            *("--data-dir", str(settings.data_dir / "sandbox"), "--webhook-url", f"{settings.api_url}/v1/webhooks"),
        ),
        ready=Answering(http, f"{address}/healthz"),
        address=address,
        environment=_environment() | _sandboxs_credentials(settings),
    )


def _sandboxs_credentials(settings: Settings) -> dict[str, str]:
    """Of the partners that it plays, and of no other."""
    played = {partner.value for partner in Partner if settings.own_partner_url(partner) is None}
    every: dict[str, JsonValue] = secrets_of(settings).model_dump(mode="json")["partners"]
    theirs = {name: own for name, own in every.items() if name.partition("/")[0] in played}
    shared = {"REDRESS_PARTNER_TOKEN": settings.partner_token.get_secret_value()} if settings.partner_token else {}
    return {"REDRESS_PARTNER_CREDENTIALS": json.dumps(theirs), **shared}


def _api(settings: Settings, http: httpx.AsyncClient, number: int) -> Part:
    ready = Answering(http, f"{settings.api_url}/readyz")
    return Part(
        name="api",
        command=(sys.executable, "-m", "api"),
        ready=ready,
        said=lambda: ready.said,
        address=settings.api_url,
        number=number,
        environment=_environment() | {"REDRESS_API_PORT": str(settings.api_port)},
        before_again=_migrated_again,
        hint=f"{settings.api_url}/readyz",
    )


def _worker(settings: Settings, client: Client, number: int) -> Part:
    async def polls(run: Run) -> bool:
        if not settings.worker_has(CASES):
            return True  # others do, elsewhere
        return await temporal_server.polled(client, settings.task_queue, run.since, pid=run.pid)

    return Part(
        name="worker",
        command=(sys.executable, str(ROOT / "worker.py")),
        ready=polls,
        number=number,
        environment=_environment() | ({"REDRESS_WORKER_PORT": str(settings.worker_port)} if settings.worker_port else {}),
        grace=8.0,
        before_again=_migrated_again,
    )


def _environment() -> dict[str, str]:
    """Our packages are found wherever the command was called from."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}


class Answering:
    """Whether an address answers well, and what it said last when it did not."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        self._http = http
        self._address = address
        self.said = ""

    async def __call__(self, _: Run) -> bool:
        try:
            answer = await self._http.get(self._address)
        except httpx.HTTPError:
            return False
        self.said = "" if answer.is_success else f"{self._address}: {answer.text[:500]}"
        return answer.is_success


def tell(sentence: str) -> None:
    """Say something on the terminal, unwrapped: what is printed can be copied."""
    typer.echo(sentence)
