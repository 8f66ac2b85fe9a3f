"""Partners over real HTTP that keep to their contracts, and misbehave as a test tells them to."""

import asyncio
import threading
import time
from collections import defaultdict, deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI, HTTPException, Response
from starlette.types import Message, Receive, Scope, Send

from models.common.partners import Order, OutgoingMessage, Refund, RefundRequest, StatementRequest
from settings import Settings
from tests.support.builders.orders import order, parcel
from tests.support.fakes.partners import World
from tests.support.processes.ports import free_port

TOKEN = "of-the-tests"


@dataclass(frozen=True)
class Fault:
    """One misbehaviour: act or not, then answer this, or nothing at all."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    acts: bool = False
    hangs: bool = False
    drips: bool = False
    """Sends a byte now and then, so that no single read ever takes long."""
    hangs_up: bool = False


@dataclass
class Provider:
    """Every partner at one address; `faults` by call (`POST /payment/refunds`), used up one by one."""

    url: str
    world: World = field(default_factory=World)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict[str, deque[Fault]](deque))
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of the last request of each call."""
    down: bool = False
    """Nothing works, whatever is called."""
    asked: list[str] = field(default_factory=list)
    """Every call with its query, in the order in which they came."""
    called_in_vain: int = 0
    """So many calls met it when it was down."""

    def settings(self, **change: Any) -> Settings:
        """The settings with which Redress calls these partners."""
        urls = {f"{name}_url": f"{self.url}/{name}" for name in ("merchant", "carrier", "payment", "notification")}
        return Settings.model_validate({**urls, "partner_token": TOKEN, "partner_timeout": 1, **change})

    def will(self, call: str, *faults: Fault) -> None:
        """The next answers to a call."""
        self.faults[call].extend(faults)

    def reset(self) -> None:
        self.world = World()
        self.world.add(order(), parcel())
        self.faults.clear()
        self.headers.clear()
        self.asked.clear()
        self.down, self.called_in_vain = False, 0


class Misbehaving:
    """The layer around the partners' application that looks for a fault first."""

    def __init__(self, app: FastAPI, provider: Provider) -> None:
        self._app = app
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = f"{scope['method']} {scope['path']}"
        self._provider.asked.append(f"{call}?{scope['query_string'].decode()}")
        self._provider.headers[call] = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if self._provider.down:
            self._provider.called_in_vain += 1
            await _answer(Fault(503), send)
            return
        waiting = self._provider.faults.get(call)
        if not waiting:
            await self._app(scope, receive, send)
            return
        fault = waiting.popleft()
        if fault.acts:
            await self._app(scope, receive, _nowhere)
        if fault.hangs:
            await _until_gone(receive)
        elif fault.hangs_up:
            raise ConnectionAbortedError
        else:
            await _answer(fault, send)


async def _nowhere(_: Message) -> None:
    """An answer that gets lost."""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(fault: Fault, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in fault.headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    if fault.drips:
        for _ in range(20):
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": fault.body})


def partners(provider: Provider) -> FastAPI:
    """Merchant, carrier, payment and message provider as their contracts say."""
    app = FastAPI()

    @app.get("/merchant/orders/{order_id}")
    async def one_order(order_id: str) -> Order:
        found = await provider.world.order(order_id)
        if found is None:
            raise HTTPException(404, "no such order")
        return found

    @app.get("/carrier/shipments")
    async def shipments(order_id: str) -> dict[str, Any]:
        return {"shipments": await provider.world.shipments(order_id)}

    @app.get("/payment/payments")
    async def payments(order_id: str) -> dict[str, Any]:
        return {"payments": await provider.world.payments(order_id)}

    @app.post("/payment/refunds")
    async def refund(asked: RefundRequest, response: Response) -> Refund:
        known = asked.key in provider.world.refunds
        response.status_code = HTTPStatus.OK if known else HTTPStatus.CREATED
        return await provider.world.refund(asked)

    @app.get("/payment/refunds/{key}")
    async def refund_by_key(key: str) -> Refund:
        found = await provider.world.refund_by_key(key)
        if found is None:
            raise HTTPException(404, "no such refund")
        return found

    @app.post("/merchant/statements", status_code=202)
    @app.post("/carrier/statements", status_code=202)
    async def ask(asked: StatementRequest) -> None:
        await provider.world.ask(asked)

    @app.post("/notification/messages", status_code=202)
    async def send(message: Annotated[OutgoingMessage, Body()]) -> None:
        await provider.world.send(message)

    return app


@contextmanager
def running_provider() -> Generator[Provider]:
    """The partners at a free port."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}")
    app = Misbehaving(partners(provider), provider)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
