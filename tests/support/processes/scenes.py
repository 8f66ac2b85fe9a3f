"""Cases that are brought into the state in which an action is open, against the sandbox over HTTP: one scene for each action."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from temporalio.testing import WorkflowEnvironment

from adapters.connect import Partners
from adapters.database.engine import Database
from adapters.secrets import secrets_of
from api.app import create_app
from api.http.auth import make_token
from api.http.examples import ACTIONS, HANDED_OVER, OPENINGS
from models.case.actions import Action
from models.common.vocabulary import Role
from sandbox import app as sandbox
from sandbox.kit.parts import Options
from settings import Settings
from tests.support.processes.api import Person, let_staff_in
from tests.support.processes.databases import make_tables
from tests.support.processes.policies import policy_with
from tests.support.processes.sandbox import Running
from tests.support.processes.service import sealing
from tests.support.processes.waiting import eventually
from worker import at_work, wire

AGENT, COLLEAGUE, SUPERVISOR = "alice", "bob", "sun"
REVIEWED = {"review_share: 0.05": "review_share: 1"}
"""Every decision without a person is drawn for review."""


@dataclass
class Shop:
    """The API, and the desk of the sandbox behind it."""

    settings: Settings
    http: httpx.AsyncClient
    town: httpx.AsyncClient
    database: Database
    handed_out: set[str] = field(default_factory=set[str])

    def person(self, role: Role, who: str) -> Person:
        return Person(self.http, {"Authorization": f"Bearer {make_token(self.settings, role, who)}"})

    async def order(self, state: str) -> dict[str, Any]:
        """One that no other test has; nor has it the examples' own."""
        found = (await self.town.get("/catalogue", params={"state": state})).raise_for_status().json()
        known = {*self.handed_out, "O-1001"}
        order = next(order for order in found if order["order_id"] not in known and order["total"]["currency"] == "CNY")
        self.handed_out.add(order["order_id"])
        return order

    async def open(self, state: str = "delivered", **case: object) -> "Case":
        order = await self.order(state)
        body = {"order_id": order["order_id"], "description": "It is not as it should be.", **case}
        answer = await self.person(Role.CUSTOMER, order["customer_id"]).post("/v1/cases", body)
        assert answer.status_code == 201, answer.text
        return Case(self, answer.json()["case_id"], order)


@dataclass
class Case:
    shop: Shop
    case_id: str
    order: dict[str, Any]
    twin: str = ""  # another case of the same customer and order

    def who(self, role: Role, name: str = AGENT) -> Person:
        ids = {
            Role.CUSTOMER: self.order["customer_id"],
            Role.MERCHANT: self.order.get("merchant_id"),
            Role.SUPERVISOR: SUPERVISOR,
        }
        return self.shop.person(role, str(ids.get(role, name)))

    async def act(self, role: Role, action: str, body: object = None, *, name: str = AGENT) -> dict[str, Any]:
        """Without a body: the example, as it is."""
        example = {name: self.twin if value == "RD-0123456789AB" else value for name, value in ACTIONS[action].example.items()}
        content = example if body is None else body
        answer = await self.who(role, name).post(f"/v1/cases/{self.case_id}/{action}", content)
        assert answer.is_success, answer.text
        return answer.json()

    async def reaches(self, *waiting_for: str) -> str:
        """What it waits for, once that is one of these."""

        async def look() -> str | None:
            answer = await self.who(Role.SUPERVISOR).get(f"/v1/cases/{self.case_id}")
            waiting = answer.json()["waiting"] if answer.is_success else None
            return waiting and waiting["for_"]

        reason = await eventually(look, lambda reason: reason in waiting_for)
        assert reason is not None
        return reason


Scene = Callable[[Shop], Awaitable[Case]]


@asynccontextmanager
async def silent_shop(temporal: WorkflowEnvironment, folder: Path, figures: Mapping[str, str] = REVIEWED) -> AsyncGenerator[Shop]:
    """Redress as `make run` wires it, in this process: worker and partners over HTTP, of whom nobody says anything by themselves.

    `figures`: what is changed in the policy.
    """
    address = temporal.client.service_client.config.target_host
    settings = Settings(
        data_dir=folder, temporal_address=address, task_queue=f"scenes-{folder.name}", policy=policy_with(folder, figures)
    )
    make_tables(settings)
    app = create_app(settings)
    api = Running(app)
    quick = Options(refund_delay=timedelta(seconds=0.1), answer_delay=timedelta(seconds=0.1))
    credentials = secrets_of(settings).partners
    partners = Running(
        sandbox.create_app(folder, 1, webhook_url=f"{api.address}/v1/webhooks", credentials=credentials, options=quick)
    )
    await api.ready()
    await let_staff_in(settings)
    await partners.ready()
    urls = {
        f"{name}_url": f"{partners.address}/{name}" for name in ("merchant", "carrier", "payment", "notification", "promotion")
    }
    calls, database = Partners.connect(settings.model_copy(update=urls)), Database(settings)
    app.state.parts = replace(app.state.parts, partners=calls)  # each of the two has the other's address
    async with (
        at_work(sealing(temporal.client, settings), settings, wire(settings, database, calls)),
        httpx.AsyncClient(base_url=api.address, timeout=20, trust_env=False) as http,
        httpx.AsyncClient(base_url=partners.address, timeout=20, trust_env=False) as town,
    ):
        tempers = (await town.get("/tempers")).json()
        (await town.put("/tempers", json=dict.fromkeys(tempers, "silent"))).raise_for_status()  # the tests answer for them
        yield Shop(settings, http, town, database)
    await calls.aclose()
    await database.aclose()
    await partners.stop()
    await api.stop()


def after(bring_about: Scene, role: Role, action: str, until: str = "") -> Scene:
    """The same, once that was done."""

    async def scene(shop: Shop) -> Case:
        case = await bring_about(shop)
        await case.act(role, action)
        if until:
            await case.reaches(until)
        return case

    return scene


async def asked(shop: Shop) -> Case:
    """The merchant is asked for its side."""
    case = await shop.open(
        "hygiene", kind="complaint", issue="order.change"
    )  # of delivered ones there are 30, of each other state 8 or 10
    await case.reaches("answers")
    return case


async def planning(shop: Shop, state: str = "delivered") -> Case:
    """An agent has to propose something."""
    case = await shop.open(state, kind="complaint", issue="service.promise_not_kept")
    await case.reaches("answers")
    await case.act(Role.MERCHANT, "answer", {"request_id": "q1", "words": "We forgot.", "admits": True})
    await case.reaches("plan")
    return case


async def held(shop: Shop) -> Case:
    """An agent has just sent a reply, and may still take it back."""
    case = await planning(shop)
    await case.act(Role.AGENT, "reply", {"words": "We are at it.", "undoable": True})
    return case


async def proposed(shop: Shop, state: str = "delivered") -> Case:
    case = await planning(shop, state)
    await case.act(Role.AGENT, "propose")
    await case.reaches("choice")
    return case


async def costly(shop: Shop) -> Case:
    """A proposal above an agent's limit."""
    case = await planning(shop, "expensive")
    money = {"kind": "refund_only", "amount": {**case.order["total"], "minor": int(case.order["total"]["minor"] * 0.9)}}
    await case.act(Role.AGENT, "propose", {"options": [{"remedies": [money], "why": "Nearly all of it."}]})
    await case.reaches("approval")
    return case


async def deadlocked(shop: Shop) -> Case:
    """Every round was used up."""
    case = await planning(shop)
    while await case.reaches("plan", "arbitration") == "plan":
        await case.act(Role.SUPERVISOR, "propose")
        await case.reaches("choice")
        await case.act(Role.CUSTOMER, "reject", {"reason": "no"})
    return case


async def paid(shop: Shop) -> Case:
    """The merchant was found responsible, and the customer has the money."""
    case = await proposed(shop)
    await case.act(Role.CUSTOMER, "accept")
    await case.reaches("confirmation")
    (await case.who(Role.MERCHANT).upload(HANDED_OVER.encode())).raise_for_status()
    return case


async def settled_alone(shop: Shop) -> Case:
    """Clear and small, and drawn for review."""
    case = await shop.open("lost", kind="after_sales", issue="logistics.lost")
    await case.reaches("confirmation")
    return case


async def unpaid(shop: Shop) -> Case:
    """The payment provider refused the refund."""
    case = await proposed(shop)
    fault = {"partner": "payment", "call": "refund", "fault": "refuse", "times": 1}
    (await shop.town.put("/faults", json=[fault])).raise_for_status()
    await case.act(Role.CUSTOMER, "accept")
    await case.reaches("payment_repair")
    return case


async def lost_order(shop: Shop) -> Case:
    body = {"kind": "after_sales", "order_id": "O-0", "issue": "order.change", "description": "Blue, please."}
    answer = await shop.person(Role.CUSTOMER, "C-1").post("/v1/cases", body)
    case = Case(shop, answer.json()["case_id"], {"customer_id": "C-1", "merchant_id": "M-1"})
    await case.reaches("order_correction")
    return case


async def question(shop: Shop) -> Case:
    case = await shop.open("stalled", kind="inquiry", issue="rules.platform_rule", description="May I return a gift?")
    if await case.reaches("reply", "answer_check") == "answer_check":
        await case.act(Role.CUSTOMER, "helped", {"helped": False})
        await case.reaches("reply")
    return case


async def suggested(shop: Shop) -> Case:
    body = {**OPENINGS["inquiry"]["value"], "issue": "payment.refund_not_arrived"}
    case = await shop.open(**body)
    await case.reaches("answer_check")
    return case


async def told_twice(shop: Shop) -> Case:
    case = await shop.open("several_lines", kind="complaint", issue="order.change")
    await case.reaches("answers")
    again = {
        "order_id": case.order["order_id"],
        "kind": "complaint",
        "issue": "service.promise_not_kept",
        "description": "Hello?",
    }
    answer = await case.who(Role.CUSTOMER).post("/v1/cases", again)
    second = replace(case, case_id=answer.json()["case_id"], twin=case.case_id)
    await second.reaches("answers")
    return second


replied = after(question, Role.AGENT, "reply", "confirmation")
taken = after(planning, Role.AGENT, "take")
SCENES: dict[Action, tuple[Scene, Role]] = {
    Action.ADD_WORDS: (asked, Role.CUSTOMER),
    Action.CORRECT_ORDER: (lost_order, Role.CUSTOMER),
    Action.ANSWER: (asked, Role.MERCHANT),
    Action.CLASSIFY: (asked, Role.AGENT),
    Action.SET_PRIORITY: (planning, Role.AGENT),
    Action.TAKE: (planning, Role.AGENT),
    Action.TRANSFER: (taken, Role.AGENT),
    Action.ACCEPT_TRANSFER: (after(taken, Role.AGENT, "transfer"), Role.AGENT),
    Action.DECLINE_TRANSFER: (after(taken, Role.AGENT, "transfer"), Role.AGENT),
    Action.HELPED: (suggested, Role.CUSTOMER),
    Action.ESCALATE: (asked, Role.CUSTOMER),
    Action.REPLY: (question, Role.AGENT),
    Action.ASK: (planning, Role.AGENT),
    Action.FIND: (planning, Role.AGENT),
    Action.PROPOSE: (planning, Role.AGENT),
    Action.APPROVE: (costly, Role.SUPERVISOR),
    Action.DECLINE: (costly, Role.SUPERVISOR),
    Action.ACCEPT: (proposed, Role.CUSTOMER),
    Action.REJECT: (proposed, Role.CUSTOMER),
    Action.COUNTER: (partial(proposed, state="expensive"), Role.CUSTOMER),
    Action.ARBITRATE: (deadlocked, Role.SUPERVISOR),
    Action.APPEAL: (paid, Role.MERCHANT),
    Action.DECIDE_APPEAL: (after(paid, Role.MERCHANT, "appeal"), Role.SUPERVISOR),
    Action.REVIEW: (settled_alone, Role.SUPERVISOR),
    Action.NOTE: (planning, Role.AGENT),
    Action.TAG: (planning, Role.AGENT),
    Action.WATCH: (asked, Role.AGENT),
    Action.UNWATCH: (asked, Role.AGENT),
    Action.SNOOZE: (planning, Role.SUPERVISOR),
    Action.UNSNOOZE: (after(planning, Role.SUPERVISOR, "snooze"), Role.AGENT),
    Action.UNDO: (held, Role.AGENT),
    Action.ASSIGN: (planning, Role.SUPERVISOR),
    Action.CLOSE: (planning, Role.AGENT),
    Action.MERGE: (told_twice, Role.AGENT),
    Action.UNMERGE: (after(told_twice, Role.AGENT, "merge", "reopening"), Role.AGENT),
    Action.SPLIT: (partial(planning, state="several_lines"), Role.AGENT),
    Action.LINK: (told_twice, Role.AGENT),
    Action.UNLINK: (after(told_twice, Role.AGENT, "link"), Role.AGENT),
    Action.RETRY_REFUND: (unpaid, Role.AGENT),
    Action.RECORD_REFUND: (unpaid, Role.AGENT),
    Action.CONFIRM: (replied, Role.CUSTOMER),
    Action.DISPUTE: (replied, Role.CUSTOMER),
    Action.RATE: (replied, Role.CUSTOMER),
    Action.WITHDRAW: (asked, Role.CUSTOMER),
    Action.REOPEN: (after(asked, Role.CUSTOMER, "withdraw", "reopening"), Role.CUSTOMER),
}
