"""What may be done with an order, line by line, each yes and no with its rule (RES-1, RES-8). docs/eligibility.md explains it."""

from datetime import date

from models.common.base import Bilingual, Frozen, Identifier, Instant, Money
from models.common.vocabulary import Issue, Party, RemedyKind
from models.remedies.order_change import ChangeKind


class Entitlement(Frozen):
    """One remedy for one line, under the rule that decided."""

    kind: RemedyKind
    issues: tuple[Issue, ...]
    """Of which issues this is true."""
    allowed: bool
    rule: str
    """The id of the policy's row; `remedy-of-issue`, `changes`, `pieces-left`, `money-left` and `cancelled-already` are no rows."""
    reason: Bilingual
    firm: bool = False
    """Refused, and nobody may go beyond it."""
    max_quantity: int = 0
    """Pieces: what was bought without what other requests took."""
    max_amount: Money | None = None
    """For money and coupons; never above what is left on the order's payments."""
    until: Instant | None = None
    """Until when it may be asked for; None: no limit, or the goods have not arrived yet."""
    last_day: date | None = None
    """The last day on which it may be asked for, in the market's zone; None: as `until`, or the limit is to the minute."""
    provisional: bool = False
    """The last day lies in a year whose days off are not announced, and may move once they are."""
    changes: tuple[ChangeKind, ...] = ()
    """Of an order that is cancelled or changed before shipping: which kinds of change are open."""
    freight: Party | None = None
    """Who pays for goods that travel; None: none do."""
    freight_rule: str | None = None
    freight_why: Bilingual | None = None
    freight_most: Money | None = None
    """When the customer pays: at most so much is deducted for a label or pick-up of ours."""
    restocking: Money | None = None
    """What is kept of the refund for taking all these pieces back (RES-13)."""
    restocking_why: Bilingual | None = None


class LineEligibility(Frozen):
    """What may be done with one line."""

    line_id: Identifier
    title: str
    bought: int
    left: int
    """Pieces that no other request has taken."""
    remedies: tuple[Entitlement, ...]


class Eligibility(Frozen):
    """What may be done with an order."""

    order_id: Identifier
    issue: Issue | None = None
    """None: for every issue."""
    at: Instant
    """The moment that time limits are measured at: when the customer asked."""
    left: Money
    """What may still be refunded on the order."""
    lines: tuple[LineEligibility, ...]
