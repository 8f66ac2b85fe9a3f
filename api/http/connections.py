"""Connections are ended that send nothing, half of a request or headers without end, or that do not take their answer."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_WITHIN = 10.0
"""Seconds from a connection's beginning, and from a request's first byte, to the end of its headers."""

KEPT_OPEN = 75
"""Seconds that a connection stays open between requests: longer than load balancers keep theirs, usually 60, so that none of them sends a
request on one that is just being closed."""

MOST_HEAD = 64 * 1024
"""Bytes of an address and its headers; a token and cookies need a tenth."""
TOO_MUCH_HEAD = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TAKEN_WITHIN = 60.0
"""Seconds that an answer may stand still because its caller does not take it."""
MOST_CONNECTIONS = 2_000
"""Of one process; who comes on top is refused. Each may hold a megabyte: the body that it sends."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's own, which ends idle connections between requests only."""

    _limit: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._begin()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin()
        self._head = 0

    def on_url(self, url: bytes) -> None:
        if self._fits(url):
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._fits(name + value):
            super().on_header(name, value)

    def _fits(self, more: bytes) -> bool:
        self._head += len(more)
        if self._head > MOST_HEAD and not self.transport.is_closing():
            self.transport.write(TOO_MUCH_HEAD)
            self.transport.close()
        return self._head <= MOST_HEAD

    def on_headers_complete(self) -> None:
        self._end()
        if self._head <= MOST_HEAD:
            super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(TAKEN_WITHIN, self.transport.abort)  # closing would wait for the caller, too

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def _taken(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _begin(self) -> None:
        self._end()
        self._limit = self.loop.call_later(HEADERS_WITHIN, self.timeout_keep_alive_handler)

    def _end(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
