"""Whole days of a zone (RVW-2, RVW-3)."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Period(NamedTuple):
    """`until` is the first day that is not in it."""

    since: date
    until: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=self.zone)

    @property
    def ends(self) -> datetime:
        return datetime(self.until.year, self.until.month, self.until.day, tzinfo=self.zone)

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    def before(self, days: int) -> "Period":
        """So many days that end where it begins."""
        return Period(self.since - timedelta(days=days), self.since, self.zone)
