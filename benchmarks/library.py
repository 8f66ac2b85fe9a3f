"""Searching the library, and similar cases, among many: what somebody waits for, and what it costs to keep the index.

Asked as the API asks, by its own functions: 300 questions of frequent and rare words, with and without filters, by everybody who searches;
always the same ones. Of each the lesser of two times, for what else the machine does is not to be measured. `--large`: a million cases in PostgreSQL.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import text

from adapters.database.engine import Database, migrate
from adapters.library.index import put
from api.cases.filters import CaseFilters, conditions
from api.http.auth import Caller
from api.library.search import looked_for, search, similar
from benchmarks.library_rows import RARE, SKUS, TABLES, fill_sqlite, rows_of_postgresql, said
from benchmarks.lists import backend, milliseconds
from benchmarks.lists_rows import MERCHANTS, TEAMS, fill
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.vocabulary import Issue, Role
from models.investigation.findings import Saying
from rules.library.passages import documents_of, passages_of
from rules.policy.load import load_policy
from settings import Settings
from tests.support.builders.cases import NOW, classified, receipt
from tests.support.builders.orders import line, order
from tests.support.processes.databases import running_postgres

FEW, MANY, ON_SQLITE = 100_000, 1_000_000, 50_000
QUESTIONS, SIMILAR, INDEXED, WORST = 300, 60, 200, 6
ROLES = {Role.SUPERVISOR: 4, Role.AGENT: 4, Role.MERCHANT: 2, Role.CUSTOMER: 1}
LIMIT = 20


class Asking:
    """Who asks for what."""

    def __init__(self, database: Database, texts: Sequence[Sequence[str]]) -> None:
        self._chance = random.Random(16)  # noqa: S311  # no secret
        self._database = database
        self._policy = load_policy(Settings().policy)
        self._texts = texts
        """Words of cases that there are."""

    def questions(self) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
        return [self._question() for _ in range(QUESTIONS)]

    def _question(self) -> tuple[str, Callable[[], Awaitable[object]]]:
        role = self._chance.choices([*ROLES], [*ROLES.values()])[0]
        who = {
            Role.MERCHANT: f"M-{int(self._chance.random() ** 3 * MERCHANTS)}",
            Role.CUSTOMER: f"C-{int(self._chance.random() * 10_000)}",
        }
        teams = tuple(self._chance.sample(TEAMS, 2)) if role is Role.AGENT else ()
        caller = Caller(Actor(role=role, id=who.get(role, "somebody"), teams=teams))
        asked, filters = self._words(), CaseFilters.model_validate(self._filters(role))

        async def ask() -> object:
            async with self._database.reading() as session:
                wanted = looked_for(caller.actor, [*conditions(filters, caller, session.get_bind().dialect.name, self._policy)])
                return await search(session, caller.actor, asked, wanted, LIMIT)

        return f"{role} {' '.join(asked)} {filters.model_dump(exclude_defaults=True, mode='json')}", ask

    def _words(self) -> list[str]:
        """One frequent word, some of one case, some of several that hardly any case has together, and some that none has."""
        chance, own = self._chance, self._chance.choice(self._texts)
        rare = [word for word in own if word.startswith("pair")]
        kinds: list[Callable[[], list[str]]] = [
            lambda: [f"word{chance.choice((0, 1, 5, 50, 500))}"],
            lambda: [f"pair{int(chance.random() ** 3 * RARE)}"],
            lambda: chance.sample(rare, 2),
            lambda: chance.sample([*own], 3),
            lambda: chance.sample([*own], 6),
            lambda: [f"word{int(chance.random() ** 4 * 500)}" for _ in range(3)],
            lambda: [*chance.sample(rare, 2), f"pair{int(chance.random() ** 2 * RARE)}"],
            lambda: [*chance.sample(rare, 2), *said(chance)[:3]],
            lambda: [*chance.sample([*own], 3), "nowhere"],
        ]
        return list(dict.fromkeys(chance.choice(kinds)()))

    def _filters(self, role: Role) -> dict[str, Any]:
        chance = self._chance
        issue = [*Issue][int(chance.random() ** 2 * len(Issue))]
        choices: list[dict[str, Any]] = [{}, {}, {}, {"issue": [issue]}, {"stage": ["closed"]}, {"opened_from": NOW.isoformat()}]
        if role in Role.platform():
            choices += [{"merchant_id": f"M-{int(chance.random() ** 3 * MERCHANTS)}"}, {"issue": [issue], "stage": ["closed"]}]
        return chance.choice(choices)

    def similar(self) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
        return [self._similar(number) for number in range(SIMILAR)]

    def _similar(self, number: int) -> tuple[str, Callable[[], Awaitable[object]]]:
        case = a_case(f"RD-S{number}", " ".join(self._chance.choice(self._texts)), self._chance)
        actor = Actor(role=Role.AGENT, id="alice", teams=tuple(TEAMS)) if number % 2 else Actor(role=Role.SUPERVISOR, id="susan")

        async def ask() -> object:
            async with self._database.reading() as session:
                return await similar(session, actor, case, None, 10)

        return f"similar {actor.role} {case.issue}", ask


def a_case(case_id: str, words: str, chance: random.Random) -> CaseState:
    """With words and goods as the rows have them."""
    issue = [*Issue][int(chance.random() ** 2 * len(Issue))]
    bought = line(sku=str(int(chance.random() ** 2 * SKUS)), category=str(int(chance.random() ** 2 * 40)))
    return classified(issue, receipt=receipt(case_id, description=words), order=order("O-1", bought))


@dataclass(frozen=True)
class Cost:
    """Milliseconds: of the processor, in this process and the database's, and of waiting."""

    spent: float
    waited: float
    about: str


async def _costs(asked: Sequence[tuple[str, Callable[[], Awaitable[object]]]], backend: Path | None) -> list[Cost]:
    """Of each; the dearest are printed."""

    def spent() -> float:
        return time.process_time() * 1000 + (milliseconds(backend) if backend else 0.0)

    costs: list[Cost] = []
    for about, ask in asked:
        taken: list[tuple[float, float]] = []
        for _ in range(2):
            before, begun = spent(), time.perf_counter()
            await ask()
            taken.append((spent() - before, (time.perf_counter() - begun) * 1000))
        costs.append(Cost(min(one for one, _ in taken), min(one for _, one in taken), about))
    for cost in sorted(costs, key=lambda one: -one.spent)[:WORST]:
        print(f"{cost.spent:8.1f} ms {cost.waited:8.1f} ms  {cost.about}")
    return costs


def _figures(costs: Sequence[Cost], told: str) -> dict[str, float]:
    spent, waited = sorted(cost.spent for cost in costs), sorted(cost.waited for cost in costs)
    last = len(costs) * 99 // 100
    return {f"{told}, CPU, p50": spent[len(spent) // 2], f"{told}, CPU, p99": spent[last], f"{told}, waiting, p99": waited[last]}


async def _texts(database: Database, count: int = 200) -> list[list[str]]:
    sample = text("SELECT text FROM library_passages ORDER BY case_id LIMIT :count").bindparams(count=count)
    async with database.reading() as session:
        found: Sequence[str] = (await (await session.connection()).execute(sample)).scalars().all()
    return [one.split() for one in found]


async def _indexing(database: Database) -> float:
    """Of this process, each case in a transaction of its own; PostgreSQL's part is its own process's."""
    chance = random.Random(17)  # noqa: S311  # no secret
    cases = [a_case(f"RD-I{number}", " ".join(said(chance)), chance) for number in range(INDEXED)]
    states = [
        case.model_copy(update={"sayings": (Saying(at=NOW, by=case.receipt.opened_by, words="Any news?"),)}) for case in cases
    ]
    begun = time.process_time()
    for state in states:
        async with database.writing() as session:
            passages = passages_of(state)
            await put(session, state.case_id, documents_of(state, passages), passages, 0)
    return (time.process_time() - begun) / len(states) * 1000


async def _measure(settings: Settings, name: str) -> dict[str, float]:
    database = Database(settings)
    asking = Asking(database, await _texts(database))
    counter = await backend(database) if name == "PostgreSQL" else None
    found = _figures(await _costs(asking.questions(), counter), f"search, {name}")
    alike = _figures(await _costs(asking.similar(), counter), f"similar cases, {name}")
    indexing = await _indexing(database)
    await database.aclose()
    return found | alike | ({"indexing a case, CPU": indexing} if name == "SQLite" else {})


def measure(*, large: bool = False) -> dict[str, float]:
    """Figures by name."""
    cases = MANY if large else FEW
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        migrate(settings)
        fill_sqlite(str(Path(folder) / "redress.db"), ON_SQLITE)
        found = asyncio.run(_measure(settings, "SQLite"))
    with running_postgres() as server:
        settings = Settings(database_url=server.create("library"))
        migrate(settings)
        fill(settings.database_url or "", rows_of_postgresql(cases), TABLES)
        return {"cases": float(cases), **found, **asyncio.run(_measure(settings, "PostgreSQL"))}
