"""Links to a review's page and PDF, for whoever has no token of their own to hand: who reads their mail, or a print (RVW-3)."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import jwt

from adapters.secrets import secrets_of
from settings import Settings


class ReviewLinks:
    """Makes and reads links' tokens, signed with a key of their own: none is ever good as somebody's bearer token, nor the other way round."""

    def __init__(self, settings: Settings) -> None:
        self._key = hmac.new(secrets_of(settings).jwt.encode(), b"links to reviews", hashlib.sha256).digest()
        self._life = timedelta(days=settings.review_link_days)
        self._address = settings.public_url or settings.api_url

    def make(self, review_id: str, now: datetime | None = None) -> tuple[str, datetime]:
        """The page's address, and until when it works."""
        until = ((now or datetime.now(UTC)) + self._life).replace(microsecond=0)
        token = jwt.encode({"review": review_id, "exp": until}, self._key, algorithm="HS256")
        return f"{self._address}/v1/reviews/links/{token}", until

    def read(self, token: str) -> str | None:
        """The review that the token leads to; None for one that is over or that we never made."""
        try:
            return jwt.decode(token, self._key, algorithms=["HS256"], options={"require": ["exp"]})["review"]
        except (jwt.PyJWTError, KeyError):
            return None
