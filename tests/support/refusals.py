"""The errors that tests expect: of a partner's call, and of an update that a workflow refuses."""

from collections.abc import Awaitable

import httpx
import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from models.common.errors import Fault, PartnerError
from models.common.vocabulary import ErrorType


async def partner_error(call: Awaitable[object]) -> PartnerError:
    """The error with which the call of a partner ends."""
    with pytest.raises(PartnerError) as raised:
        await call
    return raised.value


async def fault_of(update: Awaitable[object]) -> Fault:
    """The fault with which a workflow refuses an update."""
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await update
    assert isinstance(refused.value.cause, ApplicationError)
    return Fault.model_validate(refused.value.cause.details[0])


def reused(answer: httpx.Response) -> bool:
    """Whether a request was refused because its Idempotency-Key had brought another one."""
    return (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, ErrorType.KEY_REUSED.value)
