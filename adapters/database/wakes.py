"""Learning that somebody wrote to the database, in whichever process, so that nobody asks it again and again whether anything changed.

What was written is read from the tables; this only says when it is time to look. PostgreSQL tells it (LISTEN and NOTIFY); SQLite is asked for
the number of its last commit, by a connection of its own. Its files are not to be looked at: whoever closes one gives up all locks that their
process has on it (https://sqlite.org/howtocorrupt.html, 2.2), and writers write over one another.
"""

import asyncio
import sqlite3
from contextlib import suppress

import psycopg
import structlog
from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.database.sqlite import connect

CHANNEL = "redress_wrote"
TELL_EACH = 0.1
"""Seconds between two notifications of one process: writers that notify wait for one another, and a loaded worker would do little else."""
LOOK_EACH = 0.1
"""Seconds between two looks at SQLite."""
WITHOUT_LISTENING = 1.0
"""Seconds between two looks while PostgreSQL cannot be listened to."""

log = structlog.stdlib.get_logger(__name__)


class Announcer:
    """Tells PostgreSQL's listeners that this process wrote: once for whatever is written within a tenth of a second."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._untold = False
        self._telling: asyncio.Task[None] | None = None

    def wrote(self) -> None:
        """A transaction was committed."""
        self._untold = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def aclose(self) -> None:
        """Tell what is left."""
        if self._telling is not None:
            await self._telling

    async def _tell(self) -> None:
        while self._untold:
            self._untold = False
            try:
                async with self._engine.connect() as connection:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await connection.execute(text(f"NOTIFY {CHANNEL}"))
            except SQLAlchemyError as error:  # listeners look by themselves, too
                log.warning("wakes.not_told", error=type(error).__name__)
            await asyncio.sleep(TELL_EACH)


class Wakes:
    """Waits until somebody has written."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._listening: psycopg.AsyncConnection[object] | None = None
        self._sqlite = url.get_backend_name() == "sqlite"
        self._looking: sqlite3.Connection | None = None
        self._commit: int | None = None

    async def wait(self, seconds: float) -> None:
        """Return when somebody has written since the last call, or after so many seconds."""
        if self._sqlite:
            await self._look(seconds)
            return
        try:
            if self._listening is None:
                await self._listen()  # what was written before was told to nobody
                return
            async for _ in self._listening.notifies(timeout=seconds, stop_after=1):
                pass
        except (psycopg.Error, OSError) as error:
            log.warning("wakes.not_listening", error=type(error).__name__)
            await self.aclose()
            await asyncio.sleep(min(seconds, WITHOUT_LISTENING))

    async def aclose(self) -> None:
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.close()
        listening, self._listening = self._listening, None
        if listening is not None:
            with suppress(psycopg.Error, OSError):
                await listening.close()

    async def _listen(self) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._listening = await psycopg.AsyncConnection.connect(plain, autocommit=True)
        await self._listening.execute(f"LISTEN {CHANNEL}")

    async def _look(self, seconds: float) -> None:
        before = self._commit
        for _ in range(max(round(seconds / LOOK_EACH), 1)):
            self._commit = self._last_commit()
            if self._commit != before:
                return
            await asyncio.sleep(LOOK_EACH)

    def _last_commit(self) -> int | None:
        """Differs from the one before as soon as somebody has committed something that can be read."""
        try:
            if self._looking is None:
                self._looking = connect(self._url.database or "", waits=False)
            return self._looking.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:  # it is locked or damaged: whoever reads the rows is told
            return self._commit
