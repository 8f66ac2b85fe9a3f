"""Counted cases, of which scorecards are made (RVW-2)."""

from collections.abc import Mapping
from typing import NamedTuple

from models.review.scorecards import Measure

Member = tuple[str, ...]


class CaseCount(NamedTuple):
    """Counted cases of one member that are alike; `like`: the values of the columns that the kind compares by."""

    member: Member
    like: Mapping[str, str | None]
    cases: int
    given_minor: int
    measures: Mapping[Measure, tuple[int, int]]
    """The cases that a measure is of, and those in which it happened."""


class WeekCount(NamedTuple):
    """The same for all members together (`member` None), or for one, by week."""

    week: int
    member: Member | None
    like: Mapping[str, str | None]
    measures: Mapping[Measure, tuple[int, int]]
