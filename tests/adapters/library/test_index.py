"""The index of the library on both databases: what is put in is found, counted once, and gone without a trace when it is taken out."""

from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlmodel import col

from adapters.database.engine import Database
from adapters.library import finders
from adapters.library.finders import EVERY, Sight, finder
from adapters.library.index import frequencies_of, passages_by_case, put, remove
from models.library.passage import Document, Passage, PassageKind
from models.tables.case import CaseRow
from tests.support.builders.cases import NOW

AGENT = Sight(frozenset({"agent", "agent:alice"}))


def document(*terms: str, readers: str = "agent") -> Document:
    return Document(frozenset(readers.split()), frozenset(terms))


def passage(words: str) -> Passage:
    return Passage(PassageKind.SAYING, words, frozenset({"agent"}), NOW)


async def found(database: Database, *terms: str, sight: Sight = AGENT, most: int = 10) -> list[str]:
    async with database.reading() as session:
        frequencies = await frequencies_of(session, terms)
        return [hit.case_id for hit in await finder(session).having_all(session, terms, frequencies, sight, most)]


async def test_rows_with_all_words_are_found_the_newest_first(database: Database) -> None:
    async with database.writing() as session:
        await put(session, "RD-1", [document("充电", "phone")], [], 1)
        await put(session, "RD-2", [document("充电", "screen", "=issue=a.b: c")], [], 1)
        await put(session, "RD-3", [document("充电", readers="customer")], [], 1)
    assert await found(database, "充电") == ["RD-2", "RD-1"]
    assert await found(database, "充电", most=1) == ["RD-2"]
    assert await found(database, "充电", "phone") == ["RD-1"]
    assert await found(database, "=issue=a.b: c") == ["RD-2"]
    assert await found(database, "充电", sight=Sight(frozenset({"customer"}))) == ["RD-3"]
    async with database.reading() as session:
        hits = await finder(session).having_any(session, ["phone", "screen", "nothing"], AGENT)
    assert {(hit.case_id, hit.term) for hit in hits} == {("RD-1", "phone"), ("RD-2", "screen")}


async def test_what_is_indexed_again_takes_the_place_of_what_was(database: Database) -> None:
    for words in (["old", "both"], ["new", "both"]):
        async with database.writing() as session:
            await put(session, "RD-1", [document(*words), document("both", readers="customer")], [passage(words[0])], 1)
    assert await found(database, "old") == []
    assert await found(database, "new", "both") == ["RD-1"]
    async with database.reading() as session:
        assert await frequencies_of(session, ["old", "new", "both"]) == {EVERY: 2, "old": 0, "new": 1, "both": 2}
        assert [one.text for one in (await passages_by_case(session, ["RD-1"]))["RD-1"]] == ["new"]


async def test_a_case_that_is_forgotten_leaves_no_word_anywhere(database: Database) -> None:
    async with database.writing() as session:
        await put(session, "RD-1", [document("欧阳", "shared")], [passage("我姓欧阳")], 1)
        await put(session, "RD-2", [document("shared")], [], 1)
    async with database.writing() as session:
        await remove(session, "RD-1")
        await remove(session, "RD-UNKNOWN")
    assert await found(database, "欧阳") == []
    assert await found(database, "shared") == ["RD-2"]
    async with database.reading() as session:
        for table in ("library", "library_passages", "library_terms"):
            rows = (await (await session.connection()).execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608
            assert "欧阳" not in str(rows)
        assert await frequencies_of(session, ["欧阳"]) == {EVERY: 1, "欧阳": 0}


async def test_of_a_frequent_word_the_newest_rows_are_looked_at_first_and_the_others_where_these_are_too_few(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finders, "FREQUENT", 5)
    monkeypatch.setattr(finders, "WINDOW", 10)
    async with database.writing() as session:
        for number in range(60):
            rare = ["seldom"] if number < 8 else []
            await put(session, f"RD-{number}", [document("often", *rare)], [], 1)
    assert await found(database, "often", most=3) == ["RD-59", "RD-58", "RD-57"]
    assert await found(database, "often", "seldom", most=20) == [f"RD-{number}" for number in range(7, -1, -1)]


def case_row(case_id: str, issue: str) -> dict[str, Any]:
    texts = ("kind", "stage", "channel", "customer_id", "tier", "waiting_on", "sla_state", "currency", "locale", "policy_version")
    told: dict[str, Any] = {"version": 1, "amount_minor": 0, "automatic": False, "reopened": 0, "state": {}}
    return {**dict.fromkeys(texts, "x"), **told, "case_id": case_id, "issue": issue, "opened_at": NOW, "updated_at": NOW}


@pytest.mark.parametrize("few", [2, 100])
@pytest.mark.parametrize("frequent", [1, 1000])
async def test_only_cases_that_fulfil_the_conditions_are_found_be_they_few_or_many(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int, frequent: int
) -> None:
    for name, value in (("FEW", few), ("ENOUGH", 3), ("CHUNK", 4), ("FREQUENT", frequent), ("WINDOW", 5)):
        monkeypatch.setattr(finders, name, value)
    async with database.writing() as session:
        for number in range(12):
            case_id = f"RD-{number:02}"
            await (await session.connection()).execute(insert(CaseRow), [case_row(case_id, "lost" if number % 3 else "late")])
            await put(session, case_id, [document("often", *["rare"][: number == 3])], [], 1)
    conditions = (col(CaseRow.issue) == "late",)
    async with database.reading() as session:
        sight = await Sight(frozenset({"agent"}), conditions).narrowed(session)
        assert sight.whole is (few > 4)
        by_any = await finder(session).having_any(session, ["rare", "often"], sight)
    assert await found(database, "often", sight=sight) == ["RD-09", "RD-06", "RD-03", "RD-00"]
    assert {(hit.case_id, hit.term) for hit in by_any} == {
        ("RD-03", "rare"),
        *((f"RD-0{number}", "often") for number in (0, 3, 6, 9)),
    }
