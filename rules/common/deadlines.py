"""What the lists of deadlines of cases, returns, replacements and claims share."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import JsonValue

from models.common.base import Bilingual
from models.common.calendars import CalendarSlice
from models.common.deadline import Deadline, DeadlineKind
from models.common.vocabulary import WaitingOn
from models.common.waits import Wait, WaitPolicy
from rules.common.working_time import add_working, provisional, working_between

NOT_ANNOUNCED = " (may move: the days off of that year are not announced)"


def of_wait(wait: Wait, rule: WaitPolicy, calendars: Mapping[str, CalendarSlice], then: Bilingual | None = None) -> Deadline:
    """The end of a wait, and the policy's warnings before it, at shares of its working time. `then`: instead of the policy's."""
    warn_at: list[datetime] = []
    if rule.warn_at and wait.on is not WaitingOn.NOBODY:
        calendar = calendars[rule.calendar]
        span = working_between(calendar, wait.since, wait.until)
        warn_at = [add_working(calendar, wait.since, span * share) for share in sorted(rule.warn_at)][wait.warned :]
    return Deadline(
        kind=DeadlineKind.WAIT,
        what=wait.for_,
        at=wait.until,
        warn_at=tuple(warn_at),
        whose=wait.on,
        then=then or rule.then,
        provisional=rule.calendar in calendars and provisional(calendars[rule.calendar], wait.until),
    )


def warned(wait: Wait, deadline: Deadline, now: datetime) -> Wait:
    """The wait after its warning; several that are due together are given as one."""
    return wait.model_copy(update={"warned": wait.warned + sum(moment <= now for moment in deadline.warn_at)})


def near(deadline: Deadline) -> dict[str, JsonValue]:
    """The warning, as its timeline entry tells it."""
    return {"of": deadline.whose.value, "waiting_for": deadline.what, "until": deadline.at.isoformat()}


def in_words(deadlines: Iterable[Deadline]) -> list[str]:
    """For operators, in the Temporal Web UI: the wait first, then the others, the nearest first."""
    ordered = sorted(deadlines, key=lambda deadline: (deadline.kind is not DeadlineKind.WAIT, deadline.next))
    return [line for deadline in ordered for line in _lines(deadline)]


def _lines(deadline: Deadline) -> list[str]:
    then = f"{deadline.then.en} / {deadline.then.zh}"
    at = f"{deadline.at:%Y-%m-%d %H:%M} UTC{NOT_ANNOUNCED if deadline.provisional else ''}"
    if deadline.kind is DeadlineKind.WAIT:
        waits = f"Waits for **{deadline.what}** from **{deadline.whose}** until {at}."
        return [waits, f"Then by itself: {then}"]
    return [f"By {at}: {deadline.kind} {deadline.what} ({deadline.whose}); else {then}"]
