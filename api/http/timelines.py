"""Timelines as one person reads them: what is shown of them, in which words, at which zone's times."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.http.auth import Caller
from models.case.state import CaseState
from models.common.events import Event
from models.common.timeline import TimelineView
from models.common.vocabulary import Locale, Role
from models.tables.case import TimelineRow
from rules.case.access import masked_data, shows
from rules.notifications.texts import Texts, texts


@dataclass(frozen=True)
class Reader:
    """Who reads a timeline."""

    case_id: str
    role: Role
    language: Locale
    zone: str | None
    texts: Texts

    @classmethod
    def of(cls, caller: Caller, home: str, case_id: str, language: Locale, state: CaseState | None) -> "Reader":
        """Customers read times in their own zone, everybody else in the market's (`home`)."""
        zone = state.receipt.zone if state is not None and caller.role is Role.CUSTOMER else None
        return cls(case_id=case_id, role=caller.role, language=language, zone=zone, texts=texts(home))

    def sees(self, row: TimelineRow) -> bool:
        return shows(Event(row.event), row.data, self.role)

    def read(self, row: TimelineRow) -> TimelineView:
        event = Event(row.event)
        data = masked_data(event, row.data, self.role)
        text = self.texts.timeline_text(event, data, self.language, self.zone)
        return TimelineView(version=row.version, at=row.at, event=event, by=Role(row.role), text=text, data=data)

    def read_all(self, rows: Iterable[TimelineRow]) -> tuple[TimelineView, ...]:
        return tuple(self.read(row) for row in rows if self.sees(row))
