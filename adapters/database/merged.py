"""Where a case goes on that was merged (WRK-7)."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.tables.case import CaseRow


async def surviving(session: AsyncSession, case_id: str) -> str:
    """The case in which this one goes on, over however many merges (WRK-7); itself when it was not merged."""
    while (into := (await session.exec(select(CaseRow.merged_into).where(CaseRow.case_id == case_id))).first()) is not None:
        case_id = into
    return case_id
