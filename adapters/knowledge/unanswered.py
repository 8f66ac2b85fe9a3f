"""Searches of the knowledge base that found nothing (REC-6): kept until somebody has seen to them, or `retention.questions` is over."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update
from sqlmodel import col, func
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent
from models.common.actors import Actor
from models.common.plain_text import plain_text
from models.tables.knowledge import UnansweredRow

LONGEST = 200
"""Characters that are kept of a question; who says more tells a story."""


class Unanswered(NamedTuple):
    """`people`: how many asked; `asked`: how often."""

    words: str
    said: str
    people: int
    asked: int
    last_at: datetime


async def note_unanswered(session: AsyncSession, by: Actor, said: str) -> None:
    """Nothing answered these words."""
    now, words = datetime.now(UTC), plain_text(said)[:LONGEST].strip()
    if not words:
        return
    row = {"words": words, "role": by.role.value, "person": by.id, "said": said[:LONGEST], "asked": 1, "last_at": now}
    if not await insert_if_absent(session, UnansweredRow, row):
        own = (
            col(UnansweredRow.words) == words,
            col(UnansweredRow.role) == by.role.value,
            col(UnansweredRow.person) == by.id,
        )
        again = {"asked": col(UnansweredRow.asked) + 1, "said": row["said"], "last_at": now}
        await session.exec(update(UnansweredRow).where(*own).values(again))


async def unanswered(session: AsyncSession, limit: int) -> Sequence[Unanswered]:
    """What most people asked first."""
    last, people = func.max(UnansweredRow.last_at), func.count()
    pick: Any = select  # more columns than its types count
    chosen: Any = pick(UnansweredRow.words, func.max(UnansweredRow.said), people, func.sum(UnansweredRow.asked), last)
    chosen = chosen.group_by(col(UnansweredRow.words))
    chosen = chosen.order_by(people.desc(), last.desc(), col(UnansweredRow.words)).limit(limit)
    execute: Any = session.exec
    return [Unanswered(*row) for row in (await execute(chosen)).all()]


async def seen_to(session: AsyncSession, words: str) -> bool:
    """Whether anybody had asked it."""
    gone = await session.exec(delete(UnansweredRow).where(col(UnansweredRow.words) == words))
    return gone.rowcount > 0
