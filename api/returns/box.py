"""In which box a return is to travel, before the returns agree on it between themselves (RES-6)."""

from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.problems import ProblemError, problem
from models.case.state import CaseState
from models.common.base import stored
from models.common.vocabulary import ErrorType
from models.returns.box import NoRoom
from models.returns.state import ReturnPolicy, ReturnState
from models.tables.case import CaseRow
from models.tables.returns import ReturnRow
from rules.returns.box import SAID, no_room


async def leading_for(session: AsyncSession, policy: ReturnPolicy, case: CaseRow, state: ReturnState, reference: str) -> str:
    """The return that leads: the one named, or the one in whose box that travels. It says yes or no itself, by what is so then.

    Raises ProblemError (INVALID) for one that is unknown, somebody else's or goes elsewhere; NOT_ALLOWED_NOW for one that takes nobody along.
    """
    named = await _return(session, case, reference)
    leading = await _return(session, case, named.travels_with) if named.travels_with else named
    if leading.workflow_id == state.workflow_id:
        raise _refused(NoRoom.ITSELF, ErrorType.INVALID)
    why = no_room(leading, state.address, policy.most_in_a_box)
    if why is not None:
        raise _refused(why, ErrorType.INVALID if why is NoRoom.OTHER_ADDRESS else ErrorType.NOT_ALLOWED_NOW)
    return leading.workflow_id


async def _return(session: AsyncSession, case: CaseRow, reference: str) -> ReturnState:
    row = await session.get(ReturnRow, reference)
    if row is None or row.customer_id != case.customer_id:
        raise problem(
            ErrorType.INVALID,
            f"reference: the customer has no return {reference}. GET /v1/returns lists them; the reference is `workflow_id` of the return.",
            f"reference：该顾客没有退货 {reference}。可用 GET /v1/returns 查询，编号为退货的 `workflow_id`。",
            field="reference",
            rule="RES-6",
        )
    if row.merchant_id != case.merchant_id:
        raise _refused(NoRoom.OTHER_MERCHANT, ErrorType.INVALID)
    of_case = await session.get(CaseRow, row.case_id)
    assert of_case is not None  # noqa: S101  # a return's row is written with its case's
    remedies = stored(CaseState, of_case.state).remedies
    return next(back for one in remedies if (back := one.return_) is not None and back.workflow_id == reference)


def _refused(why: NoRoom, type_: ErrorType) -> ProblemError:
    said = SAID[why]
    return problem(
        type_,
        f"reference: {said.en}. Send the goods on their own, or name another return that waits to be sent to the same address.",
        f"reference：{said.zh}。请单独寄回，或填写寄往同一地址、尚未寄出的其他退货。",
        field="reference",
        rule="RES-6",
    )
