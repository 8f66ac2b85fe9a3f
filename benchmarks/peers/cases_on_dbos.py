"""The life of a small case as a program on DBOS: `python cases_on_dbos.py PORT DATABASE_URL PARTNERS_URL`, with the partners' token in TOKEN.

Written as DBOS's documentation advises: the API and its workflows in one process, FastAPI with asynchronous workflows, whatever touches the
world a step, own tables by a datasource whose transactions commit with their checkpoint, people and webhooks by `send` and `recv`. It knows
nothing of Redress but the partners' contracts, and does what a life asks for and no more: one kind of case, no roles, no policy, no deadlines.
"""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp
import sqlalchemy as sa
import uvicorn
from dbos import DBOS, AsyncSQLAlchemyDatasource, DBOSConfig, SetWorkflowID
from fastapi import FastAPI, Request
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import JSONB, insert

T = TypeVar("T")

PORT, DATABASE, PARTNERS = int(sys.argv[1]), sys.argv[2], sys.argv[3]
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
MONTH = timedelta(days=30).total_seconds()
SMALL = 50_000
"""Minor units that go back without a person."""
SENTENCES = {
    "opened": "We have your case.",
    "decided": "You get your money back.",
    "refunded": "Your money has arrived. Is all well now?",
    "closed": "Your case is closed.",
}

tables = sa.MetaData()
cases = sa.Table(
    "cases",
    tables,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, index=True),
    sa.Column("order_id", sa.Text, index=True),
    sa.Column("stage", sa.Text, index=True),
    sa.Column("waiting_for", sa.Text, index=True),
    sa.Column("state", JSONB),
    sa.Column("updated_at", sa.DateTime(timezone=True), index=True),
)
timeline = sa.Table(
    "timeline",
    tables,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("event", sa.Text),
    sa.Column("data", JSONB),
    sa.Column("at", sa.DateTime(timezone=True)),
)
ledger = sa.Table(
    "ledger",
    tables,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, index=True),
    sa.Column("customer_id", sa.Text, index=True),
    sa.Column("minor", sa.BigInteger),
    sa.Column("state", sa.Text),
)
archive = sa.Table(
    "archive", tables, sa.Column("case_id", sa.Text, primary_key=True), sa.Column("sha256", sa.Text), sa.Column("record", JSONB)
)
claims = sa.Table(
    "claims", tables, sa.Column("claim_id", sa.Text, primary_key=True), sa.Column("case_id", sa.Text), sa.Column("state", sa.Text)
)


class Opening(BaseModel):
    customer_id: str
    order_id: str
    issue: str
    description: str


class Shape(BaseModel):
    """Of a workflow that does nothing: so many steps, so many waits."""

    steps: int
    waits: int


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    global partners, database  # noqa: PLW0603  # they belong to the event loop
    database = await AsyncSQLAlchemyDatasource.create(DATABASE, engine_kwargs={"pool_size": 10, "max_overflow": 10})
    async with database.engine.begin() as connection:
        await connection.run_sync(tables.create_all)
    async with aiohttp.ClientSession(PARTNERS, headers=HEADERS) as partners:
        DBOS.launch()
        yield
        DBOS.destroy()


app = FastAPI(lifespan=lifespan)
partners: aiohttp.ClientSession
database: AsyncSQLAlchemyDatasource


@app.get("/healthz")
async def health() -> None:
    return


@app.post("/cases", status_code=HTTPStatus.CREATED)
async def open_case(opening: Opening) -> dict[str, str]:
    case_id = f"DB-{uuid4().hex[:12].upper()}"
    with SetWorkflowID(case_id):
        await DBOS.start_workflow_async(case, opening.model_dump())
    return {"case_id": case_id}


@app.post("/cases/{case_id}/confirm")
async def confirm(case_id: str, rating: dict[str, int]) -> None:
    await DBOS.send_async(case_id, rating, "confirmation", idempotency_key=f"{case_id}.confirmation")


@app.post("/webhooks/{partner}")
async def webhook(partner: str, request: Request) -> None:
    notice = await request.json()
    await DBOS.send_async(notice["reference"], notice["payload"], partner, idempotency_key=request.headers["webhook-id"])


@app.post("/bare")
async def open_bare(shape: Shape) -> str:
    return (await DBOS.start_workflow_async(bare, shape.steps, shape.waits)).workflow_id


@app.post("/bare/{workflow_id}/go-on")
async def go_on(workflow_id: str) -> None:
    await DBOS.send_async(workflow_id, "go on", "bare")


@app.get("/bare/{workflow_id}")
async def end_of_bare(workflow_id: str) -> str:
    handle = await DBOS.retrieve_workflow_async(workflow_id)
    return await handle.get_result(polling_interval_sec=0.05)


@DBOS.workflow()
async def case(opening: dict[str, Any]) -> str:
    case_id = str(DBOS.workflow_id)
    state: dict[str, Any] = {"case_id": case_id, "stage": "receipt", "waiting_for": None, "timeline": 0, **opening}
    await save(state, "opened")
    state |= await look_up(opening["order_id"])
    state["history"] = await transaction(recall, opening["customer_id"], opening["order_id"])
    decide(state)
    await transaction(intend_refund, state["refund"], opening["customer_id"])
    await save(state, "classified", "dispatched", "investigated", "decided", stage="resolution", waiting_for="refund")
    state["refund"]["provider"] = await refund(state["refund"])
    await save(state, "refund_accepted")
    await DBOS.recv_async("payment", MONTH)
    await transaction(book_refund, state["refund"]["key"])
    await save(state, "refunded", stage="follow_up", waiting_for="confirmation")
    with SetWorkflowID(f"{case_id}.claim"):
        await DBOS.start_workflow_async(claim, state)
    state["rating"] = await DBOS.recv_async("confirmation", MONTH)
    await save(state, "confirmed", stage="archival", waiting_for=None)
    await transaction(seal, state)
    await save(state, "closed", stage="closed")
    return "resolved"


@DBOS.workflow()
async def claim(case_state: dict[str, Any]) -> str:
    """On the carrier who lost the parcel; outlives its case."""
    claim_id = str(DBOS.workflow_id)
    await transaction(save_claim, claim_id, case_state["case_id"], "opened")
    await tell_carrier(claim_id, case_state)
    await transaction(save_claim, claim_id, case_state["case_id"], "sent")
    answer = await DBOS.recv_async("carrier", MONTH)
    await transaction(save_claim, claim_id, case_state["case_id"], "answered" if answer else "unanswered")
    return "over"


@DBOS.workflow()
async def bare(steps: int, waits: int) -> str:
    for number in range(steps):
        await nothing(number)
    for _ in range(waits):
        await DBOS.recv_async("bare", MONTH)
    return "over"


@DBOS.step()
async def nothing(number: int) -> int:
    return number


@DBOS.step(retries_allowed=True, max_attempts=10)
async def look_up(order_id: str) -> dict[str, Any]:
    """Order, parcels and payments, in one step, since none of them changes anything."""
    order, parcels, payments = await asyncio.gather(
        call("GET", f"/merchant/orders/{order_id}"),
        call("GET", f"/carrier/shipments?order_id={order_id}"),
        call("GET", f"/payment/payments?order_id={order_id}"),
    )
    return {"order": order, "parcels": parcels["shipments"], "payments": payments["payments"]}


@DBOS.step(retries_allowed=True, max_attempts=10)
async def refund(wanted: dict[str, Any]) -> dict[str, Any]:
    return await call("POST", "/payment/refunds", wanted["key"], wanted)


@DBOS.step(retries_allowed=True, max_attempts=10)
async def tell_carrier(claim_id: str, state: dict[str, Any]) -> dict[str, Any]:
    parcel = state["parcels"][0]
    message = {
        "key": f"{claim_id}.open",
        "reference": claim_id,
        "move": "open",
        "kind": "carrier_claim",
        "recipient": parcel["carrier_id"],
        "order_id": state["order_id"],
        "tracking": parcel["tracking"],
        "cause": "lost",
        "amount": state["refund"]["amount"],
        "words": "The parcel is lost.",
        "due": (datetime.now(UTC) + timedelta(days=7)).isoformat(),
    }
    return await call("POST", "/carrier/claims", message["key"], message)


@DBOS.step(retries_allowed=True, max_attempts=10)
async def tell_customer(case_id: str, event: str, customer_id: str) -> None:
    message = {
        "key": f"{case_id}.{event}",
        "channel": "sms",
        "to": customer_id,
        "locale": "en",
        "subject": event,
        "body": SENTENCES[event],
    }
    await call("POST", "/notification/messages", message["key"], message)


async def call(method: str, path: str, key: str = "", body: object = None) -> Any:  # noqa: ANN401  # JSON
    headers = {"Idempotency-Key": key} if key else {}
    async with partners.request(method, path, json=body, headers=headers) as response:
        response.raise_for_status()
        return await response.json()


async def save(state: dict[str, Any], *events: str, **changes: object) -> None:
    """The case with what happened, in one transaction; then its customer is told."""
    state |= changes
    await transaction(save_case, state, list(events))
    state["timeline"] += len(events)
    for event in events:
        if event in SENTENCES:
            await tell_customer(state["case_id"], event, state["customer_id"])


def decide(state: dict[str, Any]) -> None:
    """A lost parcel of a small order, paid once: the money goes back."""
    payment, total = state["payments"][0], state["order"]["total"]
    if state["issue"] != "logistics.lost" or total["minor"] > SMALL or state["history"]["refunded"]:
        message = "a person has to look at it"
        raise ValueError(message)
    state["refund"] = {
        "key": f"{state['case_id']}.1",
        "payment_id": payment["payment_id"],
        "order_id": state["order_id"],
        "amount": total,
        "reason": state["issue"],
        "reference": state["case_id"],
    }


async def transaction(work: Callable[..., Coroutine[Any, Any, T]], *arguments: object) -> T:
    return await database.run_tx_step_async({"name": work.__name__, "isolation_level": "READ COMMITTED"}, work, *arguments)


async def save_case(state: dict[str, Any], events: list[str]) -> None:
    session, at = database.sql_session(), datetime.now(UTC)
    columns = ("case_id", "customer_id", "order_id", "stage", "waiting_for")
    row = {name: state[name] for name in columns} | {"state": state, "updated_at": at}
    await session.execute(insert(cases).values(row).on_conflict_do_update(index_elements=["case_id"], set_=row))
    entries = [
        {"case_id": state["case_id"], "number": number, "event": event, "data": {}, "at": at}
        for number, event in enumerate(events, start=state["timeline"] + 1)
    ]
    await session.execute(insert(timeline).values(entries).on_conflict_do_nothing())


async def recall(customer_id: str, order_id: str) -> dict[str, int]:
    """What earlier cases gave."""
    session = database.sql_session()
    mine = sa.func.count().filter(ledger.c.order_id == order_id)
    found = await session.execute(sa.select(mine, sa.func.count()).where(ledger.c.customer_id == customer_id))
    refunded, earlier = found.one()
    return {"refunded": refunded, "earlier": earlier}


async def intend_refund(wanted: dict[str, Any], customer_id: str) -> None:
    """Set the money aside, one at a time for each order."""
    session = database.sql_session()
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(wanted["order_id"]))))
    row = {"key": wanted["key"], "order_id": wanted["order_id"], "customer_id": customer_id}
    await session.execute(insert(ledger).values(**row, minor=wanted["amount"]["minor"], state="intended"))


async def book_refund(key: str) -> None:
    await database.sql_session().execute(sa.update(ledger).where(ledger.c.key == key).values(state="arrived"))


async def seal(state: dict[str, Any]) -> None:
    digest = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()
    await database.sql_session().execute(insert(archive).values(case_id=state["case_id"], sha256=digest, record=state))


async def save_claim(claim_id: str, case_id: str, now: str) -> None:
    row = {"claim_id": claim_id, "case_id": case_id, "state": now}
    await database.sql_session().execute(insert(claims).values(row).on_conflict_do_update(index_elements=["claim_id"], set_=row))


if __name__ == "__main__":
    config: DBOSConfig = {"name": "cases", "system_database_url": DATABASE, "log_level": "WARNING"}
    DBOS(config=config)
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", access_log=False)
