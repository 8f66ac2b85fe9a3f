"""Partners' errors as Temporal's: by type, with the pause that the partner asked for (architecture.md, rule 11)."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from models.errors import PartnerError


def to_temporal(error: PartnerError, *, insist: bool = False) -> ApplicationError:
    """The error as an activity raises it. `insist`: asked again whatever it was, because money hangs on the answer."""
    return ApplicationError(
        str(error),
        type=error.type.value,
        non_retryable=error.permanent and not insist,
        next_retry_delay=timedelta(seconds=error.retry_after) if error.retry_after else None,
    )
