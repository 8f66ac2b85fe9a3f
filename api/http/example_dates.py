"""Moments of examples (docs page): ahead of whoever tries them, for a fixed date is too far away at first and past one day."""

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def ahead(days: int, hour: int = 9) -> str:
    """So many days after this process began, at that hour in China, as an ISO 8601 instant."""
    day = datetime.now(UTC).astimezone(CHINA) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()
