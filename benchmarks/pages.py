"""The console over many cases in PostgreSQL: steps of a job, bytes of a page, how long the server takes, another screen, people who only look.

Whole, in one process: API, worker and database of its own, real cases among rows that lists, library and reports have for their own measurements;
pages in Chromium. `--large`: a million cases. The waiting times are a busy machine's too.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter

import httpx
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import Connection, Engine, event

from adapters.database.engine import migrate
from api.reports.specs import ReportName
from benchmarks import library_rows, lists_rows, reports_rows
from models.common.vocabulary import Issue, Role
from settings import Settings
from tests.api.conftest import whole
from tests.support.processes.api import Web
from tests.support.processes.browser import FLAGS, browser_program, weight
from tests.support.processes.databases import running_postgres
from tests.support.processes.jobs import JOBS, approve, awaiting_approval, counted, opened
from tests.support.processes.pages import Visitor, Visitors, visiting
from tests.support.processes.temporal_server import start_temporal

FEW, MANY = 100_000, 1_000_000
REAL, TIMES = 12, 4
"""Cases that have more than a row; how often each page is asked for."""
NEWS, VIEWERS, IDLE = 10, 200, 30.0
SUPERVISOR, COLLEAGUE, AGENT = "sun", "li", "nia"
VIEWS = ({"overdue": True}, {"waiting_on": ["supervisor"]}, {"priority": ["P1"]}, {"reply_owed": True}, {"tag": ["tag-1"]})
QUEUE, FIGURES = "/console/queue", "/console/figures/reports"
KIB = 1024


@dataclass(frozen=True)
class Desk:
    """The console with people at it, and real cases."""

    web: Web
    visitors: Visitors
    browser: Browser
    cases: Sequence[str]

    async def screen(self, role: Role, who: str) -> Page:
        """A browser of somebody who is signed in, with nothing kept."""
        known = await self.visitors.signed_in(role, who)
        address = str(self.web.http.base_url).rstrip("/")
        context = await self.browser.new_context(base_url=address, locale="en")
        await context.add_cookies([{"name": "redress", "value": known.http.cookies["redress"], "url": address}])
        return await context.new_page()


def _fill(url: str, cases: int) -> None:
    """Cases with the words and carriers of lists, the library's texts, and figures with the claims that they count."""
    lists_rows.fill(url, islice(lists_rows.rows_of_lists(cases), 4), ("cases", "case_carriers", "case_words"))
    texts = [table for table in library_rows.TABLES if table != "cases"]
    lists_rows.fill(url, islice(library_rows.rows_of_postgresql(cases), 1, None), texts)
    reports_rows.fill(url, cases)


@asynccontextmanager
async def _desk(url: str, folder: Path) -> AsyncGenerator[Desk]:
    async with AsyncExitStack() as stack:
        temporal = await stack.enter_async_context(await start_temporal())
        web = await stack.enter_async_context(whole(temporal, folder, url))
        visitors = await stack.enter_async_context(visiting(web))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=browser_program(), args=list(FLAGS))
        stack.push_async_callback(browser.close)
        yield Desk(web, visitors, browser, [await opened(web) for _ in range(REAL)])


def _p95(taken: Sequence[float]) -> float:
    return sorted(taken)[len(taken) * 95 // 100]


async def _asked(somebody: Visitor, addresses: Sequence[str]) -> float:
    """Milliseconds; each page is asked for once before, so that what is made once is made."""
    taken: list[float] = []
    for turn in range(TIMES + 1):
        for address in addresses:
            begun = perf_counter()
            shown = await somebody.http.get(address)
            waited = (perf_counter() - begun) * 1000
            shown.raise_for_status()
            if turn:
                taken.append(waited)
    return _p95(taken)


async def _server(desk: Desk) -> dict[str, float]:
    boss = desk.web.person(Role.SUPERVISOR, SUPERVISOR)
    for number, filters in enumerate(VIEWS):
        kept = {"name": f"view {number}", "filters": filters, "sort": "next_deadline"}
        (await boss.put(f"/v1/saved-views/v{number}", kept)).raise_for_status()
    somebody = await desk.visitors.signed_in(Role.SUPERVISOR, SUPERVISOR)
    queues = [
        QUEUE,
        *(f"{QUEUE}?queue={team}" for team in lists_rows.TEAMS),
        *(f"{QUEUE}?view=v{number}" for number in range(len(VIEWS))),
        *(
            f"{QUEUE}?{asked}"
            for asked in ("stage=closed&sort=-opened_at", "merchant_id=M-0", "customer_id=C-0", "unassigned=true")
        ),
    ]
    words = ["word0", "word50", "word3 word400", "pair1", "pair7 pair70", "word0 word1 pair3", f"word5&issue={next(iter(Issue))}"]
    reports = [f"{FIGURES}/{name}" for name in ReportName] + [f"{FIGURES}/volume?by=merchant_id", f"{FIGURES}/sla?by=agent"]
    return {
        "queue, server, p95": await _asked(somebody, queues),
        "case, server, p95": await _asked(somebody, [f"/console/cases/{case_id}" for case_id in desk.cases]),
        "search, server, p95": await _asked(somebody, [f"/console/library?q={q}" for q in words] + [f"{QUEUE}?text=word9"]),
        "report, server, p95": await _asked(somebody, reports),
    }


async def _steps(desk: Desk) -> dict[str, float]:
    """As the test of each job does it."""
    steps = dict[str, float]()
    for job in JOBS:
        case_id = await (awaiting_approval(desk.web) if job is approve else opened(desk.web))
        page = await desk.screen(*((Role.SUPERVISOR, SUPERVISOR) if job is approve else (Role.AGENT, AGENT)))
        steps[f"steps: {job.__name__.replace('_', ' ')}"] = await counted(desk.web, page, job, case_id)
        await page.context.close()
    return steps


async def _weights(desk: Desk) -> dict[str, float]:
    """On the wire; warm: with what a browser keeps."""
    page = await desk.screen(Role.SUPERVISOR, SUPERVISOR)
    pages = {"queue": QUEUE, "case": f"/console/cases/{desk.cases[0]}", "report": f"{FIGURES}/dashboard"}
    cold = {f"{name}, cold": await weight(page, address) / KIB for name, address in pages.items()}
    warm = {f"{name}, warm": await weight(page, address, warm=True) / KIB for name, address in pages.items()}
    await page.context.close()
    return cold | warm


async def _another_screen(desk: Desk) -> float:
    """Milliseconds from what a colleague sends until it is shown: the worst."""
    page = await desk.screen(Role.SUPERVISOR, SUPERVISOR)
    case_id = desk.cases[0]
    await page.goto(f"/console/cases/{case_id}")
    colleague, taken = desk.web.person(Role.SUPERVISOR, COLLEAGUE), list[float]()
    for number in range(NEWS):
        await asyncio.sleep(1)
        begun = perf_counter()
        (await colleague.post(f"/v1/cases/{case_id}/tag", {"add": [f"news{number}"]})).raise_for_status()
        await page.locator("#case-head").get_by_text(f"#news{number}").wait_for(timeout=30_000)
        taken.append((perf_counter() - begun) * 1000)
    await page.context.close()
    return max(taken)


async def _idle(desk: Desk) -> float:
    """Queries a second of the API alone, while so many people have a case open and nothing happens."""
    people = [desk.web.person(Role.SUPERVISOR, f"viewer-{number}") for number in range(VIEWERS)]
    await desk.web.http.get("/healthz")  # with a request they are in the table of people
    async with desk.web.service.database.reading() as session:
        of_worker = session.get_bind().engine.pool
    looking, asked = set[int](), 0
    all_look = asyncio.Event()

    async def look(http: httpx.AsyncClient, number: int) -> None:
        about = {"case": desk.cases[number % REAL]}
        async with http.stream("GET", "/v1/me/events", params=about, headers=people[number].headers) as stream:
            stream.raise_for_status()
            async for _ in stream.aiter_raw():
                looking.add(number)
                if len(looking) == VIEWERS:
                    all_look.set()

    def note(connection: Connection, *_: object) -> None:
        nonlocal asked
        asked += connection.engine.pool is not of_worker

    unbounded = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(base_url=desk.web.http.base_url, limits=unbounded, timeout=120) as http,
        asyncio.TaskGroup() as group,
    ):
        streams = [group.create_task(look(http, number)) for number in range(VIEWERS)]
        await all_look.wait()
        await asyncio.sleep(IDLE)  # who came last is told of by then
        event.listen(Engine, "before_cursor_execute", note)
        await asyncio.sleep(IDLE)
        event.remove(Engine, "before_cursor_execute", note)
        for stream in streams:
            stream.cancel()
    return asked / IDLE


async def _measure(url: str, folder: Path) -> dict[str, float]:
    async with _desk(url, folder) as desk:
        figures = await _server(desk) | await _steps(desk) | await _weights(desk)
        return figures | {"another screen, worst": await _another_screen(desk), "idle, queries a second": await _idle(desk)}


def measure(*, large: bool = False, cases: int | None = None) -> dict[str, float]:
    """Figures by name."""
    many = cases or (MANY if large else FEW)
    with running_postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = server.create("pages")
        migrate(Settings(database_url=url))
        _fill(url, many)
        return {"cases": float(many), **asyncio.run(_measure(url, Path(folder)))}
