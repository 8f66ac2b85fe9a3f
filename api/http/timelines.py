"""Timelines as one person reads them: what is shown of them, in which words, at which zone's times."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.auth import Caller
from models.case.state import CaseState
from models.chargebacks.state import ChargebackEntry
from models.common.actors import Actor
from models.common.events import Event
from models.common.readers import Readers
from models.common.timeline import TimelineView
from models.common.vocabulary import Locale, Role
from models.tables.case import ContactRow, TimelineRow
from models.tables.claims import ClaimHistoryRow
from rules.case.timeline import as_written_today, data_for, grounds_in, may_read
from rules.common.readers import as_seen
from rules.notifications.recipients import language_of
from rules.notifications.texts import Texts, texts


@dataclass(frozen=True)
class TimelineReader:
    """Who reads the timeline of a case, or the history of a claim or chargeback."""

    actor: Actor
    language: Locale
    texts: Texts
    zone: str | None = None

    @classmethod
    def of(
        cls, caller: Caller, home: str, language: Locale, state: CaseState | None, contact: ContactRow | None
    ) -> "TimelineReader":
        """Customers read times in their own zone, as in their messages, everybody else in the market's (`home`)."""
        zone = language_of(state, contact)[1] if state is not None and caller.role is Role.CUSTOMER else None
        return cls(actor=caller.actor, language=language, texts=texts(home), zone=zone)

    def read(self, row: TimelineRow | ClaimHistoryRow | ChargebackEntry) -> TimelineView | None:
        """The row as this reader gets it; None: it is not for them."""
        event = Event(row.event)
        by = Actor(role=Role(row.role), id=row.actor_id)
        written = as_written_today(event, row.data, by)
        on: Readers = grounds_in(written, by, self.actor)
        if not may_read(event, on):
            return None
        data = data_for(event, written, on)
        text = self.texts.timeline_text(event, data, self.language, self.zone)
        view = TimelineView(version=row.version, at=row.at, event=event, by=by.role, by_id=by.id, text=text, data=data)
        return as_seen(view, self.actor)

    def read_all(self, rows: Iterable[TimelineRow | ClaimHistoryRow | ChargebackEntry]) -> tuple[TimelineView, ...]:
        return tuple(view for row in rows if (view := self.read(row)) is not None)


async def rows_after(session: AsyncSession, case_id: str, after: int, limit: int) -> list[TimelineRow]:
    """What happened on a case after that version, at most so much."""
    fits = (TimelineRow.case_id == case_id, TimelineRow.version > after)
    return list((await session.exec(select(TimelineRow).where(*fits).order_by(col(TimelineRow.version)).limit(limit))).all())
