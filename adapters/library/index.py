"""What cases are found by (ARC-2): their words in one table, which PostgreSQL searches by a GIN index of arrays and SQLite by FTS5.

Both are given the same words (`rules/library/words.py`) and count them in the same table, so that both find and rank the same. Measured with a
million cases: `benchmarks/library.py`. Tables of our own with a row for each word took 5 GB there, trigrams know no Chinese word of two characters.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Executable, bindparam, text
from sqlmodel import col, delete, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import execute, storable
from adapters.database.planning import plan_lists
from adapters.database.text_lists import has_all, has_any
from models.common.vocabulary import Role
from models.library.passage import Document, Passage, PassageKind
from models.tables.case import CaseRow
from models.tables.columns import Json
from models.tables.library import LibraryPassageRow, LibraryRow, LibraryTermRow

EVERY = ""
"""The word that every row of the index has, in the table that counts them."""
FEW = 2_000
"""So many cases are looked at one by one, whatever words are looked for."""
FREQUENT = 10_000
"""Rows with a word that more rows have are looked for among the newest first."""
CHUNK = 2_000
"""So many rows SQLite looks at in a step, from the newest on."""
WINDOW = 20_000
"""So many of the newest at least, and eight times as many where these were not enough."""


class Hit(NamedTuple):
    """A row of the index that has the words, or the one word that is named."""

    document: int
    case_id: str
    term: str | None = None


@dataclass(frozen=True)
class Sight:
    """What may be found: `readers`, as whom somebody reads; `conditions` of `cases`, what is looked for; none: any case."""

    readers: frozenset[str]
    conditions: Sequence[Any] = ()
    few: frozenset[str] | None = None
    """The cases that fulfil the conditions, where these are few: then only they are looked at. None: many, or not known."""

    async def narrowed(self, session: AsyncSession) -> "Sight":
        """The same, with the cases where they are few."""
        if not self.conditions:
            return self
        await plan_lists(session)
        select_columns: Any = select
        asked = select_columns(col(CaseRow.case_id)).where(*self.conditions).limit(FEW + 1)
        found: Sequence[str] = (await (await session.connection()).execute(asked)).scalars().all()
        return replace(self, few=frozenset(found)) if len(found) <= FEW else self


class Finder(Protocol):
    """What the two databases do differently."""

    async def having_all(
        self, session: AsyncSession, terms: Sequence[str], frequencies: Mapping[str, int], sight: Sight, most: int
    ) -> list[Hit]:
        """Rows with all of the words, the newest first."""
        ...

    async def having_any(self, session: AsyncSession, terms: Sequence[str], sight: Sight) -> list[Hit]:
        """Rows with any of these rare words, each with one: a row comes for each word that it has."""
        ...

    async def added(self, session: AsyncSession, documents: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Rows were added to the table; their numbers and words."""
        ...

    async def removed(self, session: AsyncSession, documents: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Rows were taken out."""
        ...


def finder(session: AsyncSession) -> Finder:
    """The one of the session's database."""
    return PostgresFinder() if session.get_bind().dialect.name == "postgresql" else SqliteFinder()


class PostgresFinder:
    """GIN keeps itself up to date. It gives all rows of a word at once, so that a frequent one is looked for from the newest rows on."""

    async def having_all(
        self, session: AsyncSession, terms: Sequence[str], frequencies: Mapping[str, int], sight: Sight, most: int
    ) -> list[Hit]:
        await plan_lists(session)
        has = has_all(col(LibraryRow.terms), terms, "postgresql")
        statement = _rows(sight, "postgresql").where(has).order_by((col(LibraryRow.document) + 0).desc()).limit(most)
        rows = max(frequencies[EVERY], 1)
        if sight.few is None and min(frequencies[term] for term in terms) > FREQUENT:
            newest: int = (await execute(session, _NEWEST)).scalar_one() or 0
            expected = most
            for term in terms:
                expected = expected * rows / frequencies[term]
            window = max(WINDOW, 2 * expected)
            while window < rows:
                found = await _hits(session, statement.where(col(LibraryRow.document) > newest - window * newest / rows))
                if len(found) == most:
                    return found
                window *= 8
        return await _hits(session, statement)

    async def having_any(self, session: AsyncSession, terms: Sequence[str], sight: Sight) -> list[Hit]:
        await plan_lists(session)
        return [
            hit._replace(term=term)
            for term in terms
            for hit in await _hits(
                session, _rows(sight, "postgresql").where(has_all(col(LibraryRow.terms), [term], "postgresql"))
            )
        ]

    async def added(self, session: AsyncSession, documents: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Nothing is to be done."""

    async def removed(self, session: AsyncSession, documents: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Nothing is to be done."""


class SqliteFinder:
    """FTS5 without content of its own: it is told the words again to forget them. In hexadecimal, so that each word is one to it too."""

    async def having_all(
        self, session: AsyncSession, terms: Sequence[str], frequencies: Mapping[str, int], sight: Sight, most: int
    ) -> list[Hit]:
        del frequencies  # it knows all rows of a word in a millisecond
        rows = await self._matching(session, " AND ".join(map(_written, terms)))
        if sight.few is not None:
            return await self._seen(session, sight, set(rows), most)
        found = list[Hit]()
        for begin in range(0, len(rows), CHUNK):
            if len(found) < most:
                found += await self._seen(session, sight, rows[begin : begin + CHUNK], most - len(found))
        return found

    async def _matching(self, session: AsyncSession, wanted: str) -> list[int]:
        """The numbers of the rows, the newest first."""
        return [*(await execute(session, _FTS_MATCH, wanted=wanted)).scalars()]

    async def _seen(self, session: AsyncSession, sight: Sight, rows: Collection[int], most: int) -> list[Hit]:
        """Those of them that are in sight."""
        statement = _rows(sight, "sqlite").order_by(col(LibraryRow.document).desc())
        if sight.few is None:
            statement = statement.where(col(LibraryRow.document).in_(rows)).limit(most)
            return await _hits(session, statement)
        return [hit for hit in await _hits(session, statement) if hit.document in rows][:most]

    async def having_any(self, session: AsyncSession, terms: Sequence[str], sight: Sight) -> list[Hit]:
        with_term = {term: await self._matching(session, _written(term)) for term in terms}
        rows = {row for matching in with_term.values() for row in matching}
        seen = {hit.document: hit for hit in await self._seen(session, sight, rows, len(rows))} if rows else {}
        return [seen[row]._replace(term=term) for term, matching in with_term.items() for row in matching if row in seen]

    async def added(self, session: AsyncSession, documents: Sequence[tuple[int, Sequence[str]]]) -> None:
        for document, terms in documents:
            await execute(session, _FTS_ADD, document=document, terms=" ".join(map(_written, terms)))

    async def removed(self, session: AsyncSession, documents: Sequence[tuple[int, Sequence[str]]]) -> None:
        for document, terms in documents:
            await execute(session, _FTS_REMOVE, document=document, terms=" ".join(map(_written, terms)))


async def put(
    session: AsyncSession, case_id: str, documents: Sequence[Document], passages: Sequence[Passage], digest: int
) -> None:
    """Index a case, instead of what was indexed of it before."""
    counted = await _take_out(session, case_id)
    rows: list[dict[str, Any]] = [
        {"case_id": case_id, "readers": sorted(one.readers), "terms": sorted(one.terms | one.traits), "digest": digest}
        for one in documents
    ]
    if rows:
        added = (await (await session.connection()).execute(_ADD, rows)).all()
        await finder(session).added(session, [(row.document, row.terms) for row in added])
    texts = [_passage_row(case_id, number, passage) for number, passage in enumerate(passages)]
    if texts:
        await (await session.connection()).execute(insert(LibraryPassageRow), texts)
    for row in rows:
        counted.update([EVERY, *row["terms"]])
    await _count(session, counted)


async def remove(session: AsyncSession, case_id: str) -> None:
    """Forget what was indexed of a case (ARC-3): words, texts, and what was counted of them. What its state has is indexed again when it is saved."""
    await _count(session, await _take_out(session, case_id))


async def digest_of(session: AsyncSession, case_id: str) -> int | None:
    """Of what a case was indexed from; None: it was not."""
    return (await session.exec(select(LibraryRow.digest).where(LibraryRow.case_id == case_id).limit(1))).first()


async def frequencies_of(session: AsyncSession, terms: Iterable[str]) -> Mapping[str, int]:
    """How many rows have each word, and under `EVERY` how many there are."""
    wanted = [EVERY, *terms]
    found = await execute(session, _FREQUENCIES, terms=wanted)
    return dict.fromkeys(wanted, 0) | {row.term: row.documents for row in found}


async def terms_by_document(session: AsyncSession, documents: Iterable[int]) -> Mapping[int, frozenset[str]]:
    """All words of these rows."""
    found = await execute(session, _TERMS, documents=[*documents])
    return {row.document: frozenset(row.terms) for row in found}


async def passages_by_case(session: AsyncSession, case_ids: Iterable[str]) -> Mapping[str, list[Passage]]:
    """What each of these cases is searched by, whoever may read it."""
    found: dict[str, list[Passage]] = {}
    for row in await execute(session, _PASSAGES, case_ids=[*case_ids]):
        said_by = Role(row.said_by) if row.said_by else None
        passage = Passage(PassageKind(row.kind), row.text, frozenset(row.readers), row.at, said_by)
        found.setdefault(row.case_id, []).append(passage)
    return found


async def _take_out(session: AsyncSession, case_id: str) -> Counter[str]:
    """What has to be counted now, less than nothing."""
    before: list[tuple[int, list[str]]] = [
        (row.document, row.terms) for row in await execute(session, _DOCUMENTS_OF_CASE, case_id=case_id)
    ]
    counted = Counter[str]()
    if before:
        await finder(session).removed(session, before)
        await session.exec(delete(LibraryRow).where(col(LibraryRow.case_id) == case_id))
        await session.exec(delete(LibraryPassageRow).where(col(LibraryPassageRow.case_id) == case_id))
    for _, terms in before:
        counted.subtract([EVERY, *terms])
    return counted


async def _count(session: AsyncSession, counted: Mapping[str, int]) -> None:
    """In the order of the words, so that two who count wait for one another and never in a circle. A word that nothing has is forgotten."""
    changed = sorted((term, by) for term, by in counted.items() if by)
    if not changed:
        return
    changes = [{"term": term, "by": by} for term, by in changed]
    await execute(session, _counting(session.get_bind().dialect.name), changes=changes)
    if any(by < 0 for _, by in changed):
        await execute(session, _FORGET_TERMS, terms=[term for term, by in changed if by < 0])


@cache
def _counting(dialect: str) -> Executable:
    each = {
        "postgresql": "jsonb_to_recordset(:changes) AS x(term text, by int)",
        "sqlite": "(SELECT value->>'term' AS term, value->>'by' AS by FROM json_each(:changes)) AS x",
    }
    statement = text(
        f"INSERT INTO library_terms (term, documents) SELECT x.term, x.by FROM {each[dialect]} WHERE true"  # noqa: S608  # texts of ours
        " ON CONFLICT (term) DO UPDATE SET documents = library_terms.documents + excluded.documents"
    )
    return statement.bindparams(bindparam("changes", type_=Json))


def _rows(sight: Sight, dialect: str) -> Any:  # noqa: ANN401  # a select
    select_columns: Any = select
    chosen = select_columns(col(LibraryRow.document), col(LibraryRow.case_id))
    chosen = chosen.where(has_any(col(LibraryRow.readers), sorted(sight.readers), dialect))
    if sight.few is not None:
        return chosen.where(col(LibraryRow.case_id).in_(sight.few))
    if sight.conditions:  # as a question about each row, or SQLite would read all cases that fulfil them
        case = select(1).select_from(CaseRow).where(col(CaseRow.case_id) == col(LibraryRow.case_id), *sight.conditions)
        return chosen.where(case.correlate(LibraryRow).exists())
    return chosen


async def _hits(session: AsyncSession, statement: Any) -> list[Hit]:  # noqa: ANN401  # a select
    rows = await (await session.connection()).execute(statement)
    return [Hit(row.document, row.case_id) for row in rows]


def _written(term: str) -> str:
    return "x" + term.encode().hex()


def _passage_row(case_id: str, number: int, passage: Passage) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "number": number,
        "kind": passage.kind.value,
        "readers": sorted(passage.readers),
        "at": passage.at,
        "said_by": passage.by.value if passage.by else None,
        "text": storable(passage.text),
    }


_ADD = insert(LibraryRow).returning(col(LibraryRow.document), col(LibraryRow.terms))
_NEWEST = text("SELECT max(document) FROM library")
_FTS_MATCH = text("SELECT rowid FROM library_fts WHERE library_fts MATCH :wanted ORDER BY rowid DESC")
_FTS_ADD = text("INSERT INTO library_fts (rowid, terms) VALUES (:document, :terms)")
_FTS_REMOVE = text("INSERT INTO library_fts (library_fts, rowid, terms) VALUES ('delete', :document, :terms)")
_INDEXED: Any = LibraryRow
_DOCUMENTS_OF_CASE: Executable = select(_INDEXED.document, _INDEXED.terms).where(LibraryRow.case_id == bindparam("case_id"))
_FREQUENCIES = select(LibraryTermRow).where(col(LibraryTermRow.term).in_(bindparam("terms", expanding=True)))
_FORGET_TERMS = delete(LibraryTermRow).where(
    col(LibraryTermRow.documents) <= 0, col(LibraryTermRow.term).in_(bindparam("terms", expanding=True))
)
_TERMS: Executable = select(_INDEXED.document, _INDEXED.terms).where(
    col(LibraryRow.document).in_(bindparam("documents", expanding=True))
)
_PASSAGES = (
    select(LibraryPassageRow)
    .where(col(LibraryPassageRow.case_id).in_(bindparam("case_ids", expanding=True)))
    .order_by(col(LibraryPassageRow.case_id), col(LibraryPassageRow.number))
)
