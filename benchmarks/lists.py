"""The lists of a marketplace with many cases in PostgreSQL: what a page costs, by any filter, in any order, for whoever looks.

Asked as the API asks, by its own functions; of each list the processor time of the database's process (/proc, exact to the nanosecond), the least
of five times. `--large`: a million cases.
"""

import asyncio
import random
import resource
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sqlmodel import text

from activities.case.history import HistoryActivities
from adapters.database.engine import Database, migrate
from api.cases import listing, queues
from api.cases.filters import refuse_hidden, shown_to
from api.claims import endpoints as claims
from api.desk import views
from api.http.auth import Caller
from api.http.problems import ProblemError
from api.returns import endpoints as returns
from benchmarks.lists_rows import (
    AGENTS,
    CARRIERS,
    CUSTOMER_WITH_MANY,
    MERCHANTS,
    TAGS,
    TEAMS,
    WORDS,
    customers,
    fill,
    rows_of_lists,
)
from models.case.activities import Recall
from models.claims.state import ClaimKind, ClaimStatus
from models.common.actors import Actor
from models.common.vocabulary import Channel, Issue, Kind, Outcome, Priority, Role, SlaState, Stage, WaitingOn
from models.returns.state import ReturnResult, ReturnStage
from models.tables.desk import SavedViewRow
from rules.policy.load import load_policy
from settings import Settings
from tests.support.processes.databases import running_postgres

POLICY = load_policy(Settings().policy)
FEW, MANY, SHAPES, TIMES, WORST = 100_000, 1_000_000, 400, 5, 8
ROLES = {Role.SUPERVISOR: 6, Role.AGENT: 6, Role.MERCHANT: 3, Role.CARRIER: 2, Role.CUSTOMER: 2, Role.ANALYST: 1}
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Shape:
    """One list that somebody asks for."""

    about: str
    ask: Callable[[str | None], Awaitable[str | None]]
    """Of the page after a cursor: the cursor of the next one."""
    pages: int = 1


@dataclass(frozen=True)
class Cost:
    """Milliseconds."""

    about: str
    backend: float
    wall: float


class Market:
    """Who asks for what: always the same, by a seeded chance."""

    def __init__(self, database: Database, cases: int) -> None:
        self._chance = random.Random(14)  # noqa: S311  # no secret
        self._database = database
        self._cases = cases
        self._parts: Any = SimpleNamespace(database=database, policy=load_policy(Settings().policy))

    def shapes(self) -> list[Shape]:
        kinds = [self._list] * 13 + [self._queue] * 3 + [self._claims] * 2 + [self._returns, self._count]
        return [self._chance.choice(kinds)() for _ in range(SHAPES)]

    def _caller(self, *roles: Role) -> Caller:
        role = self._chance.choice(roles) if roles else self._chance.choices([*ROLES], [*ROLES.values()])[0]
        teams = tuple(self._chance.sample(TEAMS, self._chance.choice((1, 1, 2)))) if role is Role.AGENT else ()
        return Caller(Actor(role=role, id=self._somebody(role), teams=teams))

    def _somebody(self, role: Role) -> str:
        match role:
            case Role.MERCHANT:
                return self._one("M", MERCHANTS, 3)
            case Role.CARRIER:
                return self._one("K", CARRIERS, 1)
            case Role.CUSTOMER:
                return self._one("C", customers(self._cases), 2)
            case _:
                return self._one("agent", AGENTS, 1)

    def _one(self, prefix: str, count: int, skew: float) -> str:
        """As frequent ones as the rows have; of carriers rare ones as often as others."""
        return f"{prefix}-{int(self._chance.random() ** skew * count)}"

    def _some(self, values: Sequence[Any]) -> list[Any]:
        return self._chance.sample(values, self._chance.choice((1, 1, 2)))

    def _filters(self) -> dict[str, Any]:
        since = NOW - timedelta(days=self._chance.random() ** 2 * 400)
        choices: dict[str, Any] = {
            "stage": self._some([*Stage]),
            "kind": self._some([*Kind]),
            "channel": self._some([*Channel]),
            "issue": self._some([*Issue]),
            "priority": self._some([*Priority]),
            "waiting_on": self._some([*WaitingOn]),
            "outcome": self._some([*Outcome]),
            "sla_state": self._some([*SlaState]),
            "tag": [f"tag-{int(self._chance.random() ** 2 * TAGS)}"],
            "customer_id": self._one("C", customers(self._cases), 2),
            "merchant_id": self._one("M", MERCHANTS, 3),
            "order_id": self._one("O", self._cases, 1),
            "team": self._chance.choice(TEAMS),
            "handler": self._one("agent", AGENTS, 1),
            "owner": self._one("agent", AGENTS, 1),
            "mine": True,
            "unassigned": True,
            "overdue": True,
            "review": self._chance.choice(("due", "agreed", "disagreed")),
            "snoozed": self._chance.choice((True, True, False)),
            "reply_owed": self._chance.choice((True, True, False)),
            "unreached": self._chance.choice((True, True, False)),
            "text": " ".join(f"word{int(self._chance.random() ** 2 * WORDS)}" for _ in range(self._chance.choice((1, 1, 2)))),
            "opened_from": since.isoformat(),
            "opened_to": (since + timedelta(days=self._chance.choice((1, 7, 60)))).isoformat(),
            "updated_from": since.isoformat(),
        }  # fmt: skip
        names = self._chance.sample([*choices], self._chance.choice((0, 1, 1, 2, 2, 3)))
        return {name: choices[name] for name in names}

    def _seen(self) -> tuple[Caller, dict[str, Any], listing.Sort]:
        """What that caller may ask for."""
        while True:
            caller, filters, sort = self._caller(), self._filters(), self._chance.choice([*listing.Sort])
            try:
                refuse_hidden(caller, listing.CaseFilters.model_validate(filters))
            except ProblemError:
                continue
            if shown_to(caller, sort.column):
                return caller, filters, sort

    def _list(self) -> Shape:
        caller, filters, sort = self._seen()

        async def ask(cursor: str | None) -> str | None:
            query = listing.CaseQuery.model_validate({**filters, "sort": sort, "cursor": cursor})
            async with self._database.reading() as session:
                return _cursor(await listing.page(session, caller, query, POLICY))

        return Shape(f"{_who(caller)} cases {_told({**filters, 'sort': sort})}", ask, self._pages())

    def _pages(self) -> int:
        return self._chance.choice((1, 1, 1, 3))

    def _queue(self) -> Shape:
        team, free = self._chance.choice(TEAMS), self._chance.random() < 0.5  # noqa: PLR2004
        caller = Caller(Actor(role=Role.SUPERVISOR, id="susan"))

        async def ask(cursor: str | None) -> str | None:
            return _cursor(await queues.queue(self._parts, caller, team, free=free, limit=50, cursor=cursor))

        return Shape(f"queue {team} free={free}", ask, self._pages())

    def _count(self) -> Shape:
        caller, filters, _ = self._seen()
        row = SavedViewRow(id="v", name="v", filters=filters, sort="-opened_at", updated_at=NOW, updated_by="susan")

        async def ask(_: str | None) -> None:
            async with self._database.reading() as session:
                await views.count(session, caller, row, POLICY)

        return Shape(f"{_who(caller)} count {_told(filters)}", ask)

    def _claims(self) -> Shape:
        caller = self._caller(Role.SUPERVISOR, Role.AGENT, Role.MERCHANT, Role.CARRIER, Role.ANALYST)
        choices: dict[str, Any] = {
            "status": self._some([*ClaimStatus]),
            "kind": self._some([*ClaimKind]),
            "who": self._one("K", CARRIERS, 1),
            "due_before": NOW.isoformat(),
        }
        names = self._chance.sample([*choices], self._chance.choice((0, 1, 1, 2)))
        given = {name: choices[name] for name in names} | {"sort": self._chance.choice([*claims.ClaimSort])}

        async def ask(cursor: str | None) -> str | None:
            return _cursor(await claims.list_(self._parts, caller, claims.ClaimQuery.model_validate({**given, "cursor": cursor})))

        return Shape(f"{_who(caller)} claims {_told(given)}", ask, self._pages())

    def _returns(self) -> Shape:
        caller = self._caller()
        choices: dict[str, Any] = {"state": self._some([*ReturnStage]), "result": self._some([*ReturnResult])}
        given = {name: choices[name] for name in self._chance.sample([*choices], self._chance.choice((0, 1, 1, 2)))}

        async def ask(cursor: str | None) -> str | None:
            return _cursor(
                await returns.list_(self._parts, caller, returns.ReturnQuery.model_validate({**given, "cursor": cursor}))
            )

        return Shape(f"{_who(caller)} returns {_told(given)}", ask, self._pages())


def _cursor(page: Any) -> str | None:  # noqa: ANN401  # of whichever list
    following: str | None = page.next
    return parse_qs(urlsplit(following).query)["cursor"][0] if following else None


def _who(caller: Caller) -> str:
    return " ".join((caller.role.value, caller.actor.id, *caller.actor.teams))


def _told(given: dict[str, Any]) -> str:
    return urlencode(given, doseq=True)


async def backend(database: Database) -> Path:
    """Where Linux counts the nanoseconds of the one process that serves us: asked one after the other, the pool gives out one connection."""
    async with database.reading() as session:
        pid = (await (await session.connection()).execute(text("SELECT pg_backend_pid()"))).scalar_one()
    return Path(f"/proc/{pid}/schedstat")


def milliseconds(counter: Path) -> float:
    return int(counter.read_text(encoding="utf-8").split()[0]) / 1e6


async def _cost(shape: Shape, counter: Path) -> Cost:
    """Of its dearest page."""
    cursor, costs = None, list[Cost]()
    for number in range(1, shape.pages + 1):
        taken: list[tuple[float, float]] = []
        following = cursor
        for _ in range(TIMES):
            before, begun = milliseconds(counter), perf_counter()
            following = await shape.ask(cursor)
            taken.append((milliseconds(counter) - before, (perf_counter() - begun) * 1000))
        backend, wall = (min(times) for times in zip(*taken, strict=True))
        costs.append(Cost(f"{shape.about} page {number}", backend, wall))
        cursor = following
        if cursor is None:
            break
    return max(costs, key=lambda cost: cost.backend)


async def _recall(database: Database, counter: Path) -> float:
    """Both processes together."""
    books, asked = HistoryActivities(database), Recall(order_id="O-1", customer_id=CUSTOMER_WITH_MANY, at=NOW)
    taken: list[float] = []
    for _ in range(20):
        before = milliseconds(counter) + _own()
        await books.recall(asked)
        taken.append(milliseconds(counter) + _own() - before)
    return statistics.median(taken)


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


async def _measure(settings: Settings, cases: int) -> dict[str, float]:
    database = Database(settings)
    counter = await backend(database)
    costs = [await _cost(shape, counter) for shape in Market(database, cases).shapes()]
    recall = await _recall(database, counter)
    await database.aclose()
    for cost in sorted(costs, key=lambda cost: -cost.backend)[:WORST]:
        print(f"{cost.backend:8.1f} ms {cost.wall:8.1f} ms  {cost.about}")
    spent = sorted(cost.backend for cost in costs)
    return {
        "cases": float(cases),
        "list, database's CPU, p50": spent[len(spent) // 2],
        "list, database's CPU, p99": spent[len(spent) * 99 // 100],
        "list, database's CPU, worst": spent[-1],
        "list, waiting, p99": sorted(cost.wall for cost in costs)[len(costs) * 99 // 100],
        "recall of a customer with 200 cases, CPU": recall,
    }


def measure(*, large: bool = False) -> dict[str, float]:
    """Figures by name."""
    cases = MANY if large else FEW
    with running_postgres() as server:
        settings = Settings(database_url=server.create("lists"))
        migrate(settings)
        fill(settings.database_url or "", rows_of_lists(cases))
        return asyncio.run(_measure(settings, cases))
