"""Reconciliation: what our books say beside what the payment provider and the carriers say; every difference is kept (docs/money.md)."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field, JsonValue

from models.base import Duration, Frozen, Identifier, Instant


class ReconciliationPolicy(Frozen):
    """The policy's `reconciliation`. When it runs: the setting `reconcile_cron`."""

    lookback: Duration = timedelta(days=30)
    """Orders are compared whose books changed since, and all with money or goods on the way."""
    grace: Duration = timedelta(hours=1)
    """What changed later than that is on its way still: no difference yet."""
    overdue: Duration = timedelta(days=15)
    """A refund that has not arrived by then is a difference."""
    page: int = Field(default=20, ge=1, le=200)
    """Orders that one activity compares."""
    pause: Duration = timedelta(milliseconds=200)
    """Between two orders: the scan shares partners with cases that wait."""


class Scope(StrEnum):
    """Whom the books are compared with."""

    MONEY = "money"
    GOODS = "goods"


class DifferenceKind(StrEnum):
    REFUND_OUTSIDE = "refund_outside"
    """The provider has a refund that none of our cases asked for."""
    REFUND_UNKNOWN = "refund_unknown"
    """We asked for it, the provider does not know it."""
    REFUND_AHEAD = "refund_ahead"
    """The provider is further with it than we are."""
    REFUND_BEHIND = "refund_behind"
    """We took it for arrived, the provider has not paid it."""
    REFUND_REFUSED = "refund_refused"
    """The provider refused it, and we do not know."""
    REFUND_AMOUNT = "refund_amount"
    """Another amount than we asked for."""
    REFUND_OVERDUE = "refund_overdue"
    """On its way for too long."""
    PAYMENT_LESS = "payment_less"
    """The provider tells of less money from the customer than our books have."""
    MONEY_UNREADABLE = "money_unreadable"
    """The provider will not tell, or not so that it can be read."""
    PARCEL_AHEAD = "parcel_ahead"
    """The carrier is further with the parcel than we are: handed over, delivered, lost."""
    PARCEL_UNKNOWN = "parcel_unknown"
    """It is on the road, and the carrier does not know it."""
    PARCEL_LOST = "parcel_lost"
    """It has come, we think, and the carrier says that it is lost."""
    PARCEL_UNREADABLE = "parcel_unreadable"

    @property
    def scope(self) -> Scope:
        return Scope.GOODS if self.startswith("parcel") else Scope.MONEY


class DifferenceState(StrEnum):
    OPEN = "open"
    SOLVED = "solved"
    """It was not there any more when it was looked for again."""
    ACCEPTED = "accepted"
    """A person has seen to it."""


class Word(Frozen):
    """The partner's notice that we missed: told to the workflow that waits for it."""

    workflow_id: Identifier
    partner: str
    kind: str
    payload: dict[str, JsonValue]


class Finding(Frozen):
    """One difference, as a comparison finds it."""

    kind: DifferenceKind
    order_id: str
    subject: str
    """The refund's key, the parcel's number: with kind and order it is always the same difference."""
    case_id: str | None = None
    ours: dict[str, JsonValue] = {}
    theirs: dict[str, JsonValue] = {}
    word: Word | None = None
    """None: only a person can say what to do."""


class ReconcileStart(Frozen):
    """Where a run begins; carried from run to run of one scan."""

    after: str | None = None
    """The order that was compared last."""
    at: Instant | None = None
    """When the scan began; None: now."""
    so_far: "PageReport | None" = None


class ReconcilePage(Frozen):
    after: str | None
    at: Instant


class PageReport(Frozen):
    """What came of comparing some orders."""

    after: str | None = None
    """Go on behind this order; None: that was the last."""
    orders: int = 0
    found: int = 0
    """Differences that are there now, without those that a person accepted."""
    fresh: int = 0
    """Of them, so many for the first time."""
    told: int = 0
    """So many a case takes in by itself."""
    for_people: int = 0
    """So many are newly a person's task."""
    solved: int = 0
    """So many are gone."""

    def plus(self, other: "PageReport") -> "PageReport":
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return PageReport(after=other.after, **counts)


COUNTS = ("orders", "found", "fresh", "told", "for_people", "solved")


class DifferenceView(Frozen):
    """One difference as lists show it."""

    difference_id: str
    kind: DifferenceKind
    state: DifferenceState
    order_id: str
    case_id: str | None
    subject: str
    ours: dict[str, JsonValue]
    theirs: dict[str, JsonValue]
    first_seen: Instant
    last_seen: Instant
    told_to: str | None
    """The case, return or replacement that was told and takes it in by itself."""
    told_at: Instant | None
    asked_at: Instant | None
    """When it became a task of the supervisors."""
    closed_at: Instant | None
    closed_by: str | None
    note: str | None
