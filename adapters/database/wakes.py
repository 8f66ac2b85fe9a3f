"""Learning that somebody wrote to the database, in whichever process, so that nobody asks it again and again whether anything changed.

What was written is read from the tables; this only says when it is time to look. PostgreSQL tells it (LISTEN and NOTIFY); of SQLite a
file is looked at, which is no query.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

import psycopg
import structlog
from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

CHANNEL = "redress_wrote"
TELL_EACH = 0.1
"""Seconds between two notifications of one process: writers that notify wait for one another, and a loaded worker would do little else."""
LOOK_EACH = 0.1
"""Seconds between two looks at SQLite's file."""
HEADER = 48
"""Bytes."""
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
        self._commit = _last_commit(url) if self._sqlite else None

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
            self._commit = _last_commit(self._url)
            if self._commit != before:
                return
            await asyncio.sleep(LOOK_EACH)


def _last_commit(url: URL) -> bytes | None:
    """The header of SQLite's index of its log (https://sqlite.org/walformat.html): it changes as soon as a commit can be read, and not before, as
    the log itself does.
    """
    file = Path(url.database or "").absolute()
    try:
        with file.with_name(f"{file.name}-shm").open("rb") as index:
            return index.read(HEADER)
    except FileNotFoundError:
        return None
