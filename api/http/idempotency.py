"""The id of an update, from the Idempotency-Key of its request."""

import hashlib
import uuid

from api.http.auth import Caller


def request_id(caller: Caller, action: str, key: str | None) -> str:
    """The update's id. A key belongs to its caller and action: somebody else's same key is another request."""
    if key is None:
        return uuid.uuid4().hex
    return hashlib.blake2b(f"{caller.role}|{caller.actor.id}|{action}|{key}".encode(), digest_size=16).hexdigest()
