"""What an errand reports to its case (workflows/errands.py)."""

from typing import ClassVar

from pydantic import JsonValue

from models.base import Frozen, Identifier
from models.calendars import CalendarSlice
from models.events import Event
from models.people import SYSTEM, Actor
from models.policy import WaitPolicy
from models.remedies import Errand
from models.replacements import ReplacementState
from models.returns import ReturnState
from models.vocabulary import Acceptance, Reception, WaitFor


class Terms(Frozen):
    """The deadlines that an errand takes along from its case's policy."""

    waits: dict[WaitFor, WaitPolicy]
    calendars: dict[str, CalendarSlice]


class News(Frozen):
    """A line for the case's timeline."""

    event: Event
    by: Actor = SYSTEM
    data: dict[str, JsonValue] = {}


class Report(Frozen):
    """Where the errand stands, and what is new. `None` fields are as they were."""

    STATES: ClassVar[tuple[str, ...]] = ("return_", "replacement")
    """Names of the fields that hold an errand's own state; the remedy has fields of the same names."""

    remedy_id: Identifier
    errand: Errand
    news: tuple[News, ...] = ()
    reception: Reception | None = None
    acceptance: Acceptance | None = None
    return_: ReturnState | None = None
    replacement: ReplacementState | None = None


class Telling(Frozen):
    """A report on its way to its case."""

    case_id: Identifier
    report: Report
