"""The weekly review (RVW-3): what a period's cases were about, what they cost, what got worse, and what is done about it."""

from datetime import date

from models.common.base import Frozen, Identifier, Instant
from models.common.readers import Inside
from models.common.vocabulary import Role
from models.review.causes import Cause


class Example(Frozen):
    """A case, and what it cost."""

    case_id: Inside[str]
    cost_minor: Inside[int]


class Share(Frozen):
    """Who had how many of a cause's cases."""

    who: Inside[str]
    cases: Inside[int]


class CostlyCause(Frozen):
    """One of the causes that cost most. It says what was paid, not that it is more than usual: that is a `Worsening`."""

    cause: Inside[Cause]
    cases: Inside[int]
    cost_minor: Inside[int]
    before_minor: Inside[int]
    """The same in the period of the same length before."""
    mostly: Inside[tuple[Share, ...]] = ()
    examples: Inside[tuple[Example, ...]] = ()
    improvement_id: Inside[str | None] = None


class Worsening(Frozen):
    """A cause with more cases than the weeks before and everybody else's same cases let expect, by more than chance."""

    cause: Inside[Cause]
    cases: Inside[int]
    expected: Inside[float]
    q: Inside[float]
    """The share of false ones when everything as sure as this is told."""
    cost_minor: Inside[int]
    known: Inside[bool] = False
    """An improvement is open for it already."""
    examples: Inside[tuple[Example, ...]] = ()
    improvement_id: Inside[str | None] = None


class WeekFigure(Frozen):
    """A point of the report's charts."""

    week: Inside[date]
    """Its Monday."""
    cases: Inside[int]
    cost_minor: Inside[int]


class Informed(Frozen):
    """Who was told of what."""

    role: Inside[Role]
    id: Inside[str]
    why: Inside[Cause | None] = None
    """None: of the review itself."""

    def __hash__(self) -> int:
        return hash((self.role, self.id, self.why))


class PeriodReview(Frozen):
    """One review. Amounts are of `currency`; those of cases in other currencies are not in them, and `other_currencies` counts these cases."""

    review_id: Inside[Identifier]
    opened_from: Inside[date]
    opened_to: Inside[date]
    """The first day that is not in it."""
    zone: Inside[str]
    made_at: Inside[Instant]
    made_by: Inside[str]
    currency: Inside[str]
    cases: Inside[int]
    cases_before: Inside[int]
    cost_minor: Inside[int]
    before_minor: Inside[int]
    other_currencies: Inside[int] = 0
    costly: Inside[tuple[CostlyCause, ...]]
    worse: Inside[tuple[Worsening, ...]]
    weeks: Inside[tuple[WeekFigure, ...]]
    informed: Inside[tuple[Informed, ...]] = ()
