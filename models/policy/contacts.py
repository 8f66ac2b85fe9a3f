"""What may be written to one e-mail address or telephone number, and how it is confirmed (NTF-3)."""

from datetime import timedelta

from pydantic import Field

from models.common.base import Duration, Frozen
from models.common.vocabulary import MessageChannel


class ContactPolicy(Frozen):
    """Messages and codes are counted for an address, whichever customers gave it, over the last 24 hours."""

    emails_a_day: int = Field(default=30, ge=1)
    sms_a_day: int = Field(default=10, ge=1)
    codes_a_day: int = Field(default=3, ge=1, le=10)
    code_valid_for: Duration = timedelta(hours=24)
    code_tries: int = Field(default=5, ge=1, le=10)
    release_within: Duration = timedelta(hours=24)
    """So old may withheld news be when the address is confirmed; older ones are in the inbox alone."""

    def messages_a_day(self, channel: str) -> int:
        return self.emails_a_day if channel == MessageChannel.EMAIL else self.sms_a_day
