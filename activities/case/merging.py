"""The way from a case that is merged to the one that goes on (WRK-7): an update of that, asked for until it says yes or no."""

from typing import Any

from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.kit.carries_out import carries_out
from adapters.database.engine import Database
from models.activities import ABSORB_CASE, PART_CASE
from models.case.actions import Act
from models.case.merging import AbsorbCase, OtherCase, PartCase
from models.case.state import CaseState
from models.common.base import stored
from models.common.errors import Fault
from models.common.vocabulary import ErrorType
from models.tables.case import CaseRow
from rules.case.merging import RULE

A_NO = frozenset({ErrorType.INVALID, ErrorType.NOT_ALLOWED_NOW, ErrorType.MERGED})
"""What asking again does not change."""


class MergingActivities:
    """Asks the case that goes on. Whether a case that runs no more had said yes is in the table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @carries_out(ABSORB_CASE)
    async def absorb_case(self, request: AbsorbCase) -> OtherCase:
        """Have the case take the other one up; twice is once."""
        fault = await asked(request.into, "absorb", request.act)
        gone = fault is not None and fault.type is ErrorType.CLOSED
        if gone and request.act.body.case_id in await self._absorbed(request.into):
            return OtherCase()
        return OtherCase(fault=fault and _to_caller(fault))

    @carries_out(PART_CASE)
    async def part_case(self, request: PartCase) -> OtherCase:
        """Have the case let the other one go; twice is once."""
        fault = await asked(request.into, "part", request.act)
        gone = fault is not None and fault.type is ErrorType.CLOSED
        if gone and request.act.body.case_id not in await self._absorbed(request.into):
            return OtherCase()
        return OtherCase(fault=fault and _to_caller(fault))

    async def _absorbed(self, case_id: str) -> frozenset[str]:
        async with self._database.reading() as session:
            row = await session.get(CaseRow, case_id)
        case = stored(CaseState, row.state) if row else None
        return frozenset(known.case_id for known in case.absorbed) if case else frozenset()


async def asked(case_id: str, name: str, act: Act[Any]) -> Fault | None:
    """What the case says no with; CLOSED: it runs no more. None: it is done. Trouble that may pass is raised, so that it is asked again."""
    try:
        await activity.client().get_workflow_handle(case_id).execute_update(name, act, id=f"{act.request_id}.{act.digest:x}")
    except WorkflowUpdateFailedError as error:
        fault = _fault_in(error.cause)
        if fault is not None and fault.type is ErrorType.KEY_REUSED:
            return None  # it was done, when this case looked a moment younger
        if fault is None or fault.type not in A_NO:
            raise
        return fault
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return Fault(type=ErrorType.CLOSED, detail=case_id)
    return None


def _fault_in(cause: BaseException) -> Fault | None:
    details = cause.details if isinstance(cause, ApplicationError) else ()
    return next((detail if isinstance(detail, Fault) else stored(Fault, detail) for detail in details), None)


def _to_caller(fault: Fault) -> Fault:
    if fault.type is not ErrorType.CLOSED:
        return fault
    return Fault(
        type=ErrorType.NOT_ALLOWED_NOW,
        detail=f"into: {fault.detail} is closed for good.",
        detail_zh=f"into：{fault.detail} 已最终关闭。",
        field="into",
        rule=RULE,
    )
