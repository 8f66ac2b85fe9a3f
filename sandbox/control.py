"""What a reader, a demo or a test asks of the sandbox itself: its orders, its books, its faults and tempers. No token needed."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query

from sandbox.catalogue.orders import Entry, shop_name
from sandbox.catalogue.stories import LATER_STORIES, STORIES
from sandbox.kit.books import Row, as_json
from sandbox.kit.faults import FaultRule
from sandbox.kit.parts import SandboxOf
from sandbox.money.charge import read as read_charge
from sandbox.money.coupon import read as read_coupon
from sandbox.money.payment import read
from sandbox.orders.statements import Temper, temper_of

router = APIRouter(tags=["sandbox"])

Size = Literal["small", "medium", "large"]
"""Worth up to 200 CNY, up to 2,000 CNY, more: the limits of what is given automatically and by an agent."""


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/catalogue")
async def catalogue(
    sandbox: SandboxOf,
    state: str | None = None,
    size: Size | None = None,
    customer_id: str | None = None,
    currency: str | None = None,
) -> list[Row]:
    """Every order with its state, so that one can choose."""
    states = [story.state for story in (*STORIES, *LATER_STORIES)]
    if state is not None and state not in states:
        raise HTTPException(422, f"state: one of {', '.join(states)}")
    return [
        _shown(entry)
        for entry in sandbox.catalogue.entries.values()
        if state in {None, entry.story.state}
        and size in {None, entry.size}
        and customer_id in {None, entry.order.customer_id}
        and currency in {None, entry.order.total.currency}
    ]


def _shown(entry: Entry) -> Row:
    order = entry.order
    return {
        "order_id": order.order_id,
        "state": entry.story.state,
        "story": entry.story.en if entry.locale == "en" else entry.story.zh,
        "size": entry.size,
        "status": order.status,
        "customer_id": order.customer_id,
        "customer_name": entry.customer_name,
        "merchant_id": order.merchant_id,
        "merchant_name": shop_name(order.merchant_id, entry.locale),
        "carrier_id": entry.shipments[0].carrier_id if entry.shipments else None,
        "tracking": [parcel.tracking for parcel in entry.shipments],
        "locale": entry.locale,
        "region": order.region,
        "placed_at": order.placed_at,
        "total": order.total.model_dump(),
        "freight": order.freight.model_dump(),
        "lines": [
            {"line_id": line.line_id, "title": line.title, "quantity": line.quantity, "paid": line.paid.minor}
            for line in order.lines
        ],
    }


@router.get("/books/refunds")
async def refunds(
    sandbox: SandboxOf, reference: Annotated[str | None, Query()] = None, order_id: str | None = None
) -> list[dict[str, Any]]:
    """Every refund that was asked for, once for each key, with how often it was asked for."""
    rows = sandbox.books.read("select * from refunds_now order by requested_at")
    return [
        read(row).model_dump(mode="json") | {"reason": row["reason"], "calls": row["calls"]}
        for row in rows
        if reference in {None, row["reference"]} and order_id in {None, row["order_id"]}
    ]


@router.get("/books/coupons")
async def coupons(sandbox: SandboxOf, reference: str | None = None) -> list[dict[str, Any]]:
    """Every coupon that was asked for, once for each key, as it is now."""
    rows = [as_json(row, "request") for row in sandbox.books.read("select * from coupons order by at")]
    return [
        read_coupon(row).model_dump(mode="json") | {"reference": row["request"]["reference"], "calls": row["calls"]}
        for row in rows
        if reference in {None, row["request"]["reference"]}
    ]


@router.get("/books/messages")
async def messages(sandbox: SandboxOf, to: str | None = None) -> list[Row]:
    """Every message that was handed over, once for each key."""
    rows = [_flat(row, "message") for row in sandbox.books.read("select * from messages order by at")]
    return [row for row in rows if to in {None, row["to"]}]


@router.get("/books/statements")
async def statements(sandbox: SandboxOf, reference: str | None = None) -> list[Row]:
    """Every question to a merchant or carrier, and the temper with which it was met."""
    rows = [_flat(row, "request") for row in sandbox.books.read("select * from statements order by at")]
    return [row for row in rows if reference in {None, row["reference"]}]


def _flat(row: Row, column: str) -> Row:
    """What was handed over, with what the sandbox adds: when, and how often it was asked for."""
    row = as_json(row, column)
    return row.pop(column) | row


@router.get("/books/order_changes")
async def order_changes(sandbox: SandboxOf, order_id: str | None = None) -> list[Row]:
    """Every change that was asked for, and what came of it."""
    rows = sandbox.books.read("select * from order_changes order by at")
    return [
        row | {"request": json.loads(row["request"]) if row["request"] else None}
        for row in rows
        if order_id in {None, row["order_id"]}
    ]


@router.get("/books/charges")
async def charges(sandbox: SandboxOf, reference: str | None = None, order_id: str | None = None) -> list[Row]:
    """Every charge, once for each key."""
    rows = sandbox.books.read("select * from charges order by at")
    return [
        read_charge(row).model_dump(mode="json") | {"calls": row["calls"]}
        for row in rows
        if reference in {None, row["reference"]} and order_id in {None, row["order_id"]}
    ]


@router.get("/books/webhooks")
async def webhooks(sandbox: SandboxOf) -> list[Row]:
    """Every notice: when it is due, how often it was tried, when it was taken."""
    return [as_json(row, "body") for row in sandbox.books.read("select * from webhooks order by number")]


@router.get("/faults")
async def faults(sandbox: SandboxOf, about: str | None = None) -> list[FaultRule]:
    """What is in force: all of it, or what is about an order, case or key."""
    return [rule for rule in sandbox.faults.rules if about in {None, rule.about}]


@router.put("/faults")
async def put_faults(rules: list[FaultRule], sandbox: SandboxOf) -> list[FaultRule]:
    """These faults and no others are in force from now on."""
    sandbox.faults.put(rules)
    return rules


@router.post("/faults")
async def add_faults(rules: list[FaultRule], sandbox: SandboxOf) -> list[FaultRule]:
    """These faults are in force from now on, too."""
    sandbox.faults.add(rules)
    return sandbox.faults.rules


@router.delete("/faults", status_code=204)
async def delete_faults(sandbox: SandboxOf, about: str | None = None) -> None:
    """All of them, or those about an order, case or key; calls that they hold go on."""
    sandbox.faults.remove(about)


@router.get("/tempers")
async def tempers(sandbox: SandboxOf) -> dict[str, Temper]:
    """How the merchants and carriers of the catalogue meet questions, and whoever or whichever order was given a temper."""
    entries = sandbox.catalogue.entries.values()
    known = {entry.order.merchant_id for entry in entries} | {
        parcel.carrier_id for entry in entries for parcel in entry.shipments
    }
    known |= {row["recipient"] for row in sandbox.books.read("select recipient from tempers")}
    return {recipient: temper_of(sandbox, recipient) for recipient in sorted(known)}


@router.put("/tempers")
async def put_tempers(changes: dict[str, Temper], sandbox: SandboxOf) -> dict[str, Temper]:
    """Change the temper of these recipients, or of everybody who is asked about these orders."""
    with sandbox.books.transaction():
        for recipient, temper in changes.items():
            sandbox.books.write("insert or replace into tempers values (?, ?)", recipient, temper)
    return await tempers(sandbox)


@router.delete("/tempers", status_code=204)
async def delete_tempers(sandbox: SandboxOf) -> None:
    """Everybody answers by their own temper again."""
    sandbox.books.write("delete from tempers")
