"""No body larger than its address takes, refused by what it says of itself or as soon as it has grown too large; and none that does not come."""

import asyncio
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import respond, too_large

MOST_BYTES = 1024 * 1024
SILENCE = 15.0
"""Seconds that a body may stand still."""
SLOWEST = 32 * 1024
"""Bytes a second that a body comes at, at least."""


class BodyLimit:
    """`larger` names the paths that take more than `most` bytes."""

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int]) -> None:
        self._app = app
        self._most = most
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        most = self._larger.get(scope["path"], self._most)
        announced = request.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > most:
            await respond(request, too_large())(scope, receive, send)
            return
        received, whole = 0, False
        until = asyncio.get_running_loop().time() + SILENCE + most / SLOWEST

        async def receiving() -> Message:
            """Once the body is there, whoever listens on waits for the caller to go."""
            nonlocal received, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + SILENCE)):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413)
            return message

        await self._app(scope, receiving, send)
