"""A stream outlives the look at its token: whether it may go on."""

from datetime import UTC, datetime

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
LONGEST = 3600.0
"""Seconds that a stream waits when nothing happens; a token's end is seen at once."""


class Allowance:
    """Whether a stream may go on: as long as its token is good and, of a case's stream, the case in the caller's sight."""

    def __init__(self, parts: Parts, caller: Caller, case_id: str | None = None) -> None:
        self._parts = parts
        self._case_id = case_id
        self.caller = caller
        """With the teams that they are on by now."""

    @property
    def seconds_left(self) -> float:
        """Until the token expires."""
        expires = self.caller.expires_at
        return LONGEST if expires is None else min(max((expires - datetime.now(UTC)).total_seconds(), 0.0), LONGEST)

    async def over(self, *, look: bool) -> str | None:
        """Why it ends; None: it does not. `look`: revocations and access may have changed; else only the clock is looked at."""
        if self.caller.expires_at is not None and datetime.now(UTC) >= self.caller.expires_at:
            return "token_expired"
        if not look:
            return None
        try:
            self.caller = await admitted(self._parts.database, self.caller)
            if self._case_id is not None:
                await find(self._parts, self.caller, self._case_id)
        except ProblemError as error:
            return ENDS.get(error.fault.type)
        return None
