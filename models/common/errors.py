"""Errors that people and partners meet: each says what was wrong, which rule, and what to do next."""

from models.common.base import Frozen
from models.common.vocabulary import ErrorType


class Fault(Frozen):
    """The body of an error, the same from a workflow's validator to the HTTP problem (RFC 9457)."""

    type: ErrorType
    detail: str
    """In English; `detail_zh` says the same in Chinese, where a person at the API may meet it."""
    detail_zh: str | None = None
    field: str | None = None
    rule: str | None = None
    """The feature or policy entry that was broken, as `RES-5`."""
    allowed: tuple[str, ...] = ()
    """What may be done instead, right now, by this caller."""


class RedressError(Exception):
    """An error of ours with its fault; mapped to HTTP in `api/http/problems.py`, to Temporal in `workflows/` and `activities/`."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class PartnerError(Exception):
    """A partner could not be used. `retry_after` in seconds when the partner said when to come back."""

    def __init__(self, type_: ErrorType, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.type = type_
        self.retry_after = retry_after

    @property
    def permanent(self) -> bool:
        """True when asking again cannot help: the partner understood and said no."""
        return self.type in {ErrorType.PARTNER_REFUSED, ErrorType.NOT_FOUND}
