"""The rows of messages (NTF-1): what somebody is told, as it stands in the outbox, or in an inbox, where it is delivered by being written."""

from datetime import datetime
from typing import Any

from adapters.database.engine import storable
from models.common.events import Event
from models.common.vocabulary import Locale, MessageChannel, Role


def message_row(
    about: tuple[str, int],
    to: tuple[Role, str],
    said: tuple[str, str],
    *,
    event: Event,
    locale: Locale | str,
    at: datetime,
    channel: MessageChannel = MessageChannel.INBOX,
) -> dict[str, Any]:
    """`about`: the case, claim or other thing, and its version: it is told once for both. `said`: subject and body."""
    here = channel is MessageChannel.INBOX
    return {
        "case_id": about[0],
        "version": about[1],
        "event": event,
        "recipient_role": to[0],
        "recipient_id": to[1],
        "channel": channel,
        "locale": locale,
        "subject": storable(said[0]),
        "body": storable(said[1]),
        "state": "sent" if here else "waiting",
        "attempts": 0,
        "next_attempt_at": None if here else at,
        "created_at": at,
        "sent_at": at if here else None,
    }
