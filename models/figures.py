"""Figures (RVW-1): what cases are counted by and for, and the reports as callers see them."""

from datetime import datetime
from enum import StrEnum

from models.common.base import Bilingual, Frozen
from models.common.readers import Everybody


class Dimension(StrEnum):
    """By what cases are counted: a column of the table `figures` each."""

    KIND = "kind"
    ISSUE = "issue"
    CHANNEL = "channel"
    PRIORITY = "priority"
    MERCHANT = "merchant_id"
    CARRIER = "carrier_id"
    PRODUCT = "product"
    CATEGORY = "category"
    REGION = "region"
    TEAM = "team"
    AGENT = "agent"
    TIER = "tier"
    PARTY = "party"
    OUTCOME = "outcome"
    ROOT_CAUSE = "root_cause"

    @classmethod
    def of_parties(cls) -> frozenset["Dimension"]:
        """Those that a merchant or carrier may count by: nothing of how the platform works."""
        return frozenset(cls) - {cls.PRIORITY, cls.TEAM, cls.AGENT, cls.TIER, cls.ROOT_CAUSE}


class Counted(StrEnum):
    """What a case may count for besides being one."""

    OVER = "over"
    SOLVED = "solved"
    FIRST_CONTACT = "first_contact"
    WITHOUT_PERSON = "without_person"
    REOPENED = "reopened"
    DISPUTED = "disputed"
    RETURNED = "returned"
    MISSED = "missed"
    MERCHANT_AT_FAULT = "merchant_at_fault"
    CARRIER_AT_FAULT = "carrier_at_fault"
    PLATFORM_AT_FAULT = "platform_at_fault"
    RATED = "rated"
    UNHAPPY = "unhappy"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    SOLVED_IN_TIME = "solved_in_time"
    SOLVED_LATE = "solved_late"


class Place(StrEnum):
    """Where a case's time goes: a stage, or the tier that holds it."""

    RECEIPT = "receipt"
    CLASSIFICATION = "classification"
    DISPATCH = "dispatch"
    INVESTIGATION = "investigation"
    RESOLUTION = "resolution"
    FOLLOW_UP = "follow_up"
    MERCHANT_TIER = "merchant_tier"
    PLATFORM_TIER = "platform_tier"
    SUPERVISOR_TIER = "supervisor_tier"

    @property
    def bit(self) -> int:
        """In the column `places`."""
        return 1 << [*Place].index(self)


class UsedBy(StrEnum):
    """Who used the time, by whose move it was. `system`: nobody's, as while partners work or goods travel."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    CARRIER = "carrier"
    PLATFORM = "platform"
    SYSTEM = "system"


class FigureUnit(StrEnum):
    """What a column's figures are."""

    CASES = "cases"
    SHARE = "share"
    """From 0 to 1, of the cases in `of`."""
    SCORE = "score"
    """The mean of scores from 1 to 5, of the cases in `of`."""
    SECONDS = "seconds"
    MINOR = "minor"
    """Minor units of the row's currency."""


class Column(Frozen):
    """What stands in one column of a report."""

    name: Everybody[str]
    title: Everybody[Bilingual]
    unit: Everybody[FigureUnit]
    goal: Everybody[float | None] = None
    """What a share is to reach, by the policy."""


class Figure(Frozen):
    """One figure. None: there is nothing to work it out from."""

    value: Everybody[float | None]
    before: Everybody[float | None] = None
    """The same of the period before."""
    of: Everybody[int | None] = None
    """How many cases a share, mean or median is worked out from."""
    cases: Everybody[str | None] = None
    """The list of the cases that it counts."""


class Row(Frozen):
    """The figures of one merchant, issue, hour, …"""

    by: Everybody[dict[str, str | None]]
    """What it is about; a value of null: of cases of which that is not known."""
    figures: Everybody[dict[str, Figure]]
    """By the columns' names."""


class Report(Frozen):
    """A report: cases that were opened in a period, counted."""

    report: Everybody[str]
    title: Everybody[Bilingual]
    opened_from: Everybody[datetime]
    opened_to: Everybody[datetime]
    before_from: Everybody[datetime]
    """The period before is from here to `opened_from`."""
    zone: Everybody[str]
    columns: Everybody[tuple[Column, ...]]
    rows: Everybody[tuple[Row, ...]]
    """The greatest first, as many as were asked for."""
    left_off: Everybody[int] = 0
    """So many rows more there are."""
    total: Everybody[dict[str, Figure]] = {}
    """Of all rows, also those that are left off, where they add up."""
