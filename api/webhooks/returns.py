"""Which returns a notice is about beside the one that it names: those in the same parcel (RES-6)."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.http.schemas import Envelope
from models.common.partners import NoticeKind
from models.returns.state import ReturnStage
from models.tables.returns import ReturnRow


async def returns_in(session: AsyncSession, tracking: str) -> list[str]:
    """Every return that lies in the parcel: a customer may put two into one, and a carrier of their own knows no reference of ours."""
    theirs = (col(ReturnRow.tracking) == tracking) | (col(ReturnRow.sent_back_tracking) == tracking)
    found = select(ReturnRow).where(theirs).order_by(col(ReturnRow.opened_at).desc())
    rows = (await session.exec(found)).all()
    return [row.workflow_id for row in rows if row.stage != ReturnStage.OVER] or [row.workflow_id for row in rows[:1]]


MOST_TOLD = 100
"""So many returns one inspection may name."""


async def inspected_with(session: AsyncSession, envelope: Envelope) -> list[str]:
    """The returns that one inspection tells of, as far as they lie in one parcel of one customer with the one that it names."""
    named = envelope.payload.get("returns") if envelope.kind == NoticeKind.INSPECTION else None
    if not isinstance(named, list) or envelope.reference is None:
        return []
    leading = await session.get(ReturnRow, envelope.reference)
    if leading is None or leading.tracking is None:
        return []
    together = (ReturnRow.tracking == leading.tracking, ReturnRow.customer_id == leading.customer_id)
    told = col(ReturnRow.workflow_id).in_([one for one in named[:MOST_TOLD] if isinstance(one, str)])
    found = select(ReturnRow.workflow_id).where(told, *together, ReturnRow.merchant_id == leading.merchant_id)
    return list((await session.exec(found.order_by(ReturnRow.workflow_id))).all())
