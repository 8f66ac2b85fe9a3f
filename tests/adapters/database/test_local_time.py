"""Local time of any zone from minutes since 1970 (RVW-1)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.database.local_time import offsets

YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def minute(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp()) // 60


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [
        ("Asia/Shanghai", ((minute("2026-01-01T00:00Z"), 480),)),
        ("Asia/Kolkata", ((minute("2026-01-01T00:00Z"), 330),)),
        ("Asia/Kathmandu", ((minute("2026-01-01T00:00Z"), 345),)),
        ("Europe/Berlin", ((minute("2026-01-01T00:00Z"), 60), (minute("2026-03-29T01:00Z"), 120), (minute("2026-10-25T01:00Z"), 60))),
        (
            "Australia/Lord_Howe",  # by half an hour
            ((minute("2026-01-01T00:00Z"), 660), (minute("2026-04-04T15:00Z"), 630), (minute("2026-10-03T15:30Z"), 660)),
        ),
    ],
)  # fmt: skip
def test_a_zone_is_ahead_by_so_much_from_each_change_of_its_clocks(zone: str, wanted: tuple[tuple[int, int], ...]) -> None:
    assert offsets(ZoneInfo(zone), *YEAR) == wanted
