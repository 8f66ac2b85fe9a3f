"""Reconciliation: what our books say beside what the partners' say; every difference is kept (docs/money.md)."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field, JsonValue

from models.common.base import Duration, Frozen, Identifier, Instant
from models.common.readers import Inside, Platform


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
    decide_within: Duration = timedelta(days=7)
    """A parcel that turned up: when nobody has decided by then who keeps what, whoever paid bears it."""
    pause: Duration = timedelta(milliseconds=200)
    """Between two orders: the scan shares partners with cases that wait."""


class Decision(StrEnum):
    """Who keeps what, when a parcel turned up after something was given for its loss. Nobody is charged by it."""

    BORNE = "borne"
    """Everybody keeps what they have; whoever paid bears it. The default."""
    RETURN_ASKED = "return_asked"
    """The customer is asked to send the goods back."""
    PAYMENT_ASKED = "payment_asked"
    """The customer is asked to pay for the goods."""

    @classmethod
    def asking(cls) -> frozenset["Decision"]:
        """The customer is asked for something."""
        return frozenset({cls.RETURN_ASKED, cls.PAYMENT_ASKED})


class Scope(StrEnum):
    """Whose books ours are compared with. Each by itself: a partner that is silent holds up none of the others."""

    MONEY = "money"
    CHARGES = "charges"
    GOODS = "goods"
    COUPONS = "coupons"


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
    REFUND_TWICE = "refund_twice"
    """A person recorded that it was paid another way, and the provider has paid it too, or still may."""
    REFUND_OVERDUE = "refund_overdue"
    """On its way for too long."""
    PAYMENT_LESS = "payment_less"
    """The provider tells of less money from the customer than our books have."""
    MONEY_UNREADABLE = "money_unreadable"
    """The provider will not tell, or not so that it can be read."""
    CHARGE_AHEAD = "charge_ahead"
    """The provider is further with a charge than we are: paid, tried in vain, over."""
    CHARGE_BEHIND = "charge_behind"
    """We took it for paid, the provider does not."""
    CHARGE_LATE = "charge_late"
    """It was called off or its time was over, and the customer paid it all the same."""
    CHARGE_OPEN = "charge_open"
    """It is over by our books, and the customer may still pay it."""
    CHARGE_UNKNOWN = "charge_unknown"
    """We asked the customer for it, the provider does not know it."""
    CHARGE_AMOUNT = "charge_amount"
    """Another amount than we asked for."""
    CHARGE_UNREADABLE = "charge_unreadable"
    PARCEL_AHEAD = "parcel_ahead"
    """The carrier is further with the parcel than we are: handed over, delivered, lost."""
    PARCEL_UNKNOWN = "parcel_unknown"
    """It is on the road, and the carrier does not know it."""
    PARCEL_LOST = "parcel_lost"
    """It has come, we think, and the carrier says that it is lost."""
    PARCEL_FOUND = "parcel_found"
    """Something was given for its loss, and it has turned up: a person decides who keeps what."""
    PARCEL_UNREADABLE = "parcel_unreadable"
    COUPON_AHEAD = "coupon_ahead"
    """It was issued, and our books do not have it."""
    COUPON_UNKNOWN = "coupon_unknown"
    """We have it as issued, the promotion system does not know it."""
    COUPON_VOID = "coupon_void"
    """The customer has it by our books, and the promotion system has refused or revoked it."""
    COUPON_STANDING = "coupon_standing"
    """We took it back, and it can be used there, or was."""
    COUPON_AMOUNT = "coupon_amount"
    """Another amount than we asked for."""
    COUPON_UNREADABLE = "coupon_unreadable"
    CHARGEBACK_UNKNOWN = "chargeback_unknown"
    """No order of ours has the payment of a chargeback."""
    TAX_MISMATCH = "tax_mismatch"
    """What the merchant says of an order's tax does not add up: a refund of it has no credit note yet (RES-15)."""
    CHARGEBACK_TWICE = "chargeback_twice"
    """A refund and a chargeback that was lost gave the customer the same money."""
    CASE_STOPPED = "case_stopped"
    """Our database has the case open, and its workflow was terminated, failed, or is no more."""
    CASE_STUCK = "case_stuck"
    """Its workflow task fails again and again: a fault of our programs."""
    CASE_UNSAVED = "case_unsaved"
    """Its workflow runs, and our database does not have it."""
    NOT_COMPARED = "not_compared"
    """Our own programs failed over an order: nothing is known of it."""
    PARTNER_SILENT = "partner_silent"
    """A partner answered nothing for all of a scan: some orders were not compared with its books."""
    SCAN_FAILED = "scan_failed"
    """A scan ended before all orders were compared."""

    @property
    def scope(self) -> Scope | None:
        """Whose books it is seen in; None: in nobody's."""
        return SCOPES.get(self.partition("_")[0])

    @classmethod
    def of_cases(cls) -> frozenset["DifferenceKind"]:
        """Between a case and its workflow: the sweep finds and closes them."""
        return frozenset({cls.CASE_STOPPED, cls.CASE_STUCK, cls.CASE_UNSAVED})

    @classmethod
    def of_scans(cls) -> frozenset["DifferenceKind"]:
        """About a scan as a whole, not an order."""
        return frozenset({cls.PARTNER_SILENT, cls.SCAN_FAILED})


SCOPES = {
    **dict.fromkeys(("refund", "payment", "money"), Scope.MONEY),
    "charge": Scope.CHARGES,
    "chargeback": Scope.MONEY,
    "parcel": Scope.GOODS,
    "coupon": Scope.COUPONS,
}
"""By the first word of a difference."""
UNREADABLE = {
    Scope.MONEY: DifferenceKind.MONEY_UNREADABLE,
    Scope.CHARGES: DifferenceKind.CHARGE_UNREADABLE,
    Scope.GOODS: DifferenceKind.PARCEL_UNREADABLE,
    Scope.COUPONS: DifferenceKind.COUPON_UNREADABLE,
}


class DifferenceState(StrEnum):
    OPEN = "open"
    SOLVED = "solved"
    """It was not there any more when it was looked for again."""
    ACCEPTED = "accepted"
    """A person has resolved it."""


class Word(Frozen):
    """The partner's notice that we missed: told to the workflow that waits for it."""

    workflow_id: Identifier
    partner: str
    kind: str
    payload: dict[str, JsonValue]


class Finding(Frozen):
    """One difference, as a comparison finds it."""

    kind: DifferenceKind
    order_id: str | None
    """None: it is about a scan as a whole."""
    subject: str
    """The refund's key, the parcel's number: with kind and order it is always the same difference."""
    case_id: str | None = None
    ours: dict[str, JsonValue] = {}
    theirs: dict[str, JsonValue] = {}
    word: Word | None = None
    """None: only a person can say what to do."""


class Reported(Frozen):
    """A difference that a workflow comes upon by itself, between two scans."""

    finding: Finding
    at: Instant


MOST_NAMED = 100


class Missed(Frozen):
    """Orders that were not compared with some books, for nobody answered."""

    orders: int
    named: tuple[str, ...]
    """The first of them; when there are more, the partner was away, and not only for some orders."""
    words: str
    """What was last said of the partner."""

    def plus(self, other: "Missed | None") -> "Missed":
        if other is None:
            return self
        named = (*self.named, *other.named)[:MOST_NAMED]
        return Missed(orders=self.orders + other.orders, named=named, words=other.words)


class PageReport(Frozen):
    """What came of comparing some orders; in the end, of the whole scan."""

    after: str | None = None
    """Go on behind this order; None: that was the last."""
    orders: int = 0
    found: int = 0
    """Differences that are there now, without those that a person accepted: counted in the end."""
    fresh: int = 0
    """Of them, so many for the first time."""
    told: int = 0
    """So many are solved by cases."""
    for_people: int = 0
    """So many are newly a person's task."""
    solved: int = 0
    """So many are gone."""
    missed: dict[Scope, Missed] = {}
    """What was not compared, because a partner stayed silent."""

    def plus(self, other: "PageReport") -> "PageReport":
        """With what came of the orders behind them."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        missed = other.missed | {scope: mine.plus(other.missed.get(scope)) for scope, mine in self.missed.items()}
        return PageReport(after=other.after, missed=missed, **counts)


COUNTS = ("orders", "found", "fresh", "told", "for_people", "solved")


class ReconcileStart(Frozen):
    """Where a run begins; carried from run to run of one scan."""

    after: str | None = None
    """The order that was compared last."""
    at: Instant | None = None
    """When the scan began; None: now."""
    so_far: PageReport = PageReport()
    scopes: tuple[Scope, ...] = tuple(Scope)
    """Whose books are compared in this round: first all, then those that could not be read."""
    only: tuple[str, ...] = ()
    """These orders alone; none: all."""
    round: int = 0
    until: Instant | None = None
    """So long silent partners are asked again; None: not said yet."""


class ReconcilePage(Frozen):
    after: str | None
    at: Instant
    scopes: tuple[Scope, ...] = tuple(Scope)
    only: tuple[str, ...] = ()


class ScanEnd(Frozen):
    """What is to be told of a scan as a whole."""

    at: Instant
    missed: dict[Scope, Missed] = {}
    failed: str | None = None
    """What it failed over."""
    run: str
    """The workflow's id and its run's, for whoever looks into it."""


class DifferenceView(Frozen):
    """One difference as lists show it."""

    difference_id: Inside[str]
    kind: Inside[DifferenceKind]
    state: Inside[DifferenceState]
    order_id: Inside[str | None]
    """None: it is about a scan as a whole."""
    case_id: Inside[str | None]
    subject: Inside[str]
    ours: Inside[dict[str, JsonValue]]
    theirs: Inside[dict[str, JsonValue]]
    figures: Inside[str]
    """Of these two: another one when they change. Whoever resolves the difference names it (WRK-5)."""
    first_seen: Inside[Instant]
    last_seen: Inside[Instant]
    told_to: Inside[str | None]
    """The case, return or replacement that was told and takes it in by itself."""
    told_at: Inside[Instant | None]
    asked_at: Inside[Instant | None]
    """When it became a task of the supervisors."""
    due: Inside[Instant | None]
    """Until when it is to be decided; then it is closed by itself with the decision `borne`. None: no decision is asked for."""
    decision: Inside[Decision | None]
    closed_at: Inside[Instant | None]
    closed_by: Platform[str | None]
    note: Platform[str | None]
