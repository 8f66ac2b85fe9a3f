"""What an operator wants to know of all cases at once, counted by the database (docs/operating.md#figures)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.common.vocabulary import RefundStatus
from models.reconciliation.difference import DifferenceState
from models.tables.case import CaseRow, MessageRow
from models.tables.indexes import OPEN
from models.tables.library import LibraryDueRow
from models.tables.money import RefundPartRow
from models.tables.reconciliation import DifferenceRow


class Counted(NamedTuple):
    open_cases: Mapping[str, int]
    """By stage."""
    overdue: int
    """Open cases that missed a promise and have not kept it yet."""
    messages_due: int
    messages_late_seconds: float
    """How long the oldest message that is due has been so."""
    money_under_way: Mapping[str, int]
    """By currency, in its minor units: reserved for customers or asked for, and not arrived."""
    refunds_late_seconds: float
    """How long the oldest part of it has not moved."""
    differences: Mapping[str, int]
    """Open ones, by kind."""
    library_due: int
    """Saved cases that the library has yet to look at."""


async def counted(session: AsyncSession, now: datetime) -> Counted:
    by_stage = select(CaseRow.stage, func.count()).where(OPEN).group_by(CaseRow.stage)
    overdue = select(func.count()).select_from(CaseRow).where(col(CaseRow.overdue), OPEN)
    waiting = select(func.count(), func.min(MessageRow.next_attempt_at)).where(
        MessageRow.state == "waiting", col(MessageRow.next_attempt_at) <= now
    )
    unsettled = col(RefundPartRow.refund_status).in_(RefundStatus.unsettled())
    money = select(RefundPartRow.currency, func.sum(RefundPartRow.amount_minor), func.min(RefundPartRow.updated_at))
    open_ = (
        select(DifferenceRow.kind, func.count()).where(DifferenceRow.state == DifferenceState.OPEN).group_by(DifferenceRow.kind)
    )
    due, since = (await session.exec(waiting)).one()
    parts = (await session.exec(money.where(unsettled).group_by(RefundPartRow.currency))).all()
    return Counted(
        open_cases=dict((await session.exec(by_stage)).all()),
        overdue=(await session.exec(overdue)).one(),
        messages_due=due,
        messages_late_seconds=_since(since, now),
        money_under_way={currency: int(amount) for currency, amount, _ in parts},
        refunds_late_seconds=max((_since(moved, now) for *_, moved in parts), default=0.0),
        differences=dict((await session.exec(open_)).all()),
        library_due=(await session.exec(select(func.count()).select_from(LibraryDueRow))).one(),
    )


def _since(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max((now - at).total_seconds(), 0.0)
