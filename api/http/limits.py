"""No body larger than its address takes: refused by what it says of itself, or as soon as it has grown too large."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import respond, too_large

MOST_BYTES = 1024 * 1024


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
        received = 0

        async def receiving() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413)
            return message

        await self._app(scope, receiving, send)
