"""The people whose pages this process serves: present on a case for as long as a stream of theirs has it open."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.database import presence as table
from adapters.database.engine import Database

STAY_EACH = 30.0
"""Seconds between two words of this process that its people are still there; one statement for all of them."""
GOES_AFTER = 2.0
"""Seconds that somebody is away before it is told: a page that is loaded again is no leaving."""

log = structlog.stdlib.get_logger(__name__)
Open = tuple[str, str]
"""A case and who has it open."""


class Presence:
    """Counts streams; the table has a row for as long as there is one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._process = secrets.token_hex(8)
        self._open = Counter[Open]()
        self._told = set[Open]()
        self._at_work = set[asyncio.Task[None]]()

    @contextmanager
    def having_open(self, case_id: str, agent_id: str) -> Generator[None]:
        """Present while the block lasts."""
        one = (case_id, agent_id)
        self._open[one] += 1
        if self._open[one] == 1:
            self._begin(self._come(one))
        try:
            yield
        finally:
            self._open[one] -= 1
            if not self._open[one]:
                del self._open[one]
                self._begin(self._go(one))

    async def run(self) -> None:
        """Keep people present, until cancelled; then nobody is any more."""
        try:
            while True:
                await asyncio.sleep(STAY_EACH)
                if self._told:
                    await self._try("presence.not_kept", table.stay, self._process, tuple(self._told))
        finally:
            for task in self._at_work:
                task.cancel()
            if self._told:
                await self._try("presence.not_ended", table.close, self._process)

    async def _come(self, one: Open) -> None:
        if one in self._open and one not in self._told:
            self._told.add(one)
            await self._try("presence.not_told", table.come, *one, self._process)

    async def _go(self, one: Open) -> None:
        await asyncio.sleep(GOES_AFTER)
        if one not in self._open and one in self._told:
            self._told.discard(one)
            await self._try("presence.not_told", table.go, *one, self._process)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Not waited for: whoever leaves is gone already."""
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _try(self, trouble: str, write: Any, *of: object) -> None:  # noqa: ANN401  # a function of the table
        try:
            async with self._database.writing() as session:
                await write(session, *of)
        except SQLAlchemyError as error:  # a case is worked on without it
            log.warning(trouble, error=type(error).__name__)
