"""Reconciliation runs once a day, also where clocks are changed."""

from datetime import date

import pytest

from adapters.schedules import unsteady
from rules.policy.load import load_policy
from settings import ROOT, Settings

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize("policy", ["default", "us", "eu"])
def test_the_usual_hour_comes_once_on_every_day_of_every_market_shipped(policy: str) -> None:
    assert unsteady(Settings(), load_policy(ROOT / "policies" / f"{policy}.yaml").zone, TODAY) is None


@pytest.mark.parametrize(
    ("cron", "zone", "day"),
    [
        ("30 2 * * *", "America/New_York", date(2027, 3, 14)),
        ("30 1 * * *", "America/New_York", date(2027, 11, 7)),
        ("0 4,2 * * *", "Europe/Berlin", date(2027, 3, 28)),
        ("30 2 * * *", "Asia/Shanghai", None),
        ("*/15 * * * *", "Europe/Berlin", None),
    ],
)
def test_an_hour_that_is_skipped_or_comes_twice_is_told_with_its_day(cron: str, zone: str, day: date | None) -> None:
    assert unsteady(Settings(reconcile_cron=cron, reconcile_zone=zone), "UTC", TODAY) == day
