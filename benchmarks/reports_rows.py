"""Rows for the figures, as a marketplace has them after two years: made in PostgreSQL, always the same ones; SQLite gets the newest of them.

Skewed as the rows of the lists are (`lists_rows.py`). Of the places where time goes each case has a few.
"""

# ruff: noqa: S608  # nothing of anybody's is in these statements

from collections.abc import Iterable

import psycopg

from benchmarks.lists_rows import AGENTS, CARRIERS, MERCHANTS, TEAMS, any_of, by_share, one_of_many
from models.common.vocabulary import Channel, Issue, Kind, Outcome, Party, Priority, Tier
from models.tables.figures import FigureRow
from rules.figures.times import CODES

PRODUCTS, CATEGORIES, REGIONS = 5000, 40, 34
RANDOMS = 30
YEARS_MINUTES = 730 * 24 * 60


def fill(url: str, cases: int) -> None:
    """Write them; indexes are made afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('figures', 'figure_given') AND indexname LIKE 'ix%'"
        ).fetchall()
        for name, _ in found:
            _run(connection, f"DROP INDEX {name}")
        for statement in ("SET max_parallel_workers_per_gather = 0", "SET jit = off", "SELECT setseed(0.5)", *_statements(cases)):
            _run(connection, statement)
        for _, definition in found:
            _run(connection, definition)
        _run(connection, "VACUUM ANALYZE")


def _run(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> None:
    connection.execute(statement.encode())


def _statements(cases: int) -> Iterable[str]:
    randoms = ", ".join(f"random() AS r{number}" for number in range(RANDOMS))
    columns = _columns(cases)
    chosen = ", ".join(f"{told} AS {name}" for name, told in columns.items())
    yield f"INSERT INTO figures ({', '.join(columns)}) SELECT {chosen} FROM (SELECT i, {randoms} FROM generate_series(1, {cases}) AS i) AS r"
    yield """
        INSERT INTO figure_given (case_id, remedy, bearer, currency, opened_at, opened_minute, minor)
        SELECT case_id, (ARRAY['refund_only', 'return_and_refund', 'coupon', 'exchange'])[1 + given_minor % 4],
            (ARRAY['merchant', 'platform', 'carrier'])[1 + given_minor % 3], currency, opened_at, opened_minute, given_minor
        FROM figures WHERE given_minor > 0
    """
    yield """
        INSERT INTO claims (claim_id, version, case_id, order_id, kind, status, party, who, cause, currency, claimed_minor, accepted_minor,
            recovered_minor, written_off_minor, waiting_on, opened_at, updated_at, saved_at, state)
        SELECT case_id || '.claim.1', 5, case_id, 'O-1', 'carrier_claim', 'settled', 'carrier', carrier_id, 'lost', currency, given_minor,
            given_minor / 2, given_minor / 2, given_minor - given_minor / 2, 'nobody', opened_at, opened_at, opened_at, '{}'::jsonb
        FROM figures WHERE given_minor % 10 = 7 AND carrier_id IS NOT NULL
    """


def _columns(cases: int) -> dict[str, str]:
    over = "r0 < 0.95"
    opened = f"(extract(epoch FROM now()) / 60)::int - ({cases} - i) * {YEARS_MINUTES / cases}"
    stars = {name: f"CASE WHEN r20 < 0.3 THEN 1 + floor(power(r{number}, 0.5) * 5)::int END"
             for name, number in (("speed", 21), ("solution", 22), ("attitude", 23))}  # fmt: skip
    columns = {
        "case_id": "'RD-' || upper(substr(md5(i::text), 1, 12))",
        "epoch": "1",
        "version": "20",
        "opened_minute": f"({opened})::int",
        "opened_at": f"to_timestamp(({opened})::int * 60)",
        "closed_at": f"CASE WHEN {over} THEN to_timestamp(({opened})::int * 60) + interval '9 days' * r1 END",
        "over": over,
        "answer_seconds": "CASE WHEN r2 < 0.97 THEN floor(exp(r3 * 9))::int END",
        "solve_seconds": f"CASE WHEN {over} AND r4 < 0.9 THEN floor(exp(4 + r5 * 8.4))::int END",
        "without_person": "r6 < 0.3",
        "first_contact": "r7 < 0.6",
        "reopened": "(r8 < 0.04)::int",
        "disputed": "r8 < 0.06",
        "returned": "r9 < 0.2",
        "missed": "r10 < 0.07",
        **stars,
        "given_minor": "CASE WHEN r11 < 0.6 THEN 0 ELSE (exp(r11 * 8) * 100)::bigint END",
        "currency": by_share([("CNY", 0.95), ("USD", 0)], 12),
        "kind": by_share([(Kind.AFTER_SALES, 0.7), (Kind.INQUIRY, 0.2), (Kind.COMPLAINT, 0)], 13),
        "channel": any_of((channel.value for channel in Channel), 14, 2),
        "issue": any_of((issue.value for issue in Issue), 15, 2),
        "priority": by_share([(Priority.P1, 0.03), (Priority.P2, 0.15), (Priority.P4, 0.15), (Priority.P3, 0)], 16),
        "outcome": f"CASE WHEN {over} THEN {any_of((outcome.value for outcome in Outcome), 17, 2)} END",
        "tier": by_share([(Tier.MERCHANT, 0.5), (Tier.SUPERVISOR, 0.03), (Tier.PLATFORM, 0)], 18),
        "team": any_of(TEAMS, 19, 1.7),
        "agent": f"CASE WHEN r24 < 0.6 THEN 'agent-' || floor(r24 / 0.6 * {AGENTS})::int END",
        "merchant_id": one_of_many("M-", MERCHANTS, 25, 3),
        "carrier_id": f"CASE WHEN r26 < 0.7 THEN 'K-' || floor(power(r27, 4) * {CARRIERS})::int END",
        "region": f"'CN-' || floor(power(r28, 2) * {REGIONS})::int",
        "product": one_of_many("SKU-", PRODUCTS, 29, 3),
        "category": f"'category-' || floor(power(r29, 3) * {CATEGORIES})::int",
        "party": by_share([(Party.MERCHANT, 0.4), (Party.CARRIER, 0.2), (Party.PLATFORM, 0.05), (Party.NONE, 0.2), (None, 0)], 27),
    }  # fmt: skip
    columns["root_cause"] = "CASE WHEN r27 < 0.85 THEN 'row-' || floor(r27 * 60)::int END"
    records = (
        f"int4send(floor(r{number} * {len(CODES)})::int << 24 | floor(exp(r{number + 10} * 12))::int)" for number in range(8)
    )
    columns["times"] = rf"'\xff000000'::bytea || {' || '.join(records)}"
    columns["places"] = "(r1 * 511)::int"
    columns["unhappy"] = "r21 < 0.05 AND r20 < 0.3"
    return columns


def copy(url: str, rows: int) -> list[dict[str, object]]:
    """The newest rows of figures, for another database."""
    names = [*FigureRow.model_fields]
    with psycopg.connect(url) as connection:
        found = connection.execute(f"SELECT {', '.join(names)} FROM figures ORDER BY opened_at DESC LIMIT {rows}".encode())
        return [dict(zip(names, row, strict=True)) for row in found]
