"""Whether people find what they look for: 105 questions, each with the case that it is after, among 380 other texts of customers, or 1,500."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database.engine import Database
from api.library.search import search, words_to_find
from settings import ROOT
from tests.support.builders.actors import SUPERVISOR
from tests.support.builders.library import index, searched_case

HERE = Path(__file__).parent
MUST_FIND = 0.95
FIRST = 3


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def others(every: int) -> Iterator[str]:
    """Texts of customers about other things, and some about the same ones."""
    yield from (row["text"] for row in rows(ROOT / "classifier/data/sentences.csv")[::every])
    yield from (row["text"] for row in rows(ROOT / "classifier/data/meanings.csv")[:: 8 * every])


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
async def test_the_case_that_is_looked_for_is_among_the_first_three(database: Database, every: int) -> None:
    async with database.writing() as session:
        for number, text in enumerate(others(every)):
            await index(session, searched_case(f"RD-X{number}", text))
        for row in rows(HERE / "cases.csv"):
            await index(session, searched_case(row["case"], row["description"], row["said"], row["goods"]))
    questions = rows(HERE / "queries.csv")
    missed = dict[str, list[str]]()
    async with database.reading() as session:
        for question in questions:
            found = await search(session, SUPERVISOR, words_to_find(question["query"]), (), 10)
            first = [one.case_id for one in found[:FIRST]]
            if question["right"] not in first:
                missed[question["query"]] = first
    assert len(questions) >= 100
    assert len(missed) <= (1 - MUST_FIND) * len(questions), missed
