"""Redress as `make run` wires it, in this process: API, worker, delivery and the sandbox's partners, each call over real HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlmodel import col, select
from temporalio.testing import WorkflowEnvironment

from activities.notifications.delivery import Delivery
from adapters.connect import Partners
from adapters.database.engine import Database
from adapters.secrets import secrets_of
from api.app import create_app
from api.cases.opening import id_of
from api.http.auth import make_token
from models.common.vocabulary import Role
from models.tables.case import CaseRow
from rules.policy.load import load_policy
from sandbox import app as sandbox
from sandbox.kit.parts import Options
from settings import Settings
from tests.support.processes.api import Person, let_staff_in
from tests.support.processes.databases import make_tables
from tests.support.processes.policies import ALL_ALONE, NO_QUIET_HOURS, policy_with
from tests.support.processes.ports import free_port
from tests.support.processes.sandbox import Running
from tests.support.processes.service import sealing
from worker import at_work, wire

QUICK = timedelta(seconds=0.3)
POLICY = {
    **ALL_ALONE,
    **NO_QUIET_HOURS,
    r"^(\s*poll(?:_refund)?_every:) \d+h": r"\1 4s",
    "share_from: 50": "share_from: 5000",
    "reserve_for: 3d": "reserve_for: 24s",
}
"""What no notice told is found within a test's time, and goods that are held are held on."""
WORKSHOP = "M-7"
"""Where repairs cost money."""
ENOUGH = 1000
"""Pieces of every article: no life ends for want of goods."""
FRESH = httpx.Limits(max_keepalive_connections=0)
"""A busy machine may close an idle connection just when it is used again."""
PARTNER_TIMEOUT = 2.0

Trouble = Callable[[set[str], str], Awaitable[None]]
"""Lets these calls go wrong, those that are about this."""


@dataclass
class Shop:
    """The API, the desk of the sandbox behind it, and the tables."""

    settings: Settings
    http: httpx.AsyncClient
    town: httpx.AsyncClient
    database: Database
    handed_out: set[str] = field(default_factory=set[str])

    def person(self, role: Role, who: str) -> Person:
        return Person(self.http, {"Authorization": f"Bearer {make_token(self.settings, role, who)}"})

    async def order(self, state: str) -> dict[str, Any]:
        """One that nobody else has."""
        found = (await self.town.get("/catalogue", params={"state": state})).raise_for_status().json()
        order = next(order for order in found if order["order_id"] not in self.handed_out)
        self.handed_out.add(order["order_id"])
        return order

    def case(self, order: dict[str, Any], trouble: Trouble) -> "Case":
        """A case that is to be opened; its id is known before, so that nothing happens in it before its troubles are in place."""
        key = uuid4().hex
        return Case(self, id_of(Role.CUSTOMER, order["customer_id"], key), order, trouble, key)

    async def open(self, order: dict[str, Any], trouble: Trouble, **case: object) -> "Case":
        opened = self.case(order, trouble)
        await opened.open(**case)
        return opened

    async def books(self, name: str, **query: str) -> list[dict[str, Any]]:
        return (await self.town.get(f"/books/{name}", params=query)).raise_for_status().json()

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str, seconds: float = 120) -> None:
        for _ in range(int(seconds / 0.2)):
            if await holds():
                return
            await asyncio.sleep(0.2)
        message = f"never seen: {what}"
        raise AssertionError(message)

    async def trouble(self, *rules: dict[str, Any]) -> None:
        """These faults are in force from now on, too."""
        (await self.town.post("/faults", json=[*rules])).raise_for_status()

    async def faults(self, about: str) -> list[dict[str, Any]]:
        """What is left of the faults of that order, case or parcel."""
        return (await self.town.get("/faults", params={"about": about})).raise_for_status().json()

    async def well_again(self, about: str) -> None:
        (await self.town.delete("/faults", params={"about": about})).raise_for_status()

    async def temper(self, whose: str, temper: str) -> None:
        """How a merchant or carrier, or everybody who is asked about an order, meets it from now on."""
        (await self.town.put("/tempers", json={whose: temper})).raise_for_status()

    async def context(self, path: str, body: object = None) -> httpx.Response:
        """Something that happens at a partner's."""
        return (await self.town.post(path, json=body)).raise_for_status()

    async def scan(self, tracking: str, status: str) -> None:
        await self.context(f"/parcels/{tracking}/scans", {"status": status})


@dataclass
class Case:
    """One case, acted on over HTTP, looked at in the tables."""

    shop: Shop
    case_id: str
    order: dict[str, Any]
    trouble: Trouble
    key: str
    """Of the request that opens it."""

    async def open(self, **case: object) -> None:
        body = {"order_id": self.order["order_id"], "description": "It is not as it should be.", "kind": "after_sales", **case}
        answer = await self._patiently("/v1/cases", body, self.who(Role.CUSTOMER), self.key)
        assert (answer.status_code, answer.json()["case_id"]) == (201, self.case_id), answer.text

    def who(self, role: Role) -> Person:
        ids = {Role.CUSTOMER: self.order["customer_id"], Role.MERCHANT: self.order["merchant_id"], Role.AGENT: "alice"}
        return self.shop.person(role, str(ids.get(role, "sun")))

    async def act(self, role: Role, action: str, **body: object) -> dict[str, Any]:
        answer = await self._patiently(f"/v1/cases/{self.case_id}/{action}", body, self.who(role), uuid4().hex)
        assert answer.is_success, f"{action}: {answer.text}"
        return answer.json()

    async def _patiently(self, path: str, body: object, who: Person, key: str) -> httpx.Response:
        """Sent again while nobody answers: with so much going on at once, that takes its time."""
        answer = await who.post(path, body, idempotency_key=key)
        while answer.status_code in {429, 503, 504}:
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
            answer = await who.post(path, body, idempotency_key=key)
        return answer

    async def seen(self, path: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What the API shows a supervisor there, once something holds of it."""
        shown: dict[str, Any] = {}
        for _ in range(200):
            answer = await self.who(Role.SUPERVISOR).get(path)
            shown = answer.json()
            if answer.is_success and holds(shown):
                return shown
            await asyncio.sleep(0.3)
        message = f"never seen at {path}: {shown}"
        raise AssertionError(message)

    async def remedy(self, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The first remedy, once something holds of it."""
        return (await self.seen(f"/v1/cases/{self.case_id}", lambda case: bool(holds(case["remedies"][0]))))["remedies"][0]

    async def met(self, call: str, about: str | None = None) -> None:
        """Until that call has met the faults that wait for it."""
        rules: list[dict[str, Any]] = []
        for _ in range(400):
            rules = await self.shop.faults(about or self.case_id)
            if not any(rule["call"] == call for rule in rules):
                return
            await asyncio.sleep(0.3)
        message = f"{self.case_id} never called {call}"
        raise AssertionError(message)

    async def charge(self) -> str:
        """The key of the one charge that the customer has to pay."""
        for _ in range(300):
            found = await self.shop.books("charges", order_id=self.order["order_id"])
            if found:
                (charge,) = found
                return charge["key"]
            await asyncio.sleep(0.1)
        message = f"{self.case_id} never asked for money"
        raise AssertionError(message)

    async def paid(self) -> None:
        await self.shop.context(f"/charges/{await self.charge()}/pay")

    async def lines(self) -> list[dict[str, Any]]:
        """The order's lines as the merchant's system has them now."""
        merchant = secrets_of(self.shop.settings).partners["merchant"]
        token = {"Authorization": f"Bearer {merchant.token[0].get_secret_value()}"}
        return (await self.shop.town.get(f"/merchant/orders/{self.order['order_id']}", headers=token)).json()["lines"]

    async def closed(self) -> None:
        await self.until(lambda row: row.stage == "closed", "its end")

    async def reaches(self, *waiting_for: str) -> str:
        """What it waits for, once that is one of these."""
        row = await self.until(lambda row: row.waiting_for in waiting_for, " or ".join(waiting_for))
        return str(row.waiting_for)

    async def until(self, holds: Callable[[CaseRow], bool], what: str, seconds: float = 120) -> CaseRow:
        row: CaseRow | None = None
        for _ in range(int(seconds / 0.2)):
            async with self.shop.database.reading() as session:
                row = (await session.exec(select(CaseRow).where(col(CaseRow.case_id) == self.case_id))).one_or_none()
            if row is not None and holds(row):
                return row
            await asyncio.sleep(0.2)
        where = f"{row.stage}, waiting for {row.waiting_for}" if row else "nowhere"
        message = f"{self.case_id} never reached {what}; it is at {where}"
        raise AssertionError(message)


@asynccontextmanager
async def running_shop(
    temporal: WorkflowEnvironment, folder: Path, figures: Mapping[str, str] = POLICY, **instead: str
) -> AsyncGenerator[Shop]:
    """`figures`: what is changed in the policy. `instead`: addresses of partners that are not the sandbox's, as `merchant_url`."""
    policy = policy_with(folder, figures)
    address = temporal.client.service_client.config.target_host
    settings = Settings(
        data_dir=folder,
        temporal_address=address,
        task_queue=f"faults-{folder.name}",
        policy=policy,
        partner_timeout=PARTNER_TIMEOUT,
        rate_limits={},
        circuit_after=100_000,  # one order's trouble is no other's
    )
    port = free_port()
    names = ("merchant", "carrier", "payment", "promotion", "notification")
    settings = settings.model_copy(update={f"{name}_url": f"http://127.0.0.1:{port}/{name}" for name in names} | instead)
    make_tables(settings)
    api = Running(create_app(settings))
    options, credentials = Options(refund_delay=QUICK, answer_delay=QUICK), secrets_of(settings).partners
    partners = Running(
        sandbox.create_app(folder, 1, webhook_url=f"{api.address}/v1/webhooks", credentials=credentials, options=options), port
    )
    await api.ready()
    await let_staff_in(settings)
    await partners.ready()
    calls, database = Partners.connect(settings), Database(settings)
    stop = asyncio.Event()
    delivery = asyncio.create_task(Delivery(database, load_policy(settings.policy), calls.notification).run(stop))
    async with (
        at_work(sealing(temporal.client, settings), settings, wire(settings, database, calls), patience=timedelta(seconds=1)),
        httpx.AsyncClient(base_url=api.address, timeout=30, limits=FRESH, trust_env=False) as http,
        httpx.AsyncClient(base_url=partners.address, timeout=30, limits=FRESH, trust_env=False) as town,
    ):
        tempers = (await town.get("/tempers")).json()
        (await town.put("/tempers", json=dict.fromkeys(tempers, "admits") | {WORKSHOP: "explains"})).raise_for_status()
        stock = (await town.get("/stock")).json()["stock"]
        (await town.put("/stock", json={"stock": dict.fromkeys(stock, ENOUGH)})).raise_for_status()
        yield Shop(settings, http, town, database)
    stop.set()
    await delivery
    await calls.aclose()
    await database.aclose()
    await partners.stop()
    await api.stop()
