"""Errors that people and partners meet: each says what was wrong, which rule, and what to do next."""

from typing import TypedDict

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
    merged_into: str | None = None
    """The case in which this one goes on (WRK-7)."""


class RedressError(Exception):
    """An error of ours with its fault; mapped to HTTP in `api/http/problems.py`, to Temporal in `workflows/` and `activities/`."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class RefusalFields(TypedDict):
    """A refusal as the fields of an answer (`Refusable`)."""

    refusal: str | None
    refusal_code: str | None


class PartnerError(Exception):
    """A partner could not be used. `retry_after` in seconds when it said when to come back, `code` when its refusal has one."""

    def __init__(self, type_: ErrorType, message: str, *, retry_after: float | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.type = type_
        self.retry_after = retry_after
        self.code = code

    @property
    def permanent(self) -> bool:
        """True when asking again cannot help: the partner understood and said no."""
        return self.type in {ErrorType.PARTNER_REFUSED, ErrorType.NOT_FOUND}

    @property
    def refusal(self) -> RefusalFields:
        """A permanent no as an answer has it: a status of 4xx and an answer that refuses are the same."""
        return {"refusal": str(self), "refusal_code": self.code}
