"""A scan that somebody asked for, as it is shown (docs/money.md)."""

from enum import StrEnum

from models.common.base import Frozen, Instant
from models.common.readers import Inside
from models.reconciliation.difference import COUNTS, PageReport, Scope


class ScanState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It ended before all orders were compared; `scan_failed` among the differences says why, unless somebody ended it."""


class NotCompared(Frozen):
    """Books that could not be compared, because a partner stayed silent."""

    scope: Inside[Scope]
    orders: Inside[int]
    words: Inside[str]
    """What was last said of the partner."""


class ScanReport(Frozen):
    """What came of all orders."""

    orders: Inside[int]
    """So many were compared."""
    found: Inside[int]
    """Differences that are there now, without those that a person accepted."""
    fresh: Inside[int]
    """Of them, so many for the first time."""
    told: Inside[int]
    """So many are solved by cases."""
    for_people: Inside[int]
    """So many are newly a person's task."""
    solved: Inside[int]
    """So many are gone."""
    missed: Inside[tuple[NotCompared, ...]]

    @classmethod
    def of(cls, report: PageReport) -> "ScanReport":
        missed = [NotCompared(scope=scope, orders=one.orders, words=one.words) for scope, one in report.missed.items()]
        return cls(missed=tuple(missed), **{name: getattr(report, name) for name in COUNTS})


class Scan(Frozen):
    """The last scan that somebody asked for."""

    state: Inside[ScanState]
    ended_at: Inside[Instant | None]
    """None while it runs."""
    report: Inside[ScanReport | None]
    """When it is done."""
