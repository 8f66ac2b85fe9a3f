"""Periods in whole days, counted as law counts them (RES-1): the day of receipt does not count, the period ends at 24:00 of its last day.

When the calendar that counts is closed on the last day, the period ends on the next day that it is open. Which days move the end is
therefore the calendar's to say; the policy's `eligibility.counting` names one for each market:

- China: Measures for the Seven-Day Return of Goods Bought Online (2017), art. 10; Civil Code arts. 201 and 203: public holidays.
- EU, 14 days: Directive 2011/83 art. 9 with Regulation 1182/71 art. 3 (1), (2) b, (4): public holidays, Saturdays and Sundays.
- UK, 14 and 30 days: Consumer Contracts Regulations 2013 reg. 30, Consumer Rights Act 2015 s. 22 (3): none.

Days are those of the market's zone, where goods are received; the zone that a customer says to be in moves no limit.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.common.calendars import CalendarSlice
from models.common.partners import Order
from models.policy.policy import PolicySlice

_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 60
"""Days after which a calendar that stays closed moves no end."""
REST = "*"
"""The region of all orders that no other row of `counting` is about."""


def counting_of(policy: PolicySlice, order: Order) -> CalendarSlice | None:
    """The calendar that counts for the order's region: its own, its country's, that of the rest. None: the policy counts no days."""
    counting, region = policy.eligibility.counting, order.region
    found = next((counting[name] for name in (region, region.partition("-")[0], REST) if name in counting), None)
    return policy.calendars.get(found) if found is not None else None


def last_day(calendar: CalendarSlice, start: datetime, days: int) -> date:
    """The last day of a period of so many days that `start` sets off."""
    return next_open(calendar, local_day(calendar, start) + days * _DAY)


def next_open(calendar: CalendarSlice, day: date) -> date:
    """The day itself when the calendar is open on it, else the next that is."""
    candidates = (day + after * _DAY for after in range(_LONGEST_CLOSURE))
    return next((candidate for candidate in candidates if _open(calendar, candidate)), day)


def end_of(calendar: CalendarSlice, day: date) -> datetime:
    """24:00 of the day: the first instant that is no longer of it."""
    return datetime.combine(day + _DAY, time(), ZoneInfo(calendar.zone))


def days_counted(calendar: CalendarSlice, start: datetime, at: datetime) -> int:
    """The days of the shortest period from `start` that is not over `at` that instant. It stands still while the calendar is closed."""
    counted = max((local_day(calendar, at) - local_day(calendar, start)).days, 0)
    while counted and at < end_of(calendar, last_day(calendar, start, counted - 1)):
        counted -= 1
    return counted


def local_day(calendar: CalendarSlice, at: datetime) -> date:
    return at.astimezone(ZoneInfo(calendar.zone)).date()


def _open(calendar: CalendarSlice, day: date) -> bool:
    if calendar.always:
        return True
    special = next((exceptional.hours for exceptional in calendar.exceptional if exceptional.day == day), None)
    return bool(calendar.week[day.weekday()] if special is None else special)
