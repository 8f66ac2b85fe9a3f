"""What the lists of deadlines of cases, returns, replacements and claims share."""

from collections.abc import Iterable

from models.common.base import Bilingual
from models.common.deadline import Deadline, DeadlineKind
from models.common.waits import Wait


def of_wait(wait: Wait, then: Bilingual) -> Deadline:
    """The end of a wait."""
    return Deadline(kind=DeadlineKind.WAIT, what=wait.for_, at=wait.until, whose=wait.on, then=then)


def in_words(deadlines: Iterable[Deadline]) -> list[str]:
    """For operators, in the Temporal Web UI: the wait first, then the others, the nearest first."""
    ordered = sorted(deadlines, key=lambda deadline: (deadline.kind is not DeadlineKind.WAIT, deadline.next))
    return [line for deadline in ordered for line in _lines(deadline)]


def _lines(deadline: Deadline) -> list[str]:
    then = f"{deadline.then.en} / {deadline.then.zh}"
    if deadline.kind is DeadlineKind.WAIT:
        waits = f"Waits for **{deadline.what}** from **{deadline.whose}** until {deadline.at:%Y-%m-%d %H:%M} UTC."
        return [waits, f"Then by itself: {then}"]
    return [f"By {deadline.at:%Y-%m-%d %H:%M} UTC: {deadline.kind} {deadline.what} ({deadline.whose}); else {then}"]
