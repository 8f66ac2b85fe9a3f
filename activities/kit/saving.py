"""A projection's way into the database: which of two is later, which of its entries are new (docs/architecture.md, Choices).

What a lost workflow task wrote is known again when the task is executed again; what did not happen again is taken back, as far as nobody
was told of it. What comes late from a worker that was given up, or from a run that was reset, changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, String, bindparam
from sqlmodel import SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.kit.rows import Row
from adapters.database.engine import execute, insert_if_absent, storable, take_turns
from models.common.projection import Projected
from models.common.vocabulary import MessageChannel
from models.tables.case import CaseRow, MessageRow, RequestRow, RunRow, TimelineRow
from models.tables.claims import ClaimHistoryRow, ClaimRow
from rules.common.requests import to_put_away
from rules.common.timeline import EntryT, Kept, Reconciled, digest_of, reconcile

WORKFLOW = bindparam("workflow_id", type_=String())


@dataclass(frozen=True)
class Books:
    """The tables of one kind of workflow."""

    rows: type[CaseRow] | type[ClaimRow]
    history: type[TimelineRow] | type[ClaimHistoryRow]
    key: str

    def of(self, table: type[SQLModel], workflow_id: object) -> Any:  # noqa: ANN401  # SQLAlchemy's condition
        return col(getattr(table, self.key)) == workflow_id

    @cached_property
    def standing(self) -> Executable:
        """What the row of `workflow_id` says of its last projection, and the epoch of `run_id` if that is known."""
        row: Any = self.rows
        run = (col(RunRow.workflow_id) == bindparam("workflow_id")) & (col(RunRow.run_id) == bindparam("run_id"))
        epoch: Any = select(RunRow.epoch).where(run).scalar_subquery()
        asked: Any = select(row.version, row.epoch, row.events, row.updated_at)
        return asked.add_columns(epoch).where(self.of(row, WORKFLOW))

    @cached_property
    def alike(self) -> Executable:
        """The entries of `workflow_id` after a version, and those of certain events."""
        row: Any = self.history
        which = (row.version > bindparam("after")) | row.event.in_(bindparam("events", expanding=True))
        columns: Any = select(row.version, row.event, row.role, row.actor_id)
        return columns.add_columns(row.data).where(self.of(row, WORKFLOW), which)


CASES = Books(CaseRow, TimelineRow, "case_id")
CLAIMS = Books(ClaimRow, ClaimHistoryRow, "claim_id")


class Standing(NamedTuple):
    """What the row says of its last projection."""

    version: int
    epoch: int
    events: int
    at: datetime


@dataclass(frozen=True)
class Saving:
    """A projection that is newer than what stands there."""

    books: Books
    workflow_id: str
    projection: Projected
    epoch: int
    standing: Standing | None
    """None: the first of its workflow."""
    at: datetime
    """When it is written, by the database's clock."""
    repeated: bool = False
    """It stands there already: the workflow was not told so."""

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that a repetition leaves as they are."""
        return ("saved_at",) if self.repeated else ()

    @property
    def row(self) -> Row:
        """The columns that tell it from others from now on, and when it was written."""
        return {"epoch": self.epoch, "events": self.projection.events, "saved_at": self.at}

    @property
    def set_back(self) -> bool:
        """The workflow was reset to an earlier event."""
        standing, after = self.standing, self.projection.after
        if standing is None or standing.epoch in {0, self.epoch}:
            return False
        return after is not None and after < standing.version

    async def compare(self, session: AsyncSession, entries: Sequence[EntryT]) -> Reconciled[EntryT]:
        """Which of the unsaved entries are there already."""
        newest = self.standing.version if self.standing else 0
        after = self.projection.after
        if after is None:
            after = entries[0].version - 1 if entries else newest
        events = sorted({entry.event.value for entry in entries})
        rows = await execute(session, self.books.alike, workflow_id=self.workflow_id, after=after, events=events)
        kept = [Kept(row.version, digest_of(row.event, row.role, row.actor_id, row.data)) for row in rows]
        digests = [digest_of(entry.event.value, entry.by.role.value, entry.by.id, storable(entry.data)) for entry in entries]
        return reconcile(entries, digests, kept, after, newest)

    async def write(self, session: AsyncSession, told: Reconciled[Any]) -> None:
        """Bring the history to what the workflow has. What a run did that was reset did happen: it stays."""
        history, key = self.books.history, self.books.key
        mine = self.books.of(history, self.workflow_id)
        for known in told.known:
            at_it = col(history.version) == known.version
            await session.exec(update(history).where(mine, at_it).values(data=storable(known.entry.data)))
        rows = [
            {
                key: self.workflow_id,
                "version": fresh.version,
                "at": fresh.entry.at,
                "event": fresh.entry.event,
                "role": fresh.entry.by.role,
                "actor_id": fresh.entry.by.id,
                "data": storable(fresh.entry.data),
            }
            for fresh in told.fresh
        ]
        await insert_if_absent(session, history, *rows)
        if told.gone and not self.set_back:
            await session.exec(delete(history).where(mine, col(history.version).in_(told.gone)))
            of_them = (col(MessageRow.case_id) == self.workflow_id, col(MessageRow.version).in_(told.gone))
            await session.exec(delete(MessageRow).where(*of_them, _untold()))


async def begin(session: AsyncSession, books: Books, workflow_id: str, projection: Projected, version: int) -> Saving | Standing:
    """Let one projection of a workflow at a time go on from here; what stands there instead, if this one comes late."""
    at = await take_turns(session, workflow_id)
    found: Any = (await execute(session, books.standing, workflow_id=workflow_id, run_id=projection.run_id)).first()
    standing = Standing(*found[:-1]) if found else None
    epoch: int = (found and found[-1]) or await _begin_epoch(session, workflow_id, projection.run_id, standing)
    if standing is None:
        return Saving(books, workflow_id, projection, epoch, None, at)
    mine = (epoch, projection.events, projection.at, version)
    there = (standing.epoch, standing.events, standing.at, standing.version)
    return standing if mine < there else Saving(books, workflow_id, projection, epoch, standing, at, repeated=mine == there)


async def put_requests_away(session: AsyncSession, workflow_id: str, seen: Mapping[str, int]) -> int:
    """Write down the ids of requests that the workflow need not carry any longer; how many."""
    oldest = to_put_away(seen)
    rows = [{"workflow_id": workflow_id, "request_id": name, "digest": digest} for name, digest in oldest.items()]
    await insert_if_absent(session, RequestRow, *rows)
    return len(rows)


def _untold() -> ColumnElement[bool]:
    """Messages that nobody has read, and that no provider was asked to deliver."""
    inbox = (col(MessageRow.channel) == MessageChannel.INBOX.value) & col(MessageRow.read_at).is_(None)
    return inbox | ((col(MessageRow.state) == "waiting") & (col(MessageRow.attempts) == 0))


async def _begin_epoch(session: AsyncSession, workflow_id: str, run_id: str, standing: Standing | None) -> int:
    """Runs of one workflow are counted as they are seen first: a later one is newer, whatever its versions are."""
    epoch = standing.epoch + 1 if standing else 1
    begun = await insert_if_absent(session, RunRow, {"workflow_id": workflow_id, "run_id": run_id, "epoch": epoch})
    known = None if begun else await session.get(RunRow, (workflow_id, run_id))
    return known.epoch if known else epoch
