"""Partners' errors as Temporal's: by type, with the pause that the partner asked for (docs/architecture.md)."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from models.common.errors import PartnerError


def to_temporal(error: PartnerError, *, retry_anyway: bool = False) -> ApplicationError:
    """The error as an activity raises it. `retry_anyway`: even a final no is asked again, because money depends on the answer."""
    return ApplicationError(
        str(error),
        *([error.code] if error.code else []),
        type=error.type.value,
        non_retryable=error.permanent and not retry_anyway,
        next_retry_delay=timedelta(seconds=error.retry_after) if error.retry_after else None,
    )


def pick_retryable(errors: Sequence[PartnerError]) -> PartnerError:
    """Of several, the one to tell: trouble that may pass before a final no, so that a no ends nobody else's retries; the longest pause."""
    return max(errors, key=lambda error: (not error.permanent, error.retry_after or 0.0))
