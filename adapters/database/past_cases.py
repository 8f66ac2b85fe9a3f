"""Cases that are over, the newest first, looked at by a thread for a bounded time (docs/policy.md)."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import and_, col, or_, select

from adapters.database.engine import Database
from models.case.state import CaseState
from models.common.base import stored
from models.common.vocabulary import Outcome
from models.tables.case import CaseRow
from models.tables.indexes import CLOSED

BATCH = 50


async def each_past_case(database: Database, most: int, seconds: float, look: Callable[[CaseState], None]) -> bool:
    """`look` at up to so many. False: the time was up before. What is forgotten, and what goes on in another case, is left out."""
    end, after, left = time.monotonic() + seconds, None, most
    while left > 0:
        rows = await _closed(database, after, min(BATCH, left))
        if not await asyncio.to_thread(_look_at, [state for _, _, state in rows], look, end):
            return False
        if len(rows) < BATCH:
            return True
        left, after = left - len(rows), rows[-1][:2]
    return True


async def _closed(database: Database, after: Sequence[Any] | None, limit: int) -> Sequence[Any]:
    select_columns: Any = select
    own = col(CaseRow.outcome) != Outcome.MERGED.value
    chosen = select_columns(CaseRow.closed_at, CaseRow.case_id, CaseRow.state).where(CLOSED, own)
    if after is not None:
        at, case_id = after
        earlier = and_(col(CaseRow.closed_at) == at, col(CaseRow.case_id) < case_id)
        chosen = chosen.where(or_(col(CaseRow.closed_at) < at, earlier))
    chosen = chosen.order_by(col(CaseRow.closed_at).desc(), col(CaseRow.case_id).desc()).limit(limit)
    async with database.reading() as session:
        execute: Any = session.exec
        rows: Sequence[Any] = (await execute(chosen)).all()
        return rows


def _look_at(states: Sequence[dict[str, Any]], look: Callable[[CaseState], None], end: float) -> bool:
    for state in states:
        if time.monotonic() > end:
            return False
        look(stored(CaseState, state))
    return True
