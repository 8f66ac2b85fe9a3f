"""What loops of the worker tell running cases, by a signal of the worker's own connection."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.kit.loops import log


def to_cases(client: Client, signal: str) -> Callable[[str, BaseModel], Awaitable[None]]:
    """Tell a case; one that is over is told nothing."""

    async def tell(case_id: str, told: BaseModel) -> None:
        try:
            await client.get_workflow_handle(case_id).signal(signal, told)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            log.info("signal.case_is_over", case_id=case_id, signal=signal)

    return tell
