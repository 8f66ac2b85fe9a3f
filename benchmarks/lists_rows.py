"""Rows for the lists, as a marketplace has them after two years: made in PostgreSQL, always the same ones.

Nineteen of twenty cases are closed. Customers, merchants, carriers, issues and tags are skewed: few have very many. States stay empty: real ones
stand outside of the rows (TOAST), and no list reads them.
"""

# ruff: noqa: S608  # nothing of anybody's is in these statements

from collections.abc import Iterable, Sequence

import psycopg

from models.claims.state import ClaimCause, ClaimKind, ClaimStatus
from models.common.vocabulary import Channel, Issue, Kind, Outcome, Priority, SlaState, Stage, Tier, WaitFor, WaitingOn
from models.returns.state import ReturnResult, ReturnStage

TEAMS = ("after_sales", "logistics", "payments", "technical", "complaints", "rules")
MERCHANTS, CARRIERS, AGENTS, TAGS, WORDS = 2000, 40, 60, 200, 5000
CUSTOMER_WITH_MANY = "C-BUSY"
MANY = 200
OPEN = sorted(stage.value for stage in Stage.open_stages())
RANDOMS = 24
TABLES = ("cases", "case_carriers", "case_words", "claims", "returns")


def customers(cases: int) -> int:
    return max(cases // 3, 1)


def any_of(values: Iterable[str], number: int, skew: float = 1) -> str:
    """One of them by the random number of that row; a greater skew makes the first ones more frequent."""
    listed = [*values]
    return f"(ARRAY[{', '.join(map(repr, listed))}]::text[])[1 + floor(power(r{number}, {skew}) * {len(listed)})::int]"


def one_of_many(prefix: str, count: int, number: int, skew: float) -> str:
    return f"'{prefix}' || floor(power(r{number}, {skew}) * {count})::int"


def by_share(shares: Sequence[tuple[str | None, float]], number: int) -> str:
    """Values with how frequent each is; the last one is the rest."""
    so_far, told = 0.0, "CASE"
    for value, share in shares[:-1]:
        so_far += share
        told += f" WHEN r{number} < {so_far:.5f} THEN {_text(value)}"
    return f"{told} ELSE {_text(shares[-1][0])} END"


def _text(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"


def fill(url: str, statements: Iterable[str], tables: Sequence[str] = TABLES) -> None:
    """Write rows into these tables; their indexes are made afterwards, which takes a fraction of the time."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname JOIN pg_index ON indexrelid = pg_class.oid"
            " WHERE schemaname = 'public' AND NOT indisunique AND tablename = ANY(%s)",
            ([*tables],),
        ).fetchall()
        for name, _ in found:
            _run(connection, f"DROP INDEX {name}")
        _run(
            connection,
            "SET max_parallel_workers_per_gather = 0; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'; SET jit = off",
        )
        _run(connection, "SELECT setseed(0.5)")
        for statement in statements:
            _run(connection, statement)
        for _, definition in found:
            _run(connection, definition)
        _run(connection, "VACUUM ANALYZE")


def _run(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> None:
    connection.execute(statement.encode())


def cases_alone(cases: int) -> str:
    """The cases themselves."""
    randoms = ", ".join(f"random() AS r{number}" for number in range(RANDOMS))
    return _cases(cases, f"SELECT i, {randoms} FROM generate_series(1, {cases}) AS i")


def rows_of_lists(cases: int) -> Iterable[str]:
    """The cases with everything that lists read."""
    yield cases_alone(cases)
    yield f"""
        UPDATE cases SET customer_id = '{CUSTOMER_WITH_MANY}', opened_at = now() - interval '1 day' * random() * 60
        WHERE case_id IN (SELECT case_id FROM cases LIMIT {MANY})
    """
    yield f"""
        INSERT INTO case_carriers (carrier_id, case_id)
        SELECT 'K-' || floor(power(random(), 4) * {CARRIERS})::int, case_id FROM cases WHERE random() < 0.7
    """
    yield f"""
        INSERT INTO case_words (case_id, number, terms)
        SELECT case_id, 0, ARRAY(
            SELECT DISTINCT 'word' || floor(power(random(), 2) * {WORDS})::int FROM generate_series(1, 10) WHERE cases.case_id IS NOT NULL
        ) FROM cases
    """
    yield _claims()
    yield _returns()


def _cases(cases: int, rows: str) -> str:
    """The first rows are the oldest. Half of what is open was opened in the last month."""
    over, now = "r0 < 0.95", "now()"
    stage = f"CASE WHEN {over} THEN 'closed' ELSE {any_of(OPEN, 1)} END"
    waits = by_share([(WaitingOn.CUSTOMER, 0.3), (WaitingOn.MERCHANT, 0.25), (WaitingOn.AGENT, 0.25), (WaitingOn.CARRIER, 0.05),
                      (WaitingOn.SUPERVISOR, 0.03), (WaitingOn.NOBODY, 0)], 2)  # fmt: skip
    opened = f"{now} - interval '1 second' * ({cases} - i + r3) * {730 * 86400 / cases}"
    opened = f"CASE WHEN {over} THEN {opened} ELSE {now} - interval '1 day' * power(r3, 4) * 500 END"
    reopened_until = f"CASE WHEN {opened} > {now} - interval '20 days' THEN {opened} + interval '20 days' END"
    columns = {
        "case_id": "'RD-' || upper(substr(md5(i::text), 1, 12))",
        "version": "20",
        "kind": by_share([(Kind.AFTER_SALES, 0.7), (Kind.INQUIRY, 0.2), (Kind.COMPLAINT, 0)], 4),
        "stage": stage,
        "channel": any_of((channel.value for channel in Channel), 5, 2),
        "customer_id": one_of_many("C-", customers(cases), 6, 2),
        "order_id": one_of_many("O-", cases, 7, 1),
        "merchant_id": one_of_many("M-", MERCHANTS, 8, 3),
        "issue": f"CASE WHEN r1 < 0.97 THEN {any_of((issue.value for issue in Issue), 9, 2)} END",
        "priority": by_share([(Priority.P1, 0.03), (Priority.P2, 0.15), (Priority.P4, 0.15), (None, 0.02), (Priority.P3, 0)], 10),
        "tier": by_share([(Tier.MERCHANT, 0.5), (Tier.SUPERVISOR, 0.03), (Tier.PLATFORM, 0)], 11),
        "team": f"CASE WHEN r1 < 0.98 THEN {any_of(TEAMS, 12, 1.7)} END",
        "handler": f"CASE WHEN r13 < 0.6 THEN 'agent-' || floor(r13 / 0.6 * {AGENTS})::int END",
        "owner": f"CASE WHEN r14 < 0.5 THEN 'agent-' || floor(r14 / 0.5 * {AGENTS})::int END",
        "snoozed_by": f"CASE WHEN NOT {over} AND r15 < 0.03 THEN 'agent-' || floor(r13 * {AGENTS})::int END",
        "waiting_on": f"CASE WHEN {over} THEN 'nobody' ELSE {waits} END",
        "waiting_for": f"CASE WHEN {over} THEN 'reopening' ELSE {any_of((wait.value for wait in WaitFor), 2)} END",
        "next_deadline": f"CASE WHEN {over} THEN {reopened_until} WHEN r16 < 0.9 THEN {now} + interval '1 day' * (r16 * 10 - 2) END",
        "reply_owed_since": f"CASE WHEN NOT {over} AND r17 < 0.1 THEN {now} - interval '1 day' * r17 * 20 END",
        "unreached_since": f"CASE WHEN r18 < 0.003 OR NOT {over} AND r18 < 0.01 THEN {now} - interval '1 day' * r17 * 300 END",
        "sla_state": by_share([(SlaState.MISSED, 0.05), (SlaState.WARNED, 0.1), (SlaState.ON_TIME, 0)], 19),
        "overdue": f"NOT {over} AND r19 < 0.04",
        "tags": f"CASE WHEN r20 < 0.04 THEN ARRAY['tag-' || floor(power(r21, 2) * {TAGS})::int, 'tag-' || floor(r17 * {TAGS})::int] END",
        "outcome": f"CASE WHEN {over} THEN {any_of((outcome.value for outcome in Outcome), 17, 2)} END",
        "amount_minor": "CASE WHEN r22 < 0.3 THEN 0 ELSE (exp(r22 * 8) * 100)::bigint END",
        "currency": "'CNY'",
        "automatic": "r23 < 0.3",
        "reopened": "0",
        "review": by_share([("due", 0.002), ("agreed", 0.008), ("disagreed", 0.001), (None, 0)], 23),
        "locale": "'zh'",
        "policy_version": "'2026.1'",
        "opened_at": opened,
        "state": "'{}'::jsonb",
    }  # fmt: skip
    chosen = ", ".join(f"{told} AS {name}" for name, told in columns.items())
    saved = f"least({now}, CASE WHEN stage = 'closed' THEN opened_at + interval '1 day' * (1 + amount_minor % 14) ELSE {now} END)"
    saved = f"{saved} - interval '1 hour' * random() * CASE WHEN stage = 'closed' THEN 24 ELSE 300 END"
    return (
        f"INSERT INTO cases ({', '.join(columns)}, updated_at, saved_at, closed_at) SELECT {', '.join(columns)}, saved, saved,"
        f" CASE WHEN stage = 'closed' THEN saved END FROM (SELECT *, {saved} AS saved FROM (SELECT {chosen} FROM ({rows}) AS r) AS c) AS s"
    )


def _claims() -> str:
    """One case in twelve has a claim, on a carrier or a merchant; four of five are over."""
    over = [status.value for status in ClaimStatus if status in ClaimStatus.over()]
    running = [status.value for status in ClaimStatus if status not in ClaimStatus.over()]
    carrier = "r0 < 0.5"
    return f"""
        INSERT INTO claims (claim_id, version, case_id, order_id, kind, status, party, who, team, cause, currency, claimed_minor, accepted_minor,
            recovered_minor, written_off_minor, waiting_on, due, opened_at, updated_at, saved_at, state)
        SELECT case_id || '.claim.1', 5, case_id, order_id,
            CASE WHEN {carrier} THEN 'carrier_claim' ELSE {any_of((ClaimKind.RECOVERY.value, ClaimKind.CREDIT.value), 3, 3)} END,
            CASE WHEN r1 < 0.8 THEN {any_of(over, 2)} ELSE {any_of(running, 2)} END,
            CASE WHEN {carrier} THEN 'carrier' ELSE 'merchant' END,
            CASE WHEN {carrier} THEN 'K-' || floor(power(r4, 4) * {CARRIERS})::int ELSE merchant_id END,
            team, {any_of((cause.value for cause in ClaimCause), 3)}, 'CNY', amount_minor, amount_minor / 2, 0, 0,
            CASE WHEN r1 < 0.8 THEN 'nobody' ELSE 'carrier' END,
            CASE WHEN r1 >= 0.8 THEN now() + interval '1 day' * (r2 * 20 - 5) END,
            opened_at + interval '3 days', updated_at, saved_at, '{{}}'::jsonb
        FROM (SELECT *, random() AS r0, random() AS r1, random() AS r2, random() AS r3, random() AS r4 FROM cases) AS c WHERE r4 < 0.08
    """


def _returns() -> str:
    running = [stage.value for stage in ReturnStage if stage is not ReturnStage.OVER]
    return f"""
        INSERT INTO returns (workflow_id, case_id, remedy_id, version, order_id, customer_id, merchant_id, purpose, stage, result, carrier_id,
            tracking, opened_at, updated_at)
        SELECT case_id || '.m1', case_id, 'm1', 10, order_id, customer_id, merchant_id, 'refund',
            CASE WHEN stage = 'closed' THEN 'over' ELSE {any_of(running, 0)} END,
            CASE WHEN stage = 'closed' THEN {any_of((result.value for result in ReturnResult), 1, 3)} END,
            'K-' || floor(power(r1, 4) * {CARRIERS})::int, 'T' || case_id, opened_at + interval '1 day', updated_at
        FROM (SELECT *, random() AS r0, random() AS r1, random() AS r2 FROM cases) AS c WHERE r2 < 0.2
    """
