"""Partners' webhooks, signed as partners sign them (Standard Webhooks)."""

import uuid
from datetime import UTC, datetime

from standardwebhooks import Webhook

from adapters.secrets import secrets_of
from settings import Settings


def signed(
    settings: Settings, content: str, *, number: str | None = None, at: datetime | None = None, secret: str | None = None
) -> dict[str, str]:
    """The headers of a notice: its number (a new one), when it was sent (now), and the signature."""
    number, at = number or f"n-{uuid.uuid4().hex}", at or datetime.now(UTC)
    signature = Webhook(secret or secrets_of(settings).webhook).sign(number, at, content)
    return {"webhook-id": number, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
