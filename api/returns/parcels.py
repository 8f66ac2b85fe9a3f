"""Whose parcel a number is, before a customer's return is said to lie in it (RES-6)."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.problems import problem
from models.case.state import CaseState
from models.common.base import stored
from models.common.vocabulary import ErrorType
from models.returns.state import ReturnState
from models.tables.case import CaseRow
from models.tables.parcels import ParcelRow
from models.tables.returns import ReturnRow


async def refuse_others_parcel(session: AsyncSession, case: CaseRow, tracking: str) -> None:
    """One parcel may hold several returns of a customer to one merchant; any other that our books know is no parcel for this one.

    Whoever could name it would have the goods received by its scans. Carriers use numbers again after years, so an agent may name it.
    Raises ProblemError (INVALID).
    """
    sent = (await session.exec(select(ParcelRow.workflow_id).where(ParcelRow.tracking == tracking))).first()
    theirs = (col(ReturnRow.tracking) == tracking) | (col(ReturnRow.sent_back_tracking) == tracking)
    returns = (await session.exec(select(ReturnRow).where(theirs))).all()
    fits = all(
        (row.customer_id, row.merchant_id, row.tracking) == (case.customer_id, case.merchant_id, tracking) for row in returns
    )
    if sent is None and fits:
        return
    raise problem(
        ErrorType.INVALID,
        f"tracking: {tracking} is known as another parcel: one that was sent to a customer, somebody else's, or one to another merchant. "
        "Check the number on your receipt; if it is right, ask an agent to enter it.",
        f"tracking：{tracking} 是另一个包裹的单号（寄给顾客的、他人的，或寄往其他商家的）。请核对寄件凭证；如确认无误，请联系客服代为填写。",
        field="tracking",
        rule="RES-6",
    )


async def refuse_second_freight(session: AsyncSession, state: ReturnState) -> None:
    """Several returns in one parcel cost its freight once. What two receipts say, an agent may look at and enter.

    Raises ProblemError (INVALID).
    """
    number = state.parcel.tracking if state.parcel else None
    if number is None:
        return
    beside = select(CaseRow).join(ReturnRow, col(ReturnRow.case_id) == CaseRow.case_id)
    rows = (await session.exec(beside.where(ReturnRow.tracking == number, ReturnRow.workflow_id != state.workflow_id))).all()
    remedies = (remedy for row in rows for remedy in stored(CaseState, row.state).remedies)
    others = (back for remedy in remedies if (back := remedy.return_) is not None and back.workflow_id != state.workflow_id)
    if any(back.freight is not None and back.parcel is not None and back.parcel.tracking == number for back in others):
        raise problem(
            ErrorType.INVALID,
            f"amount: the freight of parcel {number} was claimed for another return in it. If you paid more, write to us with both receipts.",
            f"amount：包裹 {number} 的运费已在同包裹的另一退货中申请。如另有支出，请附两份收据联系客服。",
            field="amount",
            rule="RES-8",
        )
