"""Looking words up in the index of the library (ARC-2): PostgreSQL by a GIN index of arrays, SQLite by FTS5.

Both are given the same words (`rules/library/words.py`), so that both find the same. Measured by `benchmarks/library.py`; what else was measured
is told in docs/library.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import execute
from adapters.database.planning import plan_lists
from adapters.database.text_lists import has_all, has_any, is_one_of
from models.tables.case import CaseRow
from models.tables.library import LibraryRow

EVERY = ""
"""The word that every row of the index has, in the table that counts them."""
FEW = 4_000
"""So many cases are looked at one by one, whatever words are looked for: all that are asked about, or the newest of them."""
ENOUGH = 50
"""So many of the newest with frequent words will do."""
FREQUENT = 10_000
"""Rows with a word that more rows have are looked for among the newest first."""
CHUNK = 2_000
"""So many rows SQLite looks at in a step, from the newest on."""
WINDOW = 2_000
"""So many of the newest at least, and three times as many where these were not enough."""


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
    few: Sequence[str] = ()
    """The newest cases that fulfil the conditions."""
    whole: bool = False
    """These are all of them: then only they are looked at."""

    async def narrowed(self, session: AsyncSession) -> "Sight":
        """The same, with the newest cases that fulfil the conditions."""
        if not self.conditions:
            return self
        await plan_lists(session)
        select_columns: Any = select
        asked = select_columns(col(CaseRow.case_id)).where(*self.conditions)
        newest = asked.order_by(col(CaseRow.opened_at).desc(), col(CaseRow.case_id).desc()).limit(FEW + 1)
        found: Sequence[str] = (await (await session.connection()).execute(newest)).scalars().all()
        return replace(self, few=found[:FEW], whole=len(found) <= FEW)


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
        if not sight.whole and min(frequencies[term] for term in terms) > FREQUENT:
            if sight.few:
                of_newest = _rows(replace(sight, whole=True), "postgresql").where(has)
                found = await _hits(session, of_newest.order_by((col(LibraryRow.document) + 0).desc()).limit(most))
                if len(found) >= ENOUGH:
                    return found
            newest: int = (await execute(session, _NEWEST)).scalar_one() or 0
            expected = float(most)
            for term in terms:
                expected = expected * rows / frequencies[term]
            window = max(WINDOW, 2 * expected)
            while window < rows:
                oldest = newest - int(window * newest / rows)
                found = await _hits(session, statement.where(col(LibraryRow.document) > oldest))
                if len(found) == most:
                    return found
                window *= 3
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
        if sight.whole:
            return await self._seen(session, sight, rows, most)
        found = list[Hit]()
        for begin in range(0, len(rows), CHUNK):
            if len(found) < most:
                found += await self._seen(session, sight, rows[begin : begin + CHUNK], most - len(found))
        return found

    async def _matching(self, session: AsyncSession, wanted: str) -> list[int]:
        """The numbers of the rows, the newest first."""
        return [*(await execute(session, _FTS_MATCH, wanted=wanted)).scalars()]

    async def _seen(self, session: AsyncSession, sight: Sight, rows: Collection[int], most: int) -> list[Hit]:
        """Those of them that are in sight: by the rows, or by the cases where these are fewer."""
        by_cases = sight.whole and len(rows) > len(sight.few)
        newest = _rows(sight if by_cases or not sight.whole else Sight(sight.readers), "sqlite").order_by(
            col(LibraryRow.document).desc()
        )
        if by_cases:
            among = {*rows}
            return [hit for hit in await _hits(session, newest) if hit.document in among][:most]
        found = await _hits(session, newest.where(col(LibraryRow.document).in_(rows)))
        fitting = {*sight.few} if sight.whole else None
        return [hit for hit in found if fitting is None or hit.case_id in fitting][:most]

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


def _rows(sight: Sight, dialect: str) -> Any:  # noqa: ANN401  # a select
    select_columns: Any = select
    chosen = select_columns(col(LibraryRow.document), col(LibraryRow.case_id))
    chosen = chosen.where(has_any(col(LibraryRow.readers), sorted(sight.readers), dialect))
    if sight.whole:
        return chosen.where(is_one_of(col(LibraryRow.case_id), sight.few, dialect))
    if sight.conditions:  # as a question about each row, or SQLite would read all cases that fulfil them
        case = select(1).select_from(CaseRow).where(col(CaseRow.case_id) == col(LibraryRow.case_id), *sight.conditions)
        return chosen.where(case.correlate(LibraryRow).exists())
    return chosen


async def _hits(session: AsyncSession, statement: Any) -> list[Hit]:  # noqa: ANN401  # a select
    rows = await (await session.connection()).execute(statement)
    return [Hit(row.document, row.case_id) for row in rows]


def _written(term: str) -> str:
    return "x" + term.encode().hex()


_NEWEST = text("SELECT max(document) FROM library")
_FTS_MATCH = text("SELECT rowid FROM library_fts WHERE library_fts MATCH :wanted ORDER BY rowid DESC")
_FTS_ADD = text("INSERT INTO library_fts (rowid, terms) VALUES (:document, :terms)")
_FTS_REMOVE = text("INSERT INTO library_fts (library_fts, rowid, terms) VALUES ('delete', :document, :terms)")
