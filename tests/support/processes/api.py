"""The API as it runs: its own server on a free port, real cases behind it, and people who call it."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import uvicorn
from sqlmodel import delete, select

from adapters.connect import Partners
from adapters.database.agents import row_of
from adapters.database.engine import insert_if_absent
from api.app import create_app
from api.http.auth import make_token
from commands.kit.people import let_in
from models.common.vocabulary import Locale, Role
from models.policy.agents import AgentPolicy
from models.tables.case import AgentRow, CaseRow
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Service
from tests.support.processes.waiting import eventually

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    http: httpx.AsyncClient
    headers: dict[str, str]

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers={**self.headers, **_named(headers)})

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        return await self.http.post(path, json=body, headers={**self.headers, **_named(headers)})

    async def put(self, path: str, body: object) -> httpx.Response:
        return await self.http.put(path, json=body, headers=self.headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path, headers=self.headers)

    async def upload(self, content: bytes, name: str = "photo.jpg") -> httpx.Response:
        return await self.http.post("/v1/evidence", files={"file": (name, content)}, headers=self.headers)

    async def follow(self, path: str, *, most: int = 10_000, **headers: str) -> list[dict[str, Any]]:
        """The events of a stream, until it ends or there are so many."""
        events: list[dict[str, Any]] = []
        async with aclosing(self.listen(path, **headers)) as stream:
            async for event in stream:
                events.append(event)
                if len(events) == most:
                    break
        return events

    async def listen(self, path: str, **headers: str) -> AsyncGenerator[dict[str, Any]]:
        """The events of a stream as they come."""
        async with self.http.stream("GET", path, headers={**self.headers, **_named(headers)}) as stream:
            assert stream.status_code == 200, await stream.aread()
            event: dict[str, Any] = {}
            async for line in stream.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "data":
                    event["data"] = json.loads(value)
                elif name in {"event", "id"}:
                    event[name] = value
                elif not line and "event" in event:
                    yield event
                    event = {}


def _named(headers: dict[str, str]) -> dict[str, str]:
    """`idempotency_key=…` → `Idempotency-Key: …`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


STAFF = {"alice": Role.AGENT, "bob": Role.AGENT, "sun": Role.SUPERVISOR, "li": Role.SUPERVISOR}
"""Who works where the whole of Redress runs."""


async def let_staff_in(settings: Settings) -> None:
    for who, role in STAFF.items():
        await let_in(settings, role, who)


@dataclass
class Web:
    """A running API and the service behind it."""

    http: httpx.AsyncClient
    settings: Settings
    service: Service
    arriving: list[AgentPolicy]

    def person(self, role: Role, subject: str, *teams: str, locale: Locale | None = None) -> Person:
        """With a token that names these teams. Staff are in the table of people by the next request, agents on every team; they get no cases."""
        if role in Role.staff():
            of = tuple(load_policy(self.settings.policy).teams) if role is Role.AGENT else ()
            self.arriving.append(
                AgentPolicy.model_validate({"id": subject, "name": subject, "role": role, "teams": of, "present": False})
            )
        token = make_token(self.settings, role, subject, teams, locale=locale)
        return Person(self.http, {"Authorization": f"Bearer {token}"})

    def stranger(self) -> Person:
        return Person(self.http, {})

    def customer(self) -> tuple[Person, str, str]:
        """A new customer, their id, and the id of an order of theirs: sold by M-1, carried by K-1."""
        number = next(_numbers)
        customer, ordered = f"C-W{number}", f"O-W{number}"
        self.service.world.add(order(ordered, customer=customer), parcel(ordered))
        return self.person(Role.CUSTOMER, customer), customer, ordered

    async def open(self, who: Person, **body: object) -> str:
        """Open a case and give its id."""
        answer = await who.post("/v1/cases", {"kind": "after_sales", "description": "坏了", **body})
        assert answer.status_code == 201, answer.text
        return answer.json()["case_id"]

    async def row(self, case_id: str, holds: Callable[[CaseRow], bool] = lambda _: True) -> CaseRow:
        """The case's row, as soon as something holds of it (the worker is at work meanwhile)."""

        async def look() -> CaseRow | None:
            async with self.service.database.reading() as session:
                return (await session.exec(select(CaseRow).where(CaseRow.case_id == case_id))).first()

        row = await eventually(look, lambda row: row is not None and holds(row))
        assert row is not None
        return row


@asynccontextmanager
async def running_web(settings: Settings, service: Service) -> AsyncGenerator[Web]:
    """The API on a free port of this machine, in this event loop."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # the event loop sends small packets at once on what says that it is TCP
    listening.bind(("127.0.0.1", 0))
    host, port = listening.getsockname()
    partners = replace(Partners.connect(settings), merchant=service.world, carrier=service.world, payment=service.world)
    config = uvicorn.Config(
        create_app(settings, partners), log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        assert not serving.done(), serving.exception()
        await asyncio.sleep(0.01)
    async with service.database.writing() as session:
        await session.exec(delete(AgentRow))  # the policy's people work by the clock on the wall; a test names its own
    arriving: list[AgentPolicy] = []
    entering = asyncio.Lock()

    async def enter(_: httpx.Request) -> None:
        async with entering:
            while arriving:
                async with service.database.writing() as session:
                    await insert_if_absent(session, AgentRow, row_of(arriving.pop()))

    async with httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=30, event_hooks={"request": [enter]}) as http:
        yield Web(http, settings, service, arriving)
    server.should_exit = True
    await serving
    await partners.aclose()
    listening.close()
