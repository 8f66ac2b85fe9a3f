"""Working-time deadlines over a year of holidays (quality goal: at most 50 µs each). Run: python -m benchmarks.calendar"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from models.common.calendars import CalendarSlice
from rules.common.working_time import add_working, working_between
from rules.policy.load import load_policy, slice_policy

POLICY = Path(__file__).parents[1] / "policies" / "default.yaml"
START = datetime(2026, 1, 1, tzinfo=UTC)
TARGETS = [timedelta(minutes=5), timedelta(hours=2), timedelta(hours=24), timedelta(hours=200)]
STARTS = [START + timedelta(minutes=97 * step) for step in range(5 * 1000)]  # most of a year, at every hour of day and week


def measure() -> dict[str, float]:
    """µs by figure."""
    calendar = slice_policy(load_policy(POLICY), START).calendars["service"]
    begun = perf_counter()
    add_working(calendar, START, timedelta(hours=1))
    first = perf_counter() - begun
    return {
        "first question to a calendar": first * 1e6,
        "deadline, working time over a year of holidays": _each(add_working, calendar, TARGETS),
        "working time between two instants": _each(
            lambda cal, at, span: working_between(cal, at, at + 7 * span), calendar, TARGETS
        ),
    }


def _each(
    question: Callable[[CalendarSlice, datetime, timedelta], object], calendar: CalendarSlice, spans: list[timedelta]
) -> float:
    begun = perf_counter()
    for at in STARTS:
        for span in spans:
            question(calendar, at, span)
    return (perf_counter() - begun) / (len(STARTS) * len(spans)) * 1e6


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
