"""The sandbox under test: on a free port, with a caller, and with somebody who takes its webhooks."""

import asyncio
import json
import socket
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from pydantic import SecretStr
from standardwebhooks import Webhook

from models.common.credentials import Credentials
from models.common.partner_registry import Partner
from tests.support.processes.waiting import eventually

SECRET = "whsec_c2VjcmV0IG9mIHRoZSBzYW5kYm94IHRlc3Rz"
TOKEN = "a token"
CREDENTIALS = {partner.value: Credentials(webhook=(SecretStr(SECRET),), token=(SecretStr(TOKEN),)) for partner in Partner}


class Running:
    """An application served on a port of its own, or on one found before."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        self._socket = socket.socket(
            proto=socket.IPPROTO_TCP
        )  # the event loop sends small packets at once on what says that it is TCP
        self._socket.bind(("127.0.0.1", port))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        self._serving = asyncio.create_task(self._server.serve([self._socket]))

    async def ready(self) -> None:
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._server.should_exit = True
        await self._serving
        self._socket.close()


@dataclass
class Inbox:
    """Redress's side of the webhooks: checks every signature, and may be asked to turn some away."""

    taken: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list[tuple[str, str, dict[str, Any]]])
    """Notice id, partner, body."""
    turn_away: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/webhooks/{partner}")
        async def take(partner: str, request: Request) -> Response:
            body = await request.body()
            Webhook(SECRET).verify(body, dict(request.headers))
            if self.turn_away:
                self.turn_away -= 1
                return Response(status_code=503)
            self.taken.append((request.headers["webhook-id"], partner, json.loads(body)))
            return Response(status_code=200)

        return app

    async def about(self, reference: str, count: int = 1) -> list[tuple[str, str, dict[str, Any]]]:
        """The notices with that reference, once there are so many."""

        async def look() -> list[tuple[str, str, dict[str, Any]]]:
            return [one for one in self.taken if one[2]["reference"] == reference]

        return await eventually(look, lambda found: len(found) >= count)


class Town:
    """The sandbox, with a caller who has the token."""

    def __init__(self, address: str, http: httpx.AsyncClient, inbox: Inbox) -> None:
        self.address = address
        self.http = http
        self.inbox = inbox

    async def get(self, path: str, **parameters: str) -> Any:
        return (await self.http.get(path, params=parameters)).raise_for_status().json()

    async def put(self, path: str, body: Any) -> None:
        (await self.http.put(path, json=body)).raise_for_status()

    async def order(self, state: str) -> dict[str, Any]:
        return (await self.get("/catalogue", state=state))[0]

    async def refund(self, state: str, minor: int, **change: Any) -> httpx.Response:
        """Ask for a refund of an order in that state, with a fresh key unless one is given."""
        order = await self.order(state)
        key = uuid4().hex
        body: dict[str, Any] = {
            "key": key,
            "payment_id": f"P-{order['order_id'].removeprefix('O-')}-1",
            "order_id": order["order_id"],
            "amount": {"minor": minor, "currency": "CNY"},
            "reason": "test",
            "reference": f"RD-{key}",
        } | change
        return await self.http.post("/payment/refunds", json=body, headers={"Idempotency-Key": body["key"]})

    async def ask(self, partner: str, recipient: str, **change: Any) -> dict[str, Any]:
        key = uuid4().hex
        body: dict[str, Any] = {
            "key": key,
            "reference": f"RD-{key}",
            "request_id": "q1",
            "recipient": recipient,
            "order_id": "O-1001",
            "question": "What happened?",
            "due": "2030-01-01T00:00:00Z",
        } | change
        answer = await self.http.post(f"/{partner}/statements", json=body, headers={"Idempotency-Key": body["key"]})
        assert answer.status_code == 202, answer.text
        return body
