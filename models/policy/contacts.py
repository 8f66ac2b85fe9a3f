"""What may be written to one e-mail address or telephone number, when, and how it is confirmed (NTF-3, NTF-4)."""

from datetime import time, timedelta
from typing import Annotated

from pydantic import Field

from models.common.base import Duration, Frozen
from models.common.vocabulary import MessageChannel

Night = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
"""`22:00-08:00`: from the one to the other, over midnight when it ends earlier than it begins."""


class ContactPolicy(Frozen):
    """Messages and codes are counted for an address, whichever customers gave it, over the last 24 hours."""

    emails_a_day: int = Field(default=30, ge=1)
    sms_a_day: int = Field(default=10, ge=1)
    codes_a_day: int = Field(default=3, ge=1, le=10)
    code_valid_for: Duration = timedelta(hours=24)
    code_tries: int = Field(default=5, ge=1, le=10)
    release_within: Duration = timedelta(hours=24)
    """So old may withheld news be when the address is confirmed; older ones are in the inbox alone."""
    quiet_hours: dict[MessageChannel, Night] = {}
    """NTF-4: in the customer's zone; what is not urgent is sent when they end. A channel that is not here has none."""
    instead: tuple[MessageChannel, ...] = ()
    """NTF-4: the channels that reach people, in the order in which they are tried when another one could not deliver."""

    def messages_a_day(self, channel: str) -> int:
        return self.emails_a_day if channel == MessageChannel.EMAIL else self.sms_a_day

    def night(self, channel: str) -> tuple[time, time] | None:
        """When the quiet hours of a channel begin and end, in the customer's local time; None: it has none."""
        written = self.quiet_hours.get(MessageChannel(channel))
        if written is None:
            return None
        begin, _, end = written.partition("-")
        return time.fromisoformat(begin), time.fromisoformat(end)
