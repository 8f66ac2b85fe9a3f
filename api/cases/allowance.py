"""A stream outlives the look at its token: whether it may go on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from api.http.auth import Caller
from api.http.dependencies import Parts
from api.http.lookup import find
from api.http.membership import admitted
from api.http.problems import ProblemError
from models.common.vocabulary import ErrorType

ENDS = {
    ErrorType.UNAUTHENTICATED: "token_revoked",
    ErrorType.NOT_ALLOWED_FOR_ROLE: "no_access",
    ErrorType.NOT_FOUND: "no_access",
}
"""Refusal → why the stream ends; others pass."""
LOOK_AGAIN = timedelta(seconds=2)
"""How often revocations and the caller's access are looked at; a token's end is seen at once."""


@dataclass
class Allowance:
    """Whether a stream may go on: as long as its token is good, and the case in the caller's sight."""

    parts: Parts
    caller: Caller
    case_id: str
    looked_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def over(self) -> str | None:
        """Why it ends; None: it does not."""
        now = datetime.now(UTC)
        if self.caller.expires_at is not None and now >= self.caller.expires_at:
            return "token_expired"
        if now - self.looked_at < LOOK_AGAIN:
            return None
        self.looked_at = now
        try:
            await find(self.parts, await admitted(self.parts.database, self.caller), self.case_id)
        except ProblemError as error:
            return ENDS.get(error.fault.type)
        return None
