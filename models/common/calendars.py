"""Business calendars (SLA-2): as a policy writes them, and resolved for the days that a case may see."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.common.base import Frozen


class Hours(Frozen):
    """A span of one working day, minutes since local midnight; `end` may be 1440."""

    start: int = Field(ge=0, lt=1440)
    end: int = Field(gt=0, le=1440)


class CalendarPolicy(Frozen):
    """A business calendar as written: weekly spans like `09:00-12:00`, a country's public holidays, own closing and opening days."""

    zone: str
    always: bool = False
    """24×7: every instant is working time; nothing else is needed."""
    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], tuple[str, ...]] = {}
    holidays: str | None = None
    """A country code of the `holidays` package, as CN; make-up working days included."""
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
