"""Timelines as one person reads them: what is shown of them, in which words, at which zone's times."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.auth import Caller
from models.case import CaseState
from models.events import Event
from models.tables import TimelineRow
from models.views import TimelineView
from models.vocabulary import Locale, Role
from rules.access import masked_data, shows
from rules.texts import timeline_text
from rules.words import HOME_ZONE


@dataclass(frozen=True)
class Reader:
    """Who reads a timeline."""

    case_id: str
    role: Role
    language: Locale
    zone: str

    @classmethod
    def of(cls, caller: Caller, case_id: str, language: Locale, state: CaseState | None) -> "Reader":
        """Customers read times in their own zone."""
        zone = state.receipt.zone if state is not None and caller.role is Role.CUSTOMER else HOME_ZONE
        return cls(case_id=case_id, role=caller.role, language=language, zone=zone)

    def sees(self, row: TimelineRow) -> bool:
        return shows(Event(row.event), row.data, self.role)

    def read(self, row: TimelineRow) -> TimelineView:
        event = Event(row.event)
        data = masked_data(event, row.data, self.role)
        text = timeline_text(event, data, self.language, self.zone)
        return TimelineView(version=row.version, at=row.at, event=event, by=Role(row.role), text=text, data=data)

    def read_all(self, rows: Iterable[TimelineRow]) -> tuple[TimelineView, ...]:
        return tuple(self.read(row) for row in rows if self.sees(row))
