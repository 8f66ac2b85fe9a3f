"""Quiet hours by the clock on the customer's wall, over midnight and on days that change the clock (NTF-4)."""

from datetime import UTC, datetime

import pytest

from models.common.vocabulary import MessageChannel
from models.policy.contacts import ContactPolicy
from rules.notifications.quiet_hours import held_until

POLICY = ContactPolicy(quiet_hours={MessageChannel.SMS: "22:00-08:00", MessageChannel.PUSH: "12:00-14:00"})


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("channel", "zone", "now", "until"),
    [
        ("sms", "Asia/Shanghai", "2026-06-08T16:41", "2026-06-09T00:00"),  # 00:41 there
        ("sms", "Asia/Shanghai", "2026-06-08T14:00", "2026-06-09T00:00"),  # 22:00 sharp
        ("sms", "Asia/Shanghai", "2026-06-08T13:59", None),
        ("sms", "Asia/Shanghai", "2026-06-09T00:00", None),  # 08:00 sharp
        ("sms", "Europe/London", "2026-06-08T16:41", None),  # the same instant, in the afternoon
        ("sms", "America/New_York", "2026-06-08T03:00", "2026-06-08T12:00"),
        ("sms", "Europe/Berlin", "2026-03-28T22:30", "2026-03-29T06:00"),  # the night has nine hours
        ("sms", "Europe/Berlin", "2026-10-24T21:30", "2026-10-25T07:00"),  # and here eleven
        ("push", "Asia/Shanghai", "2026-06-08T05:00", "2026-06-08T06:00"),
        ("push", "Asia/Shanghai", "2026-06-08T16:41", None),
        ("email", "Asia/Shanghai", "2026-06-08T16:41", None),
    ],
)
def test_a_message_is_held_until_the_quiet_hours_end(channel: str, zone: str, now: str, until: str | None) -> None:
    assert held_until(POLICY, channel, zone, utc(now)) == (until and utc(until))
