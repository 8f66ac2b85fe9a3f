"""The promises of several cases at once, for lists that show them (SLA-1, SLA-5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.case.views import ClockView
from models.common.base import stored
from models.common.calendars import CalendarSlice
from models.common.vocabulary import Tier
from models.investigation.clocks import Clock
from models.tables.case import CaseRow
from rules.case.view import clock_view


async def clocks_of(
    session: AsyncSession, cases: Sequence[str], calendars: Mapping[str, CalendarSlice], now: datetime
) -> Mapping[str, Sequence[ClockView]]:
    """Of each case, those that run or stand still; the next due first. Nothing else is read of the cases."""
    chosen: Any = select(col(CaseRow.case_id), col(CaseRow.tier), col(CaseRow.state)["clocks"])
    execute: Any = session.exec
    rows: Sequence[tuple[str, str, list[JsonValue] | None]] = (await execute(chosen.where(col(CaseRow.case_id).in_(cases)))).all()
    found = {
        case_id: [clock_view(stored(Clock, one), Tier(tier), calendars, now) for one in clocks or ()]
        for case_id, tier, clocks in rows
    }
    return {
        case_id: sorted((clock for clock in clocks if not clock.stopped), key=lambda clock: (clock.due is None, clock.due or now))
        for case_id, clocks in found.items()
    }
