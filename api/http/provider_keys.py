"""The keys of the identity provider (JWKS), read beside the requests: nobody waits for a provider while its keys are known.

Known keys stay good while it hangs or answers nonsense, for `STALE`. Only a token with a key that is not known waits for the provider, and all
such wait for one reading together.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import structlog

from api.http.problems import ProblemError, problem
from models.common.vocabulary import ErrorType

FRESH = timedelta(minutes=5)
"""After that the keys are read anew, beside the requests."""
STALE = timedelta(hours=24)
"""So long the last keys are good while the provider gives no others."""
AT_MOST_EVERY = timedelta(seconds=5)
"""How often the provider is asked about a key that is not known."""
TIMEOUT = 5.0
MOST_BYTES = 256 * 1024

log = structlog.get_logger("api.http.provider_keys")


class ProviderKeys:
    """The keys at an address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._keys: dict[str | None, Any] = {}
        self._read_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._trouble: str | None = None
        self._reading: asyncio.Task[None] | None = None

    async def key_of(self, token: str) -> Any:  # noqa: ANN401  # of whichever library reads it
        """The key that the token names. Raises jwt.PyJWTError for a token of no key of the provider's, ProblemError while that cannot be said."""
        kid = jwt.get_unverified_header(token).get("kid")
        now = datetime.now(UTC)
        age = now - self._read_at if self._read_at else STALE
        if age >= STALE:
            self._keys = {}
        if kid not in self._keys:
            if self._tried_at is None or now - self._tried_at >= AT_MOST_EVERY or self._reading is not None:
                await asyncio.shield(self._read())
        elif age >= FRESH and (self._tried_at is None or now - self._tried_at >= AT_MOST_EVERY):
            self._read()
        if kid in self._keys:
            return self._keys[kid]
        if self._trouble is not None:
            raise _unreadable(self._trouble)
        message = "no key of the provider's"
        raise jwt.InvalidKeyError(message)

    def _read(self) -> asyncio.Task[None]:
        """The reading that is under way, or a new one."""
        if self._reading is None or self._reading.done():
            self._tried_at = datetime.now(UTC)
            self._reading = asyncio.create_task(self._refresh())
        return self._reading

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                self._keys = await self._fetched()
        except httpx.HTTPStatusError as error:
            self._trouble = f"answers {error.response.status_code}"
        except (httpx.HTTPError, TimeoutError) as error:
            self._trouble = f"does not answer ({type(error).__name__})"
        except (ValueError, TypeError, AttributeError, RecursionError, jwt.PyJWTError) as error:
            self._trouble = f"answers with something that is no JWKS ({type(error).__name__})"
        else:
            self._read_at, self._trouble = datetime.now(UTC), None
        self._reading = None
        if self._trouble is not None:
            log.warning("provider_keys.not_read", address=self._address, why=self._trouble, known=len(self._keys))

    async def _fetched(self) -> dict[str | None, Any]:
        content = bytearray()
        async with httpx.AsyncClient(timeout=TIMEOUT) as http, http.stream("GET", self._address) as answer:
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > MOST_BYTES:
                    message = "too long"
                    raise ValueError(message)
        found = jwt.PyJWKSet.from_json(content.decode())
        return {key.key_id: key.key for key in found.keys if key.public_key_use in {"sig", None}}


def _unreadable(why: str) -> ProblemError:
    return problem(
        ErrorType.UNAVAILABLE,
        f"The identity provider's keys cannot be read at the moment: it {why}. Try again shortly; operators look at REDRESS_JWKS_URL.",
        "暂时无法读取身份提供方的密钥，请稍后重试；运维人员请检查 REDRESS_JWKS_URL。",
        retry_after=5,
    )
