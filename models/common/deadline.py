"""What happens by itself at an instant, unless somebody moves first. Listed by `rules/*/deadlines.py`."""

from enum import StrEnum, auto

from models.common.base import Bilingual, Frozen, Instant
from models.common.vocabulary import WaitingOn


class DeadlineKind(StrEnum):
    WAIT = auto()
    """Somebody's move: the end of the wait that a workflow is in."""
    PROMISE = auto()
    """A clock of the case (SLA-1)."""
    REQUEST = auto()
    """A party's answer to a question (INV-2)."""
    TRANSFER = auto()
    """Somebody accepts to take over (DSP-4)."""
    APPEAL = auto()
    """An appeal is decided (INV-5)."""
    SNOOZE = auto()
    """A case that was put aside comes back (WRK-2)."""
    HELD = auto()
    """What may be taken back until then is said (WRK-5)."""
    PICKUP = auto()
    """The carrier fetches a return (RES-6)."""
    RESERVATION = auto()
    """The warehouse holds goods (RES-7)."""
    CHANGES = auto()
    """A claim that is over may still change (RES-9)."""


class Deadline(Frozen):
    """One pending deadline of a case, a return, a replacement or a claim."""

    kind: DeadlineKind
    what: str
    """Which of its kind, for people and programs: the code of the wait or the clock, the id of the request."""
    at: Instant
    warn_at: tuple[Instant, ...] = ()
    """When it is warned of before. A warning that was given is not listed any more."""
    whose: WaitingOn
    then: Bilingual
    """What happens by itself at that instant."""
    provisional: bool = False
    """It lies in a year whose days off are not announced, and may move once they are."""

    @property
    def next(self) -> Instant:
        """The nearest instant of it: a warning's, or its own."""
        return min((*self.warn_at, self.at))

    def passed(self, now: Instant) -> bool:
        return now >= self.at

    def due(self, now: Instant) -> bool:
        """It passed, or is to be warned of."""
        return now >= self.next
