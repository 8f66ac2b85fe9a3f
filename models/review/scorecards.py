"""Scorecards (RVW-2): how often something went wrong in a member's cases, beside its peers' cases of the same kind."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from models.common.base import Frozen
from models.common.readers import Everybody


class ScorecardKind(StrEnum):
    """Whose cards they are."""

    MERCHANT = "merchant"
    PRODUCT = "product"
    CARRIER = "carrier"
    AGENT = "agent"
    TEAM = "team"


class Measure(StrEnum):
    """A share of cases."""

    AT_FAULT = "at_fault"
    """Of the cases with a finding: those in which it was they, alone or with others; of a product, its merchant."""
    REOPENED = "reopened"
    """Of the cases that are over."""
    DISPUTED = "disputed"
    """Of the cases that are over: the customer said that the solution was none."""
    MISSED = "missed"
    """Of all cases: a promise about time was missed."""
    DISSATISFIED = "dissatisfied"
    """Of the rated cases: a poor score was given."""


class Comparison(NamedTuple):
    """How the cards of a kind are made: columns of `figures`."""

    member: tuple[str, ...]
    like: tuple[str, ...]
    """What has to be the same for cases to be compared."""
    like_at_fault: tuple[str, ...] | None
    """The same for `at_fault`, where the issue is part of the fault. None: it has none."""


KINDS = {
    ScorecardKind.MERCHANT: Comparison(("merchant_id",), ("category", "issue"), ("category",)),
    ScorecardKind.PRODUCT: Comparison(("merchant_id", "product"), ("category", "issue"), ("category",)),
    ScorecardKind.CARRIER: Comparison(("carrier_id",), ("region", "issue"), ("region",)),
    ScorecardKind.AGENT: Comparison(("agent",), ("kind", "issue"), None),
    ScorecardKind.TEAM: Comparison(("team",), ("kind", "issue"), None),
}


def measures_of(kind: ScorecardKind) -> tuple[Measure, ...]:
    return tuple(one for one in Measure if one is not Measure.AT_FAULT or KINDS[kind].like_at_fault is not None)


class Verdict(StrEnum):
    """What a comparison with peers says."""

    SMALL = "small"
    """Too few cases to say anything."""
    USUAL = "usual"
    ABOVE = "above"
    """More than peers have, by more than chance and enough to matter."""


class ChangeView(Frozen):
    """From which week on there was more, or less, beside what was expected: observed to expected, before and since."""

    week: Everybody[date]
    before: Everybody[float]
    since: Everybody[float]


class WeekView(Frozen):
    """A point of a control chart: seven days from `week` on."""

    week: Everybody[date]
    cases: Everybody[int]
    hits: Everybody[int]
    expected: Everybody[float]


class RateView(Frozen):
    """One measure of one member. `low` and `high`: the 95 % interval of the rate (Wilson)."""

    measure: Everybody[Measure]
    cases: Everybody[int]
    hits: Everybody[int]
    rate: Everybody[float | None]
    low: Everybody[float]
    high: Everybody[float]
    expected: Everybody[float | None]
    """The rate that its peers have in the same kinds of cases; None: it has no peers there."""
    verdict: Everybody[Verdict]
    q: Everybody[float | None]
    """The share of false flags, if all members that are as far above their peers were flagged; None: not compared."""
    change: Everybody[ChangeView | None] = None
    weeks: Everybody[tuple[WeekView, ...]] = ()
    """When one member's card was asked for."""


class Scorecard(Frozen):
    """One member's card."""

    id: Everybody[str]
    merchant_id: Everybody[str | None] = None
    """Of a product."""
    cases: Everybody[int]
    given_minor: Everybody[int]
    flagged: Everybody[bool]
    rates: Everybody[tuple[RateView, ...]]


class Scorecards(Frozen):
    """The flagged ones first, then by id: what is not flagged is no ranking."""

    kind: Everybody[ScorecardKind]
    opened_from: Everybody[date]
    opened_to: Everybody[date]
    """The first day that is not in it."""
    currency: Everybody[str]
    members: Everybody[int]
    """How many there are; `cards` may be fewer."""
    cards: Everybody[tuple[Scorecard, ...]]
