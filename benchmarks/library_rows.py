"""What the library has indexed of a marketplace's cases: always the same rows, made in PostgreSQL by SQL and in SQLite by Python.

A text has forty words of 5,000, the first of which stand in nearly every text, as single Chinese characters do, and forty of 200,000, as pairs of
them: the most frequent in one case of twelve, most in a few hundred of a million. Seven of ten cases have a row for carriers, too.
"""

# ruff: noqa: S608, S311  # nothing of anybody's is in these statements, and no secret

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.lists_rows import MERCHANTS, TEAMS, cases_alone
from models.common.vocabulary import Issue, Stage

COMMON, RARE, EACH = 5_000, 200_000, 40
SKUS, CATEGORIES = 20_000, 40
CARRIERS, CLOSED = 0.7, 0.95
"""Shares of the cases."""
PEOPLE = ("agent", "customer", "merchant", "supervisor")
TABLES = ("cases", "library", "library_passages", "library_terms")


def rows_of_postgresql(cases: int) -> Iterator[str]:
    """The statements that write cases, their words, the texts, and how frequent each word is."""
    yield cases_alone(cases)
    yield f"""
        INSERT INTO library (case_id, readers, terms, digest)
        SELECT c.case_id, x.readers::text[], CASE WHEN x.platform THEN c.terms || c.traits ELSE c.terms END, 0
        FROM (SELECT case_id, random() AS chance, ARRAY['=issue=' || coalesce(issue, ''), '=merchant=' || lower(merchant_id),
                '=sku=' || floor(power(random(), 2) * {SKUS})::int, '=category=' || floor(power(random(), 2) * {CATEGORIES})::int,
                '=amount=cny' || floor(random() * 12)::int] AS traits,
            (SELECT array_agg(DISTINCT word) FROM (
                SELECT 'word' || floor(power(random(), 4) * {COMMON})::int FROM generate_series(1, {EACH}) WHERE cases.case_id IS NOT NULL
                UNION ALL
                SELECT 'pair' || floor(power(random(), 2) * {RARE})::int FROM generate_series(1, {EACH}) WHERE cases.case_id IS NOT NULL
            ) AS said(word)) AS terms FROM cases) AS c
        CROSS JOIN (VALUES ('{{{",".join(PEOPLE)}}}', true), ('{{carrier}}', false)) AS x(readers, platform)
        WHERE x.platform OR c.chance < {CARRIERS}
    """
    yield f"""
        INSERT INTO library_passages (case_id, number, kind, readers, at, said_by, text)
        SELECT case_id, 0, 'description', '{json.dumps(PEOPLE)}', now(), 'customer', array_to_string(terms[1:{2 * EACH}], ' ')
        FROM library WHERE 'agent' = ANY(readers)
    """
    yield "INSERT INTO library_terms SELECT term, count(*) FROM library, unnest(terms) AS term GROUP BY term"
    yield "INSERT INTO library_terms SELECT '', count(*) FROM library"


def said(chance: random.Random) -> list[str]:
    """The words of a text, as they are distributed above."""
    common = [f"word{int(chance.random() ** 4 * COMMON)}" for _ in range(EACH)]
    return list(dict.fromkeys([*common, *(f"pair{int(chance.random() ** 2 * RARE)}" for _ in range(EACH))]))


def traits(chance: random.Random) -> list[str]:
    issue = [*Issue][int(chance.random() ** 2 * len(Issue))].value
    drawn = {"sku": int(chance.random() ** 2 * SKUS), "category": int(chance.random() ** 2 * CATEGORIES)}
    return [
        f"=issue={issue}",
        f"=merchant=m-{int(chance.random() ** 3 * MERCHANTS)}",
        *(f"={name}={one}" for name, one in drawn.items()),
    ]


def fill_sqlite(file: str, cases: int) -> None:
    """Write them into a migrated file."""
    chance, counted = random.Random(15), Counter[str]()
    with sqlite3.connect(file) as connection:
        for number in range(1, cases + 1):
            words, about = said(chance), traits(chance)
            _write(connection, number, words, about, chance)
            counted.update(["", *words, *about])
        connection.executemany("INSERT INTO library_terms VALUES (?, ?)", counted.items())
        connection.execute("ANALYZE")


def _write(
    connection: sqlite3.Connection, number: int, words: Sequence[str], about: Sequence[str], chance: random.Random
) -> None:
    case_id, terms = f"RD-{number}", [*words, *about]
    opened = (datetime.now(UTC) - timedelta(hours=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
    values: dict[str, object] = {
        "case_id": case_id,
        "version": 20,
        "kind": "after_sales",
        "stage": (Stage.CLOSED if chance.random() < CLOSED else Stage.RESOLUTION).value,
        "channel": "web",
        "customer_id": f"C-{int(chance.random() ** 2 * 15_000)}",
        "merchant_id": about[1].removeprefix("=merchant=").upper(),
        "issue": about[0].removeprefix("=issue="),
        "tier": "platform",
        "team": TEAMS[int(chance.random() * len(TEAMS))],
        "waiting_on": "nobody",
        "sla_state": "on_time",
        "amount_minor": 100,
        "currency": "CNY",
        "automatic": 0,
        "reopened": 0,
        "locale": "zh",
        "policy_version": "1",
        "opened_at": opened,
        "updated_at": opened,
        "state": "{}",
    }
    _insert(connection, "cases", values)
    row = {"document": number, "case_id": case_id, "readers": json.dumps(PEOPLE), "terms": json.dumps(terms), "digest": 0}
    _insert(connection, "library", row)
    connection.execute("INSERT INTO library_fts (rowid, terms) VALUES (?, ?)", (number, " ".join(map(_hexadecimal, terms))))
    text = {"kind": "description", "readers": json.dumps(PEOPLE), "at": opened, "said_by": "customer", "text": " ".join(words)}
    _insert(connection, "library_passages", {"case_id": case_id, "number": 0, **text})


def _insert(connection: sqlite3.Connection, table: str, values: Mapping[str, object]) -> None:
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", [*values.values()])


def _hexadecimal(term: str) -> str:
    return "x" + term.encode().hex()
