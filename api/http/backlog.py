"""How many cases may wait for a worker that takes them up: the API opens them several times as fast as a worker gets them under way.

Without a bound a burst of openings makes every case wait, also those of people who act; so what is too much is refused with when to come back.
While no worker takes up any, nothing is refused: what is opened then is kept by the server until one comes (REC-3).
"""

import time

from sqlalchemy import bindparam
from sqlmodel import col, select

from adapters.database.engine import Database, execute
from api.http.problems import too_many
from models.tables.case import CaseRow

LOOK_AGAIN_AFTER, NOBODY_WORKS_AFTER = 0.25, 30.0
"""Seconds."""
_TAKEN_UP = select(CaseRow.case_id).where(col(CaseRow.case_id).in_(bindparam("case_ids", expanding=True)))


class Backlog:
    """The cases that this process has opened, less those that it has found in the table: a worker saves each with its first word."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most
        self._waiting = set[str]()
        self._looked_at = 0.0
        self._worked_at = 0.0

    def add(self, case_id: str) -> None:
        """It was opened."""
        if not self._waiting:
            self._worked_at = time.monotonic()
        if len(self._waiting) < self._most:
            self._waiting.add(case_id)

    async def check_room(self) -> None:
        """Raises ProblemError (BUSY, 503) while too many wait."""
        if len(self._waiting) < self._most:
            return
        now = time.monotonic()
        if now - self._looked_at >= LOOK_AGAIN_AFTER:
            self._looked_at = now
            async with self._database.reading() as session:
                taken_up = set((await execute(session, _TAKEN_UP, case_ids=[*self._waiting])).scalars())
            if taken_up:
                self._worked_at = now
                self._waiting -= taken_up
        if len(self._waiting) >= self._most and now - self._worked_at < NOBODY_WORKS_AFTER:
            raise too_many()
