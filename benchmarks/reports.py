"""Reports over a million cases in PostgreSQL, and over 50,000 in SQLite: cold, warm, and beside plain SQL over the same rows.

Cold: nothing is kept of it yet, the tables are in memory. Warm: asked for again after a case has changed. Processor time is what to read.
"""

import asyncio
import resource
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import insert, text
from sqlmodel import col, select

from activities.figures import revise
from adapters.database.engine import Database, migrate
from adapters.database.figures import plan_reports
from adapters.database.kept_sums import KeptSums
from api.http.auth import Caller
from api.reports.endpoints import report_of
from api.reports.query import CountQuery
from api.reports.specs import ReportName
from benchmarks.reports_rows import copy, fill
from models.common.actors import Actor
from models.common.vocabulary import Role
from models.policy.policy import Policy
from models.tables.figures import FigureRow
from rules.policy.load import load_policy
from settings import Settings
from tests.support.processes.databases import running_postgres

FEW, MANY, ON_SQLITE = 100_000, 1_000_000, 50_000
SUPERVISOR = Caller(Actor(role=Role.SUPERVISOR, id="susan"))
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


class Cost(NamedTuple):
    """Milliseconds of the processor, and from asking to having it."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Sources:
    database: Database
    policy: Policy = POLICY
    sums: KeptSums = field(default_factory=KeptSums)


class Meter:
    """Processor time of this process and of the one of the database that serves it; milliseconds."""

    def __init__(self, counter: Path | None) -> None:
        self._counter = counter

    @classmethod
    async def of(cls, database: Database) -> "Meter":
        if database.dialect != "postgresql":
            return cls(None)
        async with database.reading() as session:
            pid = (await (await session.connection()).execute(text("SELECT pg_backend_pid()"))).scalar_one()
        return cls(Path(f"/proc/{pid}/schedstat"))

    def read(self) -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        own = (used.ru_utime + used.ru_stime) * 1000
        return own + (int(self._counter.read_text(encoding="utf-8").split()[0]) / 1e6 if self._counter else 0)


async def _cost(meter: Meter, ask: Callable[[], Awaitable[object]]) -> Cost:
    before, begun = meter.read(), perf_counter()
    await ask()
    return Cost(meter.read() - before, (perf_counter() - begun) * 1000)


async def _ask(sources: Sources, name: ReportName, query: Mapping[str, Any]) -> object:
    return await report_of(sources, SUPERVISOR, name, CountQuery.model_validate({"opened_from": ALL, **query}))


async def _plain(database: Database) -> object:
    async with database.reading() as session:
        await plan_reports(session)
        return (await (await session.connection()).execute(text(PLAIN))).all()


async def _opened_meanwhile(database: Database) -> None:
    """A case of the last days changes, as happens all the time."""
    async with database.writing() as session:
        newest = (await session.exec(select(FigureRow.case_id).order_by(col(FigureRow.opened_at).desc()).limit(1))).one()
        await revise(session, [newest])


async def _measure(database: Database, where: str) -> dict[str, float]:
    meter, cold = await Meter.of(database), dict[str, Cost]()
    for name, query in ASKED:
        told = f"{name} {urlencode(query, doseq=True)}".strip()
        cold[told] = min([await _cost(meter, partial(_ask, Sources(database), name, query)) for _ in range(2)])
        print(f"{cold[told].cpu:8.0f} ms {cold[told].wall:8.0f} ms  {where} {told}")
    sources = Sources(database)
    await _ask(sources, ReportName.DASHBOARD, {})
    await _opened_meanwhile(database)
    warm = await _cost(meter, lambda: _ask(sources, ReportName.DASHBOARD, {}))
    plain = min([await _cost(meter, lambda: _plain(database)) for _ in range(2)])
    told = {
        "slowest report, CPU": max(cost.cpu for cost in cold.values()),
        "dashboard, cold, CPU": cold[ReportName.DASHBOARD].cpu,
        "dashboard, warm, CPU": warm.cpu,
        "volume by issue, cold, CPU": cold[ReportName.VOLUME].cpu,
        "volume by issue in plain SQL, CPU": plain.cpu,
        "slowest report, waiting": max(cost.wall for cost in cold.values()),
    }
    return {f"{name}, {where}": value for name, value in told.items()}


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
        figures = asyncio.run(_on(settings, f"PostgreSQL with {MANY if large else FEW:,}"))
        small = Settings(data_dir=Path(folder))
        migrate(small)
        asyncio.run(_insert(small, copy(settings.database_url or "", ON_SQLITE)))
        return figures | asyncio.run(_on(small, f"SQLite with {ON_SQLITE:,}"))
