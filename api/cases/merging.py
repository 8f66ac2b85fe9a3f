"""Merging cases (WRK-7): what of the other one is known before the two are asked."""

from datetime import UTC, datetime

from api.http.auth import Caller
from api.http.dependencies import Parts
from api.http.lookup import find
from api.http.problems import ProblemError, from_fault, problem
from models.case.desk_bodies import Merge
from models.case.merging import Merged
from models.case.state import CaseState
from models.common.base import stored
from models.common.vocabulary import ErrorType
from models.tables.case import CaseRow
from rules.case.merging import RULE, coming_of, may_be_merged, unfit_to_absorb
from rules.policy.load import slice_policy


async def check_merge(parts: Parts, caller: Caller, row: CaseRow, body: Merge) -> None:
    """The caller sees the case that is to go on, and it can take this one up. The cases themselves look again."""
    now, case = datetime.now(UTC), stored(CaseState, row.state)
    if case.merged is not None or not may_be_merged(case, caller.actor):
        return  # it says so itself
    other = await named(parts, caller, body.into, "into")
    policy = slice_policy(parts.policy, now)
    merged = Merged(into=body.into, by=caller.actor, at=now, reason=body.reason, stage=case.stage, request_id="")
    fault = unfit_to_absorb(stored(CaseState, other.state), policy, coming_of(case, merged, policy, now))
    if fault is not None:
        raise from_fault(fault)


async def named(parts: Parts, caller: Caller, case_id: str, field: str) -> CaseRow:
    """Another case that a body names, as far as the caller may see it."""
    try:
        row = await find(parts, caller, case_id)
    except ProblemError as error:
        if error.fault.type is not ErrorType.NOT_FOUND:
            raise
        raise problem(
            ErrorType.INVALID,
            f"{field}: there is no case {case_id} for you to see; check its id.",
            f"{field}：没有您可查看的工单 {case_id}，请核对编号。",
            field=field,
            rule=RULE,
        ) from error
    if row is None:
        raise problem(
            ErrorType.NOT_YET,
            f"{field}: {case_id} has only just been opened; try again in a moment.",
            f"{field}：{case_id} 刚刚开立，请稍后重试。",
            field=field,
            rule=RULE,
            retry_after=1,
        )
    return row
