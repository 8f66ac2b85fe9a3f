"""The library follows the cases (ARC-2): a loop of the worker indexes what was saved, apart from the cases' workflows.

Saving a case writes down that it is due (`LibraryDueRow`). Any number of workers may run; one at a time indexes a batch, in one transaction, so
that what a worker that died had begun is due again.
"""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.loops import BATCH, repeat
from adapters.database.case_texts import whole
from adapters.database.engine import Database, execute, take_turns
from adapters.library.index import put
from models.case.state import CaseState, TimelineEntry
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Role
from models.library.lesson import LessonContent
from models.tables.case import CaseRow, TimelineRow
from models.tables.library import LessonRow, LibraryDueRow, LibraryRow
from rules.library.passages import documents_of, passages_of

TURN = "library"
SEARCHED = ("receipt", "order_id", "order", "classification", "finding", "settled", "sayings", "requests", "appeal",
            "appeals_before", "absorbed", "split_from")  # fmt: skip
"""What of a state is searched, and what decides who reads it: as long as it is the same, nothing is indexed anew."""


SETTLED = timedelta(seconds=1.5)
"""A case that was saved a moment ago is often saved again: it is looked at once for all of that."""
LOOK_EVERY = 1.5
"""Seconds."""


class LibraryIndexing:
    """Looks again and again. `settled`: how long after it was saved a case is looked at."""

    def __init__(self, database: Database, *, settled: timedelta = SETTLED) -> None:
        self._database = database
        self._settled = settled

    async def run(self, stop: asyncio.Event) -> None:
        """Index until told to stop: within some three seconds of the case."""
        await repeat(self.index, stop, "library.trouble", busy=LOOK_EVERY, idle=LOOK_EVERY)

    async def index(self) -> int:
        """Index a batch of what is due, the oldest first; how many there were."""
        async with self._database.reading() as session:
            if (await session.exec(_DUE.limit(1))).first() is None:
                return 0  # who only looks takes no writer's turn
        async with self._database.writing() as session:
            now = await take_turns(session, TURN)
            due = (await session.exec(_DUE.where(col(LibraryDueRow.at) <= now - self._settled).limit(BATCH))).all()
            cases = [*dict.fromkeys(row.case_id for row in due)]
            await session.exec(delete(LibraryDueRow).where(col(LibraryDueRow.case_id).in_(cases)))  # also what came meanwhile
            for case_id in cases:
                await index_case(session, case_id)
        return len(due)


async def index_case(session: AsyncSession, case_id: str) -> None:
    """Bring the index to what the case has now; nothing is written when that is what was indexed."""
    found: Any = (await execute(session, _KNOWN, case_id=case_id)).first()
    if found is None:
        return
    state: dict[str, Any] = found.state
    lesson: dict[str, Any] | None = found.lesson
    notes = [_note(row) for row in (await execute(session, _NOTES, case_id=case_id)).all()]
    carriers = [shipment["carrier_id"] for shipment in state.get("shipments") or ()]
    digest = _digest([*(state.get(name) for name in SEARCHED), carriers, [note.data for note in notes], lesson])
    if found.digest == digest:
        return
    case = CaseState.model_validate(await whole(session, case_id, state))
    passages = passages_of(case, notes, LessonContent.model_validate(lesson) if lesson else None)
    await put(session, case_id, documents_of(case, passages), passages, digest)


def _note(row: Any) -> TimelineEntry:  # noqa: ANN401  # columns of a row
    by = Actor(role=Role(row.role), id=row.actor_id)
    return TimelineEntry(version=row.version, at=row.at, event=Event.NOTED, by=by, data=row.data)


def _digest(of: list[Any]) -> int:
    """63 bits: a number that both databases hold."""
    told = json.dumps(of, sort_keys=True, ensure_ascii=False).encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest()) >> 1


_DUE = select(LibraryDueRow).order_by(col(LibraryDueRow.id))
_STATE: Any = CaseRow.state
_CONTENT: Any = LessonRow.content
_LESSON = select(_CONTENT).where(col(LessonRow.case_id) == col(CaseRow.case_id)).scalar_subquery()
_DIGEST = select(col(LibraryRow.digest)).where(col(LibraryRow.case_id) == col(CaseRow.case_id)).limit(1).scalar_subquery()
_KNOWN = select(_STATE, _LESSON.label("lesson"), _DIGEST.label("digest")).where(col(CaseRow.case_id) == bindparam("case_id"))
"""The case as it is, and the digest of what it was indexed from."""
_NOTES = (
    select(TimelineRow)
    .where(col(TimelineRow.case_id) == bindparam("case_id"), col(TimelineRow.event) == Event.NOTED.value)
    .order_by(col(TimelineRow.version))
)
