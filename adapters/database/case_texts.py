"""A case's state with the words that the workflow carries in short only (`rules/case/texts.py`)."""

from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.tables.case import CaseTextRow


async def whole(session: AsyncSession, case_id: str, state: dict[str, Any]) -> dict[str, Any]:
    """The state, as `cases` has it, with everything that was put away in its place again."""
    away: dict[str, int] = state.get("put_away") or {}
    if not any(away.values()):
        return state
    filled = {field: list(state[field]) for field in away}
    for row in (await session.exec(select(CaseTextRow).where(CaseTextRow.case_id == case_id))).all():
        if row.number < away.get(row.field, 0):
            filled[row.field][row.number] = row.whole
    return {**state, **filled, "put_away": {}}
