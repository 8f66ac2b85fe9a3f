"""Every figure of every report, beside what DuckDB makes of the same rows without any of our code (RVW-1)."""

# ruff: noqa: S608  # nothing of anybody's is in these statements

import csv
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isnan
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlalchemy import func, insert, update
from sqlmodel import col, select

from activities.figures import revise
from adapters.database.engine import Database
from adapters.database.kept_sums import KeptSums
from api.cases.filters import CaseFilters, conditions, refuse_hidden
from api.http.auth import Caller
from api.reports.endpoints import report_of
from api.reports.query import CountQuery
from api.reports.specs import SPECS, ReportName
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.figures import Dimension, Figure, FigureUnit, Report
from models.policy.policy import Policy
from models.tables.case import CaseRow
from models.tables.claims import ClaimRow
from models.tables.figures import FigureGivenRow, FigureRow
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.figures import case_rows, claim_rows, figure_rows, given_rows

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
POLICY: Policy = load_policy(Settings().policy)
ANALYST = Caller(Actor(role=Role.ANALYST, id="ana"))
ROWS = figure_rows(600, NOW)
GIVEN, CLAIMS = given_rows(ROWS), claim_rows(ROWS)


@pytest.fixture
async def filled(database: Database) -> Database:
    async with database.writing() as session:
        connection = await session.connection()
        for table, rows in ((FigureRow, ROWS), (FigureGivenRow, GIVEN), (ClaimRow, CLAIMS)):
            await connection.execute(insert(table), rows)
    return database


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    connection, folder = duckdb.connect(), tmp_path_factory.mktemp("duck")
    connection.execute("SET TimeZone = 'UTC'")
    for name, rows in (("figures", ROWS), ("given", GIVEN), ("claims", CLAIMS)):
        fields = [*dict.fromkeys(field for row in rows for field in row if field not in {"state", "times"})]
        types = {field: _type(next((row[field] for row in rows if row[field] is not None), "")) for field in fields}
        connection.execute(f"CREATE TABLE {name} ({', '.join(f'{field} {kind}' for field, kind in types.items())})")
        file = folder / f"{name}.csv"
        with file.open("w", encoding="utf-8", newline="") as written:
            csv.writer(written).writerows([row[field] for field in fields] for row in rows)
        connection.execute(f"COPY {name} FROM '{file}' (HEADER false)")
    return connection


def _type(value: object) -> str:
    types: dict[type, str] = {bool: "BOOLEAN", int: "BIGINT", datetime: "TIMESTAMPTZ"}
    return types.get(type(value), "VARCHAR")


Duck = duckdb.DuckDBPyConnection
SINCE, UNTIL = (NOW - timedelta(days=75, hours=5)).isoformat(), (NOW - timedelta(days=1)).isoformat()
EARLIER = (NOW - timedelta(days=149, hours=10)).isoformat()
"""As long before."""
SEVERAL = {"kind", "channel", "issue", "priority", "outcome", "tier", "party", "counts_as", "unknown"}
PERIOD_OF_CASE = f"opened_at >= '{SINCE}'::TIMESTAMPTZ AND f.opened_at < '{UNTIL}'::TIMESTAMPTZ"
PERIOD = f"opened_at >= '{SINCE}'::TIMESTAMPTZ AND opened_at < '{UNTIL}'::TIMESTAMPTZ"
BEFORE = f"opened_at >= '{EARLIER}'::TIMESTAMPTZ AND opened_at < '{SINCE}'::TIMESTAMPTZ"
ANSWERED = "(answer_seconds > 3600 OR answer_seconds IS NULL AND closed_at IS NULL)"
SOLVED = "(solve_seconds > 86400 OR solve_seconds IS NULL AND closed_at IS NULL)"
MEASURES = {
    "cases": "count(*)",
    "part": "count(*) / sum(count(*)) OVER ()",
    "over": "count(*) FILTER (over)",
    "solved": "count(solve_seconds)",
    "first_contact_share": "avg(first_contact::INT) FILTER (solve_seconds IS NOT NULL)",
    "without_person_share": "avg(without_person::INT) FILTER (solve_seconds IS NOT NULL)",
    "disputed_share": "avg(disputed::INT)",
    "reopened_share": "avg((reopened > 0)::INT)",
    "returned_share": "avg(returned::INT)",
    "missed_share": "avg(missed::INT)",
    "rated": "count(speed)",
    "rated_share": "count(speed) / count(*)",
    "speed": "avg(speed)",
    "solution": "avg(solution)",
    "attitude": "avg(attitude)",
    "unhappy_share": "avg(unhappy::INT) FILTER (speed IS NOT NULL)",
    "answered_in_time_share": f"count(*) FILTER (answer_seconds <= 3600) / count(*) FILTER (answer_seconds <= 3600 OR {ANSWERED})",
    "answered_late": f"count(*) FILTER {ANSWERED}",
    "solved_in_time_share": f"count(*) FILTER (solve_seconds <= 86400) / count(*) FILTER (solve_seconds <= 86400 OR {SOLVED})",
    "solved_late": f"count(*) FILTER {SOLVED}",
}  # fmt: skip


@dataclass(frozen=True)
class Sources:
    database: Database
    policy: Policy = POLICY
    sums: KeptSums = field(default_factory=KeptSums)


async def report(sources: Sources, name: ReportName, **query: Any) -> Report:
    asked = CountQuery.model_validate({"opened_from": SINCE, "opened_to": UNTIL, "limit": 1000, **query})
    return await report_of(sources, ANALYST, name, asked)


def same(told: Figure, wanted: float | None, before: float | None) -> bool:
    return (told.value, told.before) == (approx(wanted), approx(before))


def approx(value: Any) -> Any:
    return value if value is None or isnan(value) else pytest.approx(float(value))


def by_key(duck: Duck, sql: str, keys: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {
        row[:keys]: tuple(None if value is None or isnan(value) else value for value in row[keys:])
        for row in duck.execute(sql).fetchall()
    }


@pytest.mark.parametrize(
    ("filters", "where"),
    [
        ({}, "true"),
        ({"kind": ["complaint", "inquiry"], "region": "CN-GD"}, "kind IN ('complaint', 'inquiry') AND region = 'CN-GD'"),
        ({"merchant_id": "M-0", "counts_as": ["over"], "unknown": ["team"]}, "merchant_id = 'M-0' AND over AND team IS NULL"),
    ],
)
async def test_counts_are_those_of_an_independent_calculation(
    filled: Database, duck: Duck, filters: Mapping[str, Any], where: str
) -> None:
    sources = Sources(filled)
    for name, spec in SPECS.items():
        names = [measure.name for measure in spec.measures]
        chosen = ", ".join(MEASURES[name] for name in names)
        for by in ((Dimension.ISSUE,), (Dimension.MERCHANT,), (Dimension.CARRIER, Dimension.PARTY)) if spec.by else ((),):
            keys = ", ".join(by)
            told = await report(sources, name, by=by, **filters)
            grouped = f"GROUP BY {keys}" if by else ""
            now, then = (
                by_key(
                    duck, f"SELECT {keys + ',' if by else ''} {chosen} FROM figures WHERE {period} AND {where} {grouped}", len(by)
                )
                for period in (PERIOD, BEFORE)
            )
            rows = {tuple(row.by.values()): row.figures for row in told.rows} if by else {(): told.total}
            assert rows.keys() == now.keys()
            for key, figures in rows.items():
                for place, measure in enumerate(spec.measures):
                    was = (
                        then[key][place]
                        if key in then
                        else (0 if measure.unit is FigureUnit.CASES else figures[measure.name].before)
                    )
                    assert same(figures[measure.name], now[key][place], was), (name, by, key, measure.name)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns"])
async def test_hours_are_those_of_the_zones_own_clock(filled: Database, zone: str) -> None:
    told = await report(Sources(filled), ReportName.HOURS, zone=zone)
    since, until = datetime.fromisoformat(SINCE), datetime.fromisoformat(UNTIL)
    local = [row["opened_at"].astimezone(ZoneInfo(zone)) for row in ROWS if since <= row["opened_at"] < until]
    wanted = Counter((str(at.isoweekday()), str(at.hour)) for at in local)
    assert {tuple(row.by.values()): row.figures["cases"].value for row in told.rows if row.figures["cases"].value} == wanted
    assert len(told.rows) == 7 * 24


async def test_money_is_that_of_an_independent_calculation(filled: Database, duck: Duck) -> None:
    sources = Sources(filled)
    told = await report(sources, ReportName.GIVEN, kind=["after_sales"])
    joined = "USING (case_id) WHERE kind = 'after_sales'"
    now, then = (
        by_key(
            duck,
            "SELECT remedy, bearer, given.currency, count(*), sum(minor) FROM given JOIN (SELECT * FROM figures WHERE"
            f" {period}) AS f {joined} GROUP BY 1, 2, 3",
            3,
        )
        for period in (PERIOD, BEFORE)
    )
    for row in told.rows:
        key = tuple(row.by.values())
        count, minor = then.get(key, (0, 0))
        assert same(row.figures["cases"], now[key][0], count)
        assert same(row.figures["minor"], now[key][1], minor)
    assert {tuple(row.by.values()) for row in told.rows} == now.keys()
    claimed = await report(sources, ReportName.RECOVERIES)
    wanted = by_key(
        duck,
        "SELECT c.kind, c.currency, count(*), sum(claimed_minor), sum(accepted_minor), sum(recovered_minor), sum(written_off_minor),"
        f" sum(recovered_minor) / sum(claimed_minor) FROM claims AS c JOIN figures AS f USING (case_id) WHERE f.{PERIOD_OF_CASE}"
        " GROUP BY 1, 2",
        2,
    )
    got = {tuple(row.by.values()): tuple(figure.value for figure in row.figures.values()) for row in claimed.rows}
    assert got == {key: tuple(map(approx, values)) for key, values in wanted.items()}


async def test_sums_that_were_kept_follow_late_events_and_corrections(filled: Database) -> None:
    sources = Sources(filled)
    for change in ({"issue": "logistics.lost"}, {"reopened": 3, "over": False}, {"speed": 1, "solution": 1, "attitude": 1}):
        await report(sources, ReportName.VOLUME)
        await report(sources, ReportName.SATISFACTION, by=["merchant_id"])
        async with filled.writing() as session:
            some = [row["case_id"] for row in ROWS[::7]]
            await session.exec(update(FigureRow).where(col(FigureRow.case_id).in_(some)).values(**change))
            await revise(session, some)
        for name, by in ((ReportName.VOLUME, ()), (ReportName.SATISFACTION, ("merchant_id",))):
            assert await report(sources, name, by=by) == await report(Sources(filled), name, by=by)


async def test_each_figure_names_the_list_of_the_cases_that_it_counts(filled: Database) -> None:
    sources, chance = Sources(filled), random.Random(5)  # noqa: S311
    async with filled.writing() as session:
        await (await session.connection()).execute(insert(CaseRow), case_rows(ROWS))
    for name in ReportName:
        told = await report(sources, name)
        shown = {column.name: column.unit for column in told.columns}
        figures = [(unit, row.figures[column]) for row in told.rows for column, unit in shown.items()]
        for unit, figure in chance.sample(figures, min(12, len(figures))):
            listed = await count(filled, figure.cases or "")
            if unit is FigureUnit.CASES and name is not ReportName.RECOVERIES:
                assert listed == figure.value, figure.cases
            elif unit is FigureUnit.SHARE and figure.of and name is not ReportName.TIMES:
                assert listed == pytest.approx((figure.value or 0) * figure.of), figure.cases
            elif name is ReportName.TIMES:
                assert listed == figure.of


async def count(database: Database, url: str) -> int:
    """How many cases a list has."""
    query: dict[str, Any] = {
        name: values if name in SEVERAL else values[0] for name, values in parse_qs(url.partition("?")[2]).items()
    }
    filters = CaseFilters.model_validate(query)
    refuse_hidden(ANALYST, filters)
    async with database.reading() as session:
        fits = conditions(filters, ANALYST, database.dialect, POLICY)
        return (await session.exec(select(func.count()).select_from(CaseRow).where(*fits))).one()
