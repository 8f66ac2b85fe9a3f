"""What loops of the worker tell running cases, by a signal of the worker's own connection, and the cases that they open."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.kit.loops import log
from adapters.starting import start_case
from models.case.state import CaseStart


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


def starting_cases(client: Client, task_queue: str) -> Callable[[CaseStart], Awaitable[None]]:
    """Open a case; one that was opened before is the same one."""

    async def start(begun: CaseStart) -> None:
        try:
            await start_case(client, task_queue, begun)
        except WorkflowAlreadyStartedError:
            log.info("start.case_is_open_already", case_id=begun.receipt.case_id)

    return start
