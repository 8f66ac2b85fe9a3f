"""Quiet hours (NTF-4): until when a message is held, in the customer's local time."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.policy.contacts import ContactPolicy

NEXT_DAY = timedelta(days=1)


def held_until(policy: ContactPolicy, channel: str, zone: str, now: datetime) -> datetime | None:
    """The end of the quiet hours that the channel has at that instant; None: it has none now."""
    night = policy.night(channel)
    if night is None:
        return None
    (begin, end), local = night, now.astimezone(ZoneInfo(zone))
    clock = local.time().replace(tzinfo=None)
    if not _within(clock, begin, end):
        return None
    day = local.date() if clock < end else local.date() + NEXT_DAY
    return datetime.combine(day, end, ZoneInfo(zone)).astimezone(now.tzinfo)


def _within(clock: time, begin: time, end: time) -> bool:
    return begin <= clock < end if begin < end else clock >= begin or clock < end
