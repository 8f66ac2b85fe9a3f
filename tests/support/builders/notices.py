"""Partners' webhooks, signed as partners sign them (Standard Webhooks)."""

import uuid
from datetime import UTC, datetime

from standardwebhooks import Webhook

from adapters.secrets import secrets_of
from settings import Settings


def signed(
    settings: Settings,
    content: str,
    *,
    number: str | None = None,
    at: datetime | None = None,
    secret: str | None = None,
    of: str = "merchant",
) -> dict[str, str]:
    """The headers of a notice: its number (a new one), when it was sent (now), and the signature of a partner, as `merchant` or `carrier/SF`."""
    number, at = number or f"n-{uuid.uuid4().hex}", at or datetime.now(UTC)
    partners = secrets_of(settings).partners
    own = partners.get(of, partners["merchant"])
    signature = Webhook(secret or own.webhook[0].get_secret_value()).sign(number, at, content)
    return {"webhook-id": number, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
