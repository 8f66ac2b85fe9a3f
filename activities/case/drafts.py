"""What was taken back, or could not be said, is a draft of its writer's again (WRK-5), in the transaction that says so."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent, storable
from models.case.actions import Action
from models.case.desk_views import DraftKind
from models.case.state import CaseState, TimelineEntry
from models.common.events import Event
from models.tables.presence import DraftRow
from rules.common.timeline import Fresh

BACK = frozenset({Event.TAKEN_BACK, Event.NOT_SENT})


async def back_to_drafts(session: AsyncSession, case: CaseState, fresh: Sequence[Fresh[TimelineEntry]]) -> None:
    """What its writer has begun since stays."""
    rows = [
        {
            "case_id": case.case_id,
            "agent_id": one.entry.data["whose"],
            "kind": DraftKind.of(Action(str(one.entry.data["action"]))),
            "revision": 1,
            "case_version": case.version,
            "content": storable(one.entry.data["body"]),
            "updated_at": one.entry.at,
        }
        for one in fresh
        if one.entry.event in BACK
    ]
    await insert_if_absent(session, DraftRow, *rows)
