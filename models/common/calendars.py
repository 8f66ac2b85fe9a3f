"""Business calendars (SLA-2): as a policy writes them, and resolved for the days that a case may see."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.common.base import Bilingual, Frozen


class Hours(Frozen):
    """A span of one working day, minutes since local midnight; `end` may be 1440."""

    start: int = Field(ge=0, lt=1440)
    end: int = Field(gt=0, le=1440)


class CalendarPolicy(Frozen):
    """A business calendar as written: weekly spans like `09:00-12:00`, a country's public holidays, own closing and opening days."""

    zone: str
    name: Bilingual | None = None
    """As people choose it for a shift; none: its id."""
    always: bool = False
    """24×7: every instant is working time; nothing else is needed."""
    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], tuple[str, ...]] = {}
    holidays: str | None = None
    """A country of the `holidays` package, as CN, or a part of one, as DE-BY; make-up working days included."""
    nationwide: bool = False
    """Only the days off of the whole country, though its parts have more."""
    categories: tuple[str, ...] = ()
    """The country's kinds of days off that close; its public holidays when empty."""
    announced_through: int | None = None
    """The last year whose days off are complete by `closed` and `open`, where it was announced after the package was made."""
    makeup: tuple[str, ...] = ()
    """The spans of a make-up working day; Monday's when empty."""
    closed: tuple[date, ...] = ()
    open: dict[date, tuple[str, ...]] = {}


class Exceptional(Frozen):
    """A day that differs from its weekday. No spans: closed."""

    day: date
    hours: tuple[Hours, ...] = ()
    name: str | None = None
    """The holiday's name, for the notice of REC-4."""


class CalendarSlice(Frozen):
    """A calendar resolved for a window of days: seven weekdays (Monday first) and the exceptional days between `first` and `last`."""

    zone: str
    always: bool = False
    week: tuple[tuple[Hours, ...], ...] = ()
    exceptional: tuple[Exceptional, ...] = ()
    first: date
    last: date
    announced_to: date | None = None
    """The last day of the years whose days off are announced; None: those of the whole window are."""
