"""The worker is killed right after every commit of every local activity, and other news come before it is there again.

Three lives, a return, a parcel that was lost, and goods that come back worth less (RES-13), are lived twice: undisturbed, and with all these
deaths. Nothing is lost and nothing doubled: no entry, no message, no money.
"""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from adapters.database.engine import Database
from models.case.actions import Action
from models.case.state import CaseStart
from models.case.views import CaseView
from models.common import generation
from models.common.partners import Notice, OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, Kind, RemedyKind, WaitFor
from models.policy.policy import PolicySlice
from models.returns.state import ReturnAction
from models.tables.case import ArchiveRow, MessageRow, TimelineRow
from models.tables.claims import ClaimHistoryRow
from models.tables.money import RefundPartRow
from rules.policy.load import load_policy, slice_policy
from settings import ROOT, Settings
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.cases import receipt
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.returns import Returning
from tests.support.fakes.order_changes import FakeOrderChanges
from tests.support.fakes.partners import World
from tests.support.processes.databases import make_tables
from tests.support.processes.service import Case, Service, sealing
from tests.support.processes.temporal_server import start_temporal

RETURNED, LOST, WORN = "RD-KILLED0000001", "RD-KILLED0000002", "RD-KILLED0000003"
SCRATCHED = {
    "line_id": "L1",
    "quantity": 1,
    "share": "0.5",
    "reason": "scratched",
    "picture": {"sha256": "2" * 64, "media_type": "image/jpeg", "size": 10, "name": "scratch.jpg"},
}
LABEL_MINOR = 800
"""What the way back costs the customer, who has no reason."""
NEWS = {"case.words_added", "investigation.partner_notice"}
"""What comes between a death and the next life."""
NEWS_EACH = 3
"""After so many deaths there are some: each brings commits of its own, after which there are deaths."""


def trusting(policy: PolicySlice) -> PolicySlice:
    """A return in time needs nobody of the platform; nor does anything else; nothing is drawn for review."""
    rows = tuple(row.model_copy(update={"automatic": row.automatic or row.id == "returned-in-time"}) for row in policy.liability)
    automatic = policy.automatic.model_copy(update={"review_share": 0})
    return policy.model_copy(update={"liability": rows, "automatic": automatic, "digest": "trusting"})


async def answered(act: Callable[[], Awaitable[object]]) -> None:
    """As a good client does: the same again while nobody can answer, or while a lost task is executed again, which makes it too early."""
    while True:
        try:
            await act()
        except (RPCError, WorkflowUpdateFailedError):
            await asyncio.sleep(1)
        else:
            return


@dataclass
class Life:
    """The cases, and a worker that dies again and again."""

    service: Service
    folder: Path
    address: str
    immortal: bool
    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    process: asyncio.subprocess.Process | None = None
    said: Counter[str] = field(default_factory=Counter[str])
    """How many words the customer added, by case."""
    notices: Counter[str] = field(default_factory=Counter[str])
    speaking: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    async def open(self, case_id: str, issue: Issue, **given: object) -> Case:
        known = {"kind": Kind.AFTER_SALES, "zone": "Asia/Shanghai", "received_at": datetime.now(UTC), "request_id": case_id}
        taken = receipt(case_id, issue=issue, **known, **given)
        handle = await self.service.client.start_workflow(
            "CaseWorkflow",
            CaseStart(receipt=taken, policy=trusting(self.service.policy)),
            id=case_id,
            task_queue=self.service.queue,
            task_timeout=timedelta(seconds=2),
            memo={generation.MEMO: generation.GENERATION},
        )
        self.cases[case_id] = Case(self.service, handle)
        return self.cases[case_id]

    async def live(self) -> None:
        """For as long as it lasts: whenever the worker is dead, there are news, and then another worker."""
        arguments = (self.address, self.service.queue, str(self.folder), *(("immortal",) if self.immortal else ()))
        program = (sys.executable, "-m", "tests.support.processes.mortal_worker", *arguments)
        self.process = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdin=PIPE, stdout=PIPE)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"live\n")
        deaths = 0
        async for line in self.process.stdout:
            if line != b"dead\n":
                continue
            deaths += 1
            for case in self.cases.values() if deaths % NEWS_EACH == 0 else ():
                await self.tell(case)
            self.process.stdin.write(b"live\n")

    async def tell(self, case: Case) -> None:
        """A notice that nobody knows, and words; closed cases hear neither."""
        number = sum(self.notices.values()) + len(self.speaking) + 1
        row = await case.row()
        if row is None or row.stage in {"archival", "closed"} or self.ending(row.state):
            return
        await case.handle.signal("notice", Notice(notice_id=f"n{number}", partner="carrier", kind="unheard", payload={}))
        self.notices[case.handle.id] += 1
        self.speaking.append(asyncio.create_task(self.speak(case, f"w{number}")))

    @staticmethod
    def ending(state: Any) -> bool:
        return bool(state["confirmed"])

    async def speak(self, case: Case, key: str) -> None:
        await answered(lambda: case.act(AGENT, Action.ADD_WORDS, key=key, words=f"Anything new? {key}"))
        self.said[case.handle.id] += 1

    async def seen(self, case: Case, holds: Callable[[CaseView], bool], tries: int = 15) -> CaseView:
        """For longer than a case takes that nobody disturbs."""
        try:
            return await case.until(holds)
        except AssertionError:
            if not tries:
                raise
            return await self.seen(case, holds, tries - 1)

    async def kept(self, case: Case, event: str, tries: int = 15) -> None:
        """On the timeline, for as long as `seen` waits."""
        try:
            await case.remembers(event)
        except AssertionError:
            if not tries:
                raise
            await self.kept(case, event, tries - 1)

    async def lived(self) -> None:
        arrived = parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
        world = self.service.world
        world.add(order(status=OrderStatus.DELIVERED), arrived)
        world.add(order("O-2", customer="C-1"), parcel("O-2", status=ShipmentStatus.LOST))
        third = parcel("O-3", status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
        world.add(order("O-3", customer="C-1", status=OrderStatus.DELIVERED), third)
        (self.folder / "world").write_bytes(pickle.dumps(world))
        back = await self.open(RETURNED, Issue.NO_REASON_RETURN, wanted={"remedy": RemedyKind.RETURN_AND_REFUND})
        lost = await self.open(LOST, Issue.LOST, order_id="O-2", wanted={"remedy": RemedyKind.REFUND_ONLY})
        worn = await self.open(WORN, Issue.NO_REASON_RETURN, order_id="O-3", wanted={"remedy": RemedyKind.RETURN_AND_REFUND})
        returning = await self.sent_back(back)
        of_worn = await self.sent_back(worn, reduced=[SCRATCHED])
        await answered(lambda: of_worn.act(CUSTOMER, ReturnAction.APPEAL_WORTH, key="appeal", words="It came so."))
        shares = [{"line_id": "L1", "share": "0.8"}]
        await answered(lambda: of_worn.act(SUPERVISOR, ReturnAction.RULE_WORTH, key="rule", shares=shares, reason="Slight."))
        await answered(lambda: of_worn.act(CUSTOMER, ReturnAction.AGREE_WORTH, key="agree"))
        for case in (back, lost, worn):
            await self.seen(case, lambda view: view.waiting is not None and view.waiting.for_ is WaitFor.CONFIRMATION)
        await asyncio.gather(*self.speaking)
        for case in (back, lost, worn):
            await answered(lambda case=case: case.act(CUSTOMER, Action.CONFIRM, key="yes"))
            await self.seen(case, lambda view: view.stage == "closed")
        for case in (back, lost, worn):  # closed is said before the last entry is kept, and a worker may die in between
            await self.kept(case, "archival.archived")
        await returning.over()
        await of_worn.over()

    async def sent_back(self, case: Case, **found: object) -> Returning:
        """The goods come to the merchant, who accepts them."""
        await self.seen(case, lambda view: any(one.return_ and one.return_.stage == "awaiting" for one in view.remedies))
        returning = Returning(case, self.service.client.get_workflow_handle(f"{case.handle.id}.m1.return"))
        label = {"tracking": f"LB-{returning.handle.id}".upper(), "carrier_id": "K-9"}
        lines = [{"line_id": "L1", "accepted": 1}]
        await answered(lambda: returning.act(CUSTOMER, ReturnAction.SHIP, key="sent", **label))
        await answered(lambda: returning.act(MERCHANT, ReturnAction.RECEIVE, key="received"))
        await answered(lambda: returning.act(MERCHANT, ReturnAction.INSPECT, key="seen", lines=lines, **found))
        return returning

    async def over(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def life(temporal: WorkflowEnvironment, folder: Path, *, immortal: bool) -> AsyncGenerator[Life]:
    settings, world = Settings(data_dir=folder), World()
    make_tables(settings)
    database, ordering = Database(settings), FakeOrderChanges(world)
    policy = slice_policy(load_policy(settings.policy), datetime.now(UTC))
    service = Service(temporal, database, world, policy, f"mortal-{immortal}", sealing(temporal.client, settings), ordering)
    address = temporal.client.service_client.config.target_host
    lived = Life(service, folder, address, immortal)
    try:
        yield lived
    finally:
        await lived.over()
        await database.aclose()


@dataclass
class Books:
    """What is left of a life."""

    entries: Counter[tuple[str, str]]
    messages: Counter[tuple[str, str, str, str]]
    news_told: Counter[tuple[str, str, str, str]]
    parts: dict[str, tuple[int, str]]
    refunded: int
    claims: Counter[str]
    sealed: dict[str, int]
    """How many entries the record of each case has."""
    said: Counter[str]
    notices: Counter[str]
    deaths: list[str]


async def books_of(lived: Life) -> Books:
    async with lived.service.database.reading() as session:
        entries = (await session.exec(select(TimelineRow))).all()
        messages = (await session.exec(select(MessageRow))).all()
        parts = (await session.exec(select(RefundPartRow))).all()
        claims = (await session.exec(select(ClaimHistoryRow))).all()
        sealed = (await session.exec(select(ArchiveRow))).all()
    told = [(row.event in NEWS, (row.case_id, row.event, row.recipient_role, row.channel)) for row in messages]
    deaths = lived.folder / "deaths"
    return Books(
        entries=Counter((row.case_id, row.event) for row in entries),
        messages=Counter(key for news, key in told if not news),
        news_told=Counter(key for news, key in told if news),
        parts={row.key: (row.amount_minor, row.refund_status) for row in parts},
        refunded=sum(part.amount_minor for part in parts if part.refund_status == "arrived"),
        claims=Counter(row.event for row in claims),
        sealed={row.case_id: len(row.record["timeline"]) for row in sealed},  # type: ignore[arg-type]
        said=lived.said,
        notices=lived.notices,
        deaths=deaths.read_text(encoding="utf-8").splitlines() if deaths.exists() else [],
    )


@pytest.fixture(scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Books, Books]:
    """The undisturbed life's books, and those of the other: the same ids, each on a server of its own."""
    books = list[Books]()
    for immortal in (True, False):
        folder = tmp_path_factory.mktemp("life")
        async with await start_temporal() as temporal, life(temporal, folder, immortal=immortal) as lived:
            living = asyncio.create_task(lived.live())
            try:
                await lived.lived()
            finally:
                living.cancel()
            books.append(await books_of(lived))
    return books[0], books[1]


def test_every_local_activity_was_the_last_of_a_worker(both: tuple[Books, Books]) -> None:
    died_after = {line.split()[1] for line in both[1].deaths}
    writing = {"save_case", "seal_case", "take_goods", "intend_refund", "tell_case", "save_claim", "open_claim"}
    assert writing <= died_after
    assert len(both[1].deaths) >= 15


def test_no_entry_is_lost_or_doubled(both: tuple[Books, Books]) -> None:
    undisturbed, killed = both
    news = Counter[tuple[str, str]]()
    for case_id in (RETURNED, LOST, WORN):
        news[case_id, "case.words_added"] = killed.said[case_id]
        news[case_id, "investigation.partner_notice"] = killed.notices[case_id]
    assert killed.entries == undisturbed.entries + news
    assert killed.claims == undisturbed.claims


def test_nothing_is_told_twice_and_nothing_is_kept_back(both: tuple[Books, Books]) -> None:
    undisturbed, killed = both
    assert killed.messages == undisturbed.messages
    told = Counter[str]()  # each word once, to whoever holds the case just then (WRK-6)
    for (case_id, event, _, _), times in killed.news_told.items():
        told[case_id] += times if event == "case.words_added" else 0
    assert told == killed.said


def test_money_moves_once(both: tuple[Books, Books]) -> None:
    undisturbed, killed = both
    assert killed.parts == undisturbed.parts
    assert killed.refunded == undisturbed.refunded > 0
    (worn,) = (part for key, part in killed.parts.items() if key.startswith(WORN))
    assert worn == (12_900 * 8 // 10 - LABEL_MINOR, "arrived")


def test_the_record_has_the_whole_timeline(both: tuple[Books, Books]) -> None:
    _, killed = both
    for case_id, entries in killed.sealed.items():
        after = {"archival.archived"}
        assert entries == sum(times for (of, event), times in killed.entries.items() if of == case_id and event not in after)
