"""Reports over a million cases in PostgreSQL, and over 50,000 in SQLite: cold, warm, and beside plain SQL over the same rows.

Cold: nothing is kept of it yet, the tables are in memory. Warm: asked for again after a case was opened meanwhile.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import insert, text

from activities.figures import revise
from adapters.database.engine import Database, migrate
from api.http.auth import Caller
from api.reports.endpoints import report_of
from api.reports.query import CountQuery
from api.reports.specs import ReportName
from api.reports.sums import KeptSums
from benchmarks.reports_rows import copy, fill
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.policy.policy import Policy
from models.tables.figures import FigureRow
from rules.policy.load import load_policy
from settings import Settings
from tests.support.processes.databases import running_postgres

FEW, MANY, ON_SQLITE = 100_000, 1_000_000, 50_000
ANALYST = Caller(Actor(role=Role.SUPERVISOR, id="susan"))
POLICY = load_policy(Settings().policy)
ALL = "2020-01-01"
"""Every case: the longest period that there is."""
ASKED: tuple[tuple[ReportName, Mapping[str, Any]], ...] = (
    *((name, {}) for name in ReportName),
    (ReportName.VOLUME, {"by": ["merchant_id"]}),
    (ReportName.VOLUME, {"by": ["product"]}),
    (ReportName.RESOLUTION, {"by": ["agent"], "kind": ["after_sales"]}),
    (ReportName.SLA, {"by": ["merchant_id"], "channel": ["app", "web"]}),
    (ReportName.SATISFACTION, {"by": ["region"], "merchant_id": "M-0"}),
    (ReportName.TIMES, {"kind": ["after_sales"]}),
    (ReportName.GIVEN, {"kind": ["after_sales"]}),
)
PLAIN = "SELECT issue, count(*), count(*) FILTER (WHERE over) FROM figures GROUP BY issue"


@dataclass(frozen=True)
class Sources:
    database: Database
    policy: Policy = POLICY
    sums: KeptSums = field(default_factory=KeptSums)


async def _ask(sources: Sources, name: ReportName, query: Mapping[str, Any]) -> float:
    """Milliseconds."""
    begun = perf_counter()
    await report_of(sources, ANALYST, name, CountQuery.model_validate({"opened_from": ALL, **query}))
    return (perf_counter() - begun) * 1000


async def _plain(database: Database) -> float:
    begun = perf_counter()
    async with database.reading() as session:
        (await (await session.connection()).execute(text(PLAIN))).all()
    return (perf_counter() - begun) * 1000


async def _measure(database: Database, where: str) -> dict[str, float]:
    cold: dict[str, float] = {}
    for name, query in ASKED:
        told = " ".join(
            (name, *(f"{key}={','.join(value) if isinstance(value, list) else value}" for key, value in query.items()))
        )
        cold[told] = min([await _ask(Sources(database), name, query) for _ in range(2)])
        print(f"{cold[told]:8.0f} ms  {where} {told}")
    sources = Sources(database)
    await _ask(sources, ReportName.DASHBOARD, {})
    async with database.writing() as session:
        newest: Any = (await session.exec(text("SELECT case_id FROM figures ORDER BY opened_at DESC LIMIT 1"))).one()  # type: ignore[call-overload]
        await revise(session, [newest[0]])
    warm = await _ask(sources, ReportName.DASHBOARD, {})
    return {
        f"{where}: slowest report, cold": max(cold.values()),
        f"{where}: dashboard, cold": cold[ReportName.DASHBOARD],
        f"{where}: dashboard, warm": warm,
        f"{where}: volume by issue, cold": cold[ReportName.VOLUME],
        f"{where}: the same in plain SQL": min([await _plain(database) for _ in range(2)]),
    }


async def _on(settings: Settings, where: str) -> dict[str, float]:
    database = Database(settings)
    try:
        return await _measure(database, where)
    finally:
        await database.aclose()


async def _insert(settings: Settings, rows: list[dict[str, Any]]) -> None:
    database = Database(settings)
    async with database.writing() as session:
        await (await session.connection()).execute(insert(FigureRow), rows)
    await database.aclose()


def measure(*, large: bool = False) -> dict[str, float]:
    """Figures by name."""
    with running_postgres() as server, tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=server.create("reports"))
        migrate(settings)
        fill(settings.database_url or "", MANY if large else FEW)
        figures = asyncio.run(_on(settings, f"PostgreSQL, {MANY if large else FEW:,}"))
        small = Settings(data_dir=Path(folder))
        migrate(small)
        asyncio.run(_insert(small, copy(settings.database_url or "", ON_SQLITE)))
        return figures | asyncio.run(_on(small, f"SQLite, {ON_SQLITE:,}"))
