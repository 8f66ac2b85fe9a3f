"""Whose parcel a number is, before a customer's return is said to lie in it (RES-6)."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.problems import problem
from models.common.vocabulary import ErrorType
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
