"""Connections that say nothing, or half of a request, end: nobody holds one for the sake of holding it."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_WITHIN = 10.0
"""Seconds from a connection's beginning, and from a request's first byte, to the end of its headers."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's own, which ends idle connections between requests only."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._begin()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin()

    def on_headers_complete(self) -> None:
        self._end()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._end()
        self._limit = self.loop.call_later(HEADERS_WITHIN, self.timeout_keep_alive_handler)

    def _end(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
