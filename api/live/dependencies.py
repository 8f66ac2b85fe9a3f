"""What follows changes in this process, as an `Annotated` alias."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from adapters.database.engine import Database
from api.live.counts import CountUnread, CountView
from api.live.presence import Presence
from api.live.tail import Tail


@dataclass(frozen=True)
class Live:
    """Built once by `api/app.py`."""

    tail: Tail
    presence: Presence

    @classmethod
    @asynccontextmanager
    async def begin(cls, database: Database, view: CountView, unread: CountUnread) -> AsyncGenerator["Live"]:
        """Runs while the block lasts."""
        live = cls(Tail(database, view, unread), Presence(database))
        running = [asyncio.create_task(live.tail.run()), asyncio.create_task(live.presence.run())]
        try:
            yield live
        finally:
            for task in running:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


def _live(request: Request) -> Live:
    return request.app.state.live


LiveOf = Annotated[Live, Depends(_live)]
