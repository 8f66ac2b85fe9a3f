"""Links to documents, for whoever has no token of their own to hand: who reads their mail, or a print (RVW-3, RES-15)."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Literal

import jwt

from adapters.secrets import secrets_of
from settings import Settings


class DocumentLinks:
    """Makes and reads links' tokens, signed with a key of their own: none is ever good as somebody's bearer token or for another kind of
    document, nor the other way round.
    """

    def __init__(self, settings: Settings, kind: Literal["review", "credit-note"]) -> None:
        self._kind = kind
        self._key = hmac.new(secrets_of(settings).jwt.encode(), f"links to {kind}s".encode(), hashlib.sha256).digest()
        self._life = timedelta(days=settings.review_link_days if kind == "review" else settings.credit_note_link_days)
        self._address = settings.public_url or settings.api_url

    def make(self, document_id: str, now: datetime | None = None) -> tuple[str, datetime]:
        """The document's address, and until when it works."""
        until = ((now or datetime.now(UTC)) + self._life).replace(microsecond=0)
        token = jwt.encode({self._kind: document_id, "exp": until}, self._key, algorithm="HS256")
        return f"{self._address.rstrip('/')}/v1/{self._kind}s/links/{token}", until

    def read(self, token: str) -> str | None:
        """The document that the token leads to; None for one that is over or that we never made."""
        try:
            return jwt.decode(token, self._key, algorithms=["HS256"], options={"require": ["exp"]})[self._kind]
        except (jwt.PyJWTError, KeyError):
            return None
