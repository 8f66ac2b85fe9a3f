"""The knowledge base in the database (REC-6): finding entries, keeping them, and counting how they did."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import Database, insert_if_absent, take_turns, upsert
from adapters.knowledge.search_terms import sentences, terms
from models.common.vocabulary import Issue
from models.knowledge.entry import EntryContent, EntryState, FirstAnswers
from models.tables.knowledge import KnowledgeRow, KnowledgeShownRow, KnowledgeTermRow

SEEDED_BY = "redress"
TURN = "knowledge.yaml"
CANDIDATES = 200
"""So many entries, those that share most words with the question, are compared with it in full."""
WHOLE = 0.35
"""The share of the score that is how much of the question the whole entry speaks of; the rest is how close its closest phrase is."""
ALONE = 0.3
"""What a word that only one of question and phrase has takes off, beside a word that both have."""
CHANCE = 0.5
"""What a single word in common counts where both sides say more: it may be chance."""
UNKNOWN = 0.75
"""How telling a word is that no entry has, beside one that a single entry has: half of such Chinese pairs are no words."""
CLOSE = 0.8
"""An answer that fits the issue is given although one for other issues fits the words better, if it fits nearly as well as that."""

log = structlog.stdlib.get_logger(__name__)

Terms = tuple[str, ...]
_remembered = lru_cache(maxsize=20_000)(terms)
"""The terms of titles and keywords, which every question is compared with."""


@dataclass(frozen=True)
class Found:
    """An entry and how well it fits, 0 to 1: the same on every database."""

    entry: KnowledgeRow
    score: float


async def search(
    session: AsyncSession, text: str, *, issue: Issue | None = None, drafts: bool = False, limit: int = 10
) -> list[Found]:
    """The entries that share words with the text, the best first; given an issue, those that fit it."""
    asked = [found for sentence in sentences(text) if (found := terms(sentence))]
    rows = [
        row for row in await _sharing(session, asked, drafts=drafts) if issue is None or not row.issues or issue in row.issues
    ]
    compared = {row.entry_id: ([_remembered(phrase) for phrase in _phrases(row)], _every_term(_whole(row))) for row in rows}
    known = {term for phrases, _ in compared.values() for phrase in phrases for term in phrase}
    weight = await _weights(session, known.union(*asked))
    found = [Found(row, max(_fit(one, *compared[row.entry_id], weight) for one in asked)) for row in rows]
    return sorted(found, key=lambda one: (-one.score, one.entry.entry_id))[:limit]


async def answer(session: AsyncSession, text: str, issue: Issue | None, at_least: float) -> Found | None:
    """The published entry to answer with. None when none fits the issue and the words well enough, or one for other issues fits better."""
    found = await search(session, text)
    fitting = next((one for one in found if _fits_issue(one.entry, issue)), None)
    if fitting is None or fitting.score < max(at_least, CLOSE * found[0].score):
        return None
    return fitting


def _fits_issue(row: KnowledgeRow, issue: Issue | None) -> bool:
    return issue is None or not row.issues or issue in row.issues


def _phrases(row: KnowledgeRow) -> tuple[str, ...]:
    """The ways to ask for it."""
    return (row.title_zh, row.title_en, *row.keywords)


def _whole(row: KnowledgeRow) -> str:
    return "\n".join((*_phrases(row), row.body_zh, row.body_en))


async def _sharing(session: AsyncSession, asked: Sequence[Terms], *, drafts: bool) -> Sequence[KnowledgeRow]:
    """The entries that share most words with any of these."""
    words: Any = col(KnowledgeTermRow.term).in_({term for one in asked for term in one})
    best: Any = select(KnowledgeTermRow.entry_id).where(words).group_by(col(KnowledgeTermRow.entry_id))
    best = best.order_by(func.count().desc(), col(KnowledgeTermRow.entry_id)).limit(CANDIDATES)
    rows = select(KnowledgeRow).where(col(KnowledgeRow.entry_id).in_(best))
    return (await session.exec(rows if drafts else rows.where(KnowledgeRow.state == EntryState.PUBLISHED))).all()


async def _weights(session: AsyncSession, words: set[str]) -> Mapping[str, float]:
    """How telling each word is: the rarer among the entries, the more."""
    counted = select(KnowledgeTermRow.term, func.count()).where(col(KnowledgeTermRow.term).in_(words))
    among = dict((await session.exec(counted.group_by(col(KnowledgeTermRow.term)))).all())
    entries = (await session.exec(select(func.count()).select_from(KnowledgeRow))).one()
    rarity = {word: math.log(1 + (entries + 1) / (among.get(word, 0) + 1)) for word in words}
    return {word: value if word in among else value * UNKNOWN for word, value in rarity.items()}


def _fit(asked: Terms, phrases: Sequence[Terms], whole: frozenset[str], weight: Mapping[str, float]) -> float:
    """How well an entry answers a question: 1 for one of its own phrases, 0 for nothing in common."""
    spoken_of = sum(weight[term] for term in asked if term in whole) / sum(weight[term] for term in asked)
    return WHOLE * spoken_of + (1 - WHOLE) * max(_likeness(asked, phrase, weight) for phrase in phrases)


def _likeness(asked: Terms, phrase: Terms, weight: Mapping[str, float]) -> float:
    """What two sets of words share, by weight, against that and what each has alone (Tversky's index)."""
    mine, theirs = set(asked), set(phrase)
    both = mine & theirs
    shared = sum(weight[term] for term in both)
    if len(both) == 1 < min(len(mine), len(theirs)):
        shared *= CHANCE
    alone = sum(weight[term] for term in mine ^ theirs)
    return shared / (shared + ALONE * alone) if both else 0.0


async def keep(session: AsyncSession, entry_id: str, content: EntryContent, by: str, at: datetime) -> None:
    """Write an entry, new or changed, with its words; the counts of a changed one stay."""
    row: dict[str, Any] = {
        "entry_id": entry_id,
        "title_zh": content.title.zh,
        "title_en": content.title.en,
        "body_zh": content.body.zh,
        "body_en": content.body.en,
        "issues": [issue.value for issue in content.issues],
        "keywords": list(content.keywords),
        "state": content.state.value,
        "updated_at": at,
        "updated_by": by,
    }
    counts = {"shown": 0, "helped": 0, "not_helped": 0}
    await upsert(session, KnowledgeRow, row | counts, keep=tuple(counts))
    await session.exec(delete(KnowledgeTermRow).where(col(KnowledgeTermRow.entry_id) == entry_id))
    whole = _whole(KnowledgeRow(**row))
    await insert_if_absent(session, KnowledgeTermRow, *({"term": term, "entry_id": entry_id} for term in _every_term(whole)))


@lru_cache(maxsize=2_000)
def _every_term(text: str) -> frozenset[str]:
    return frozenset(term for line in text.splitlines() for term in terms(line))


async def seed_knowledge(database: Database, answers: FirstAnswers) -> None:
    """Put the first answers in while there are none; later, those that nobody has changed follow the file and the policy's figures.

    A database that is away is no reason not to start.
    """
    for fault in answers.left_out:
        log.warning("knowledge.left_out", fault=fault)
    try:
        async with database.writing() as session:
            await take_turns(session, TURN)
            empty = (await session.exec(select(KnowledgeRow.entry_id).limit(1))).first() is None
            ours = await session.exec(select(KnowledgeRow).where(KnowledgeRow.updated_by == SEEDED_BY))
            stored = {row.entry_id: _content(row) for row in ours}
            for entry in answers.entries:
                content = EntryContent.model_validate(entry.model_dump(exclude={"id"}))
                if empty or stored.get(entry.id, content) != content:
                    await keep(session, entry.id, content, SEEDED_BY, datetime.now(UTC))
    except SQLAlchemyError as error:
        log.warning("knowledge.not_seeded", error=type(error).__name__)


def _content(row: KnowledgeRow) -> EntryContent:
    return EntryContent.model_validate(
        {
            "title": {"zh": row.title_zh, "en": row.title_en},
            "body": {"zh": row.body_zh, "en": row.body_en},
            "issues": row.issues,
            "keywords": row.keywords,
            "state": row.state,
        }
    )


async def remove(session: AsyncSession, entry_id: str) -> bool:
    """Whether it was there. What cases were shown stays with the cases."""
    for table in (KnowledgeTermRow, KnowledgeShownRow):
        await session.exec(delete(table).where(col(table.entry_id) == entry_id))
    gone = await session.exec(delete(KnowledgeRow).where(col(KnowledgeRow.entry_id) == entry_id))
    return gone.rowcount > 0


async def count_shown(session: AsyncSession, case_id: str, entry_id: str) -> None:
    """Once per case."""
    if await insert_if_absent(session, KnowledgeShownRow, {"case_id": case_id, "entry_id": entry_id}):
        await _count(session, entry_id, "shown")


async def count_helped(session: AsyncSession, case_id: str, entry_id: str, *, helped: bool) -> None:
    """Once per case; an entry that was deleted meanwhile counts nothing."""
    unsaid = (
        col(KnowledgeShownRow.case_id) == case_id,
        col(KnowledgeShownRow.entry_id) == entry_id,
        col(KnowledgeShownRow.helped).is_(None),
    )
    said = await session.exec(update(KnowledgeShownRow).where(*unsaid).values(helped=helped))
    if said.rowcount:
        await _count(session, entry_id, "helped" if helped else "not_helped")


async def _count(session: AsyncSession, entry_id: str, column: str) -> None:
    counted = {column: col(getattr(KnowledgeRow, column)) + 1}
    await session.exec(update(KnowledgeRow).where(col(KnowledgeRow.entry_id) == entry_id).values(counted))
