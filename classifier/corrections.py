"""What agents corrected (CLS-2): the customer's words with the issue that a person set instead of the classifier's.

Read from the timeline (`case.classified` by a person) and the case's receipt; nothing about the customer is taken along.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import ValidationError
from sqlmodel import col, select

from adapters.database.engine import Database
from classifier.texts import Labelled
from models.common.events import Event
from models.common.vocabulary import Issue, Role
from models.tables.case import CaseRow, TimelineRow


async def read_corrections(database: Database) -> tuple[Labelled, ...]:
    """One text a corrected case, with the last issue that a person set; cases without words are left out."""
    people = [role.value for role in Role.platform()]
    query: Any = (
        select(cast("Any", TimelineRow.data), cast("Any", CaseRow.state))
        .join(CaseRow, col(CaseRow.case_id) == col(TimelineRow.case_id))
        .where(TimelineRow.event == Event.CLASSIFIED.value, col(TimelineRow.role).in_(people))
        .order_by(col(TimelineRow.case_id), col(TimelineRow.version))
    )
    async with database.reading() as session:
        rows = cast("list[tuple[dict[str, Any], dict[str, Any]]]", (await session.exec(query)).all())
    return tuple(corrected(rows))


def corrected(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Iterable[Labelled]:
    """(a timeline row's data, the case's state) → the texts; a later row of the same words counts."""
    found: dict[str, Labelled] = {}
    for data, state in rows:
        words: Any = state.get("receipt", {}).get("description", "")
        try:
            found[words] = Labelled(text=words, issue=Issue(data["issue"]))
        except (KeyError, ValueError, ValidationError):
            continue  # written by a version that knew other issues
    return (labelled for words, labelled in found.items() if words.strip())
