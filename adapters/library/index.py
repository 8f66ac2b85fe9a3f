"""What cases are found by (ARC-2): their words and texts, put in, taken out and counted. Words are looked up by `finders.py`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, text
from sqlmodel import col, delete, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import execute, storable
from adapters.library.finders import EVERY, finder
from models.common.vocabulary import Role
from models.library.passage import Document, Passage, PassageKind
from models.tables.columns import Json
from models.tables.library import LibraryPassageRow, LibraryRow, LibraryTermRow


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
