"""What the review's workflows ask of activities (RVW-3)."""

from datetime import date

from models.common.base import Frozen, Identifier, Instant


class ReviewStart(Frozen):
    """Which period to review. The schedule names none: the seven days before `at`'s, which is then the day after them."""

    since: date | None = None
    until: date | None = None
    by: str = "system"
    tell: bool = True
    """Tell people, and open improvements."""


class WriteReview(Frozen):
    """Review that period, as of `at`."""

    start: ReviewStart
    at: Instant


class Written(Frozen):
    """The review, and its improvements that are open."""

    review_id: Identifier
    follow: tuple[Identifier, ...] = ()
