"""The merchants' warehouses (RES-7), by the merchants' tempers: docs/partners/merchant.yaml.

Who explains packs for a while, a silent one packs until the desk hands the parcel over; the others send at once.
"""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from models.common.base import Money
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from models.replacements.partner import (
    Dispatch,
    DispatchRequest,
    DispatchStatus,
    Renewal,
    Repair,
    RepairRequest,
    Reservation,
    ReservationRequest,
    ReservationStatus,
    Stop,
)
from rules.common.amounts import part_of
from sandbox.catalogue.products import PRODUCTS, priced
from sandbox.kit.books import Row, as_json, now
from sandbox.kit.faults import Fault
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.orders.order_change import STEP, order_now
from sandbox.orders.statements import Temper, temper_of

router = contract(Partner.MERCHANT)
control = APIRouter(tags=["sandbox"])

LONGEST_HOLD = timedelta(days=7)
"""A warehouse holds nothing longer at once."""
USUAL_STOCK = 20
EMPTY = frozenset({"HOM-133", "ELE-440", "FRE-811"})
"""Out of stock, and nobody knows until when."""
EXPECTED = {"OUT-612": timedelta(days=2), "WAR-918": timedelta(days=1)}
"""Out of stock, and expected again."""
Asked = ReservationRequest | DispatchRequest | RepairRequest


@router.post("/reservations")
async def reserve(asked: ReservationRequest, key: KeyOf, sandbox: SandboxOf) -> Response:
    before = known(sandbox, "reservation", asked, key)
    if before is not None:
        return answer(_reservation(before))
    entry = sandbox.catalogue.entries.get(asked.order_id)
    if entry is None or entry.order.merchant_id != asked.merchant_id:
        raise HTTPException(422, f"{asked.merchant_id} has no order {asked.order_id}")
    with sandbox.books.transaction():
        unknown = [item.sku for item in asked.items if not _sells(sandbox, asked.order_id, item.sku)]
        there = all(stock_of(sandbox, item.sku) >= item.quantity for item in asked.items)
        expected = [EXPECTED[item.sku] for item in asked.items if item.sku in EXPECTED]
        made = Reservation(
            key=key,
            status=ReservationStatus.RESERVED if there else ReservationStatus.OUT_OF_STOCK,
            until=min(asked.until, now() + LONGEST_HOLD) if there else None,
            price=_price(sandbox, asked) if there else None,
            expected_at=None if there or not expected else now() + max(expected),
        )
        if unknown:
            words = f"没有商品 {unknown[0]} There is no article {unknown[0]}."
            made = Reservation(key=key, status=ReservationStatus.REFUSED, refusal=words, refusal_code="unknown_article")
        note(sandbox, "reservation", asked, made)
    return answer(made, HTTPStatus.CREATED)


@router.get("/reservations/{reservation_key}")
async def reservation_by_key(reservation_key: str, sandbox: SandboxOf) -> Response:
    return answer(_reservation(row_of(sandbox, "reservation", reservation_key)))


@router.post("/reservations/{reservation_key}/renew")
async def renew(reservation_key: str, asked: Renewal, sandbox: SandboxOf, _: KeyOf) -> Response:
    told = _reservation(row_of(sandbox, "reservation", reservation_key))
    if told.status is ReservationStatus.RESERVED:
        told = told.model_copy(update={"until": min(asked.until, now() + LONGEST_HOLD)})
        put(sandbox, "reservation", told)
    return answer(told)


@router.post("/reservations/{reservation_key}/release")
async def release(reservation_key: str, _: Stop, sandbox: SandboxOf, __: KeyOf) -> Response:
    told = _reservation(row_of(sandbox, "reservation", reservation_key))
    if told.status is ReservationStatus.RESERVED:
        told = told.model_copy(update={"status": ReservationStatus.RELEASED})
        put(sandbox, "reservation", told)
    return answer(told)


@router.post("/shipments")
async def dispatch(asked: DispatchRequest, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    before = known(sandbox, "dispatch", asked, key)
    if before is not None:
        return answer(Dispatch.model_validate_json(before["answer"]))
    row = row_of(sandbox, "reservation", asked.reservation_key)
    held = _reservation(row)
    order = ReservationRequest.model_validate_json(row["request"])
    with sandbox.books.transaction():
        ready = held.status is ReservationStatus.RESERVED
        made = Dispatch(key=key, status=DispatchStatus.PREPARING if ready else DispatchStatus.EXPIRED)
        note(sandbox, "dispatch", asked, made)
        if ready:
            put(sandbox, "reservation", held.model_copy(update={"status": ReservationStatus.USED}))
            temper = temper_of(sandbox, order.merchant_id, order.order_id)
            if temper in {Temper.ADMITS, Temper.DENIES}:
                made = _handed_over(sandbox, made, order.order_id, asked.reference)
            elif temper is Temper.EXPLAINS:
                sent = _handed_over(sandbox, made, order.order_id, asked.reference)
                tell(
                    sandbox,
                    NoticeKind.DISPATCH,
                    sent,
                    About(asked.reference, order.order_id, faults),
                    sandbox.options.answer_delay,
                )
    return answer(made, HTTPStatus.CREATED)


@router.get("/shipments/{dispatch_key}")
async def dispatch_by_key(dispatch_key: str, sandbox: SandboxOf) -> Response:
    return answer(Dispatch.model_validate_json(row_of(sandbox, "dispatch", dispatch_key)["answer"]))


@router.post("/shipments/{dispatch_key}/stop")
async def stop_dispatch(dispatch_key: str, _: Stop, sandbox: SandboxOf, __: KeyOf) -> Response:
    row = row_of(sandbox, "dispatch", dispatch_key)
    told = Dispatch.model_validate_json(row["answer"])
    if told.status is DispatchStatus.PREPARING:
        told = told.model_copy(update={"status": DispatchStatus.STOPPED})
        packed = row_of(sandbox, "reservation", DispatchRequest.model_validate_json(row["request"]).reservation_key)
        with sandbox.books.transaction():
            put(sandbox, "dispatch", told)
            put(sandbox, "reservation", _reservation(packed).model_copy(update={"status": ReservationStatus.RELEASED}))
    return answer(told)


class Shelf(BaseModel):
    """How many pieces of each article there are."""

    stock: dict[str, int]


@control.get("/stock")
async def stock(sandbox: SandboxOf) -> Shelf:
    """What can be set aside now, of every article of the catalogue and every one that was changed."""
    changed = [row["sku"] for row in sandbox.books.read("select sku from stock")]
    return Shelf(stock={sku: stock_of(sandbox, sku) for sku in sorted({*(product.sku for product in PRODUCTS), *changed})})


@control.put("/stock")
async def put_stock(shelf: Shelf, sandbox: SandboxOf) -> Shelf:
    """So many pieces of these articles can be set aside from now on."""
    with sandbox.books.transaction():
        for sku, pieces in shelf.stock.items():
            sandbox.books.write("insert or replace into stock values (?, ?)", sku, pieces + _held(sandbox, sku))
    return await stock(sandbox)


@control.get("/books/warehouse")
async def warehouse(sandbox: SandboxOf, reference: str | None = None, kind: str | None = None) -> list[Row]:
    """Every reservation, dispatch and repair as it is now, once for each key, with how often it was asked for."""
    rows = sandbox.books.read("select * from warehouse order by at")
    now_ = [row | {"answer": _reservation(row).model_dump_json()} if row["kind"] == "reservation" else row for row in rows]
    shown = [as_json(row, "request", "answer") for row in now_]
    return [row for row in shown if reference in {None, row["reference"]} and kind in {None, row["kind"]}]


@control.post("/dispatches/{dispatch_key}/sent")
async def hand_over(dispatch_key: str, sandbox: SandboxOf) -> Response:
    """Let a parcel that is being packed leave; the warehouse tells of it."""
    row = row_of(sandbox, "dispatch", dispatch_key)
    told = Dispatch.model_validate_json(row["answer"])
    asked = DispatchRequest.model_validate_json(row["request"])
    order = ReservationRequest.model_validate_json(row_of(sandbox, "reservation", asked.reservation_key)["request"])
    if told.status is DispatchStatus.PREPARING:
        with sandbox.books.transaction():
            told = _handed_over(sandbox, told, order.order_id, asked.reference)
            tell(sandbox, NoticeKind.DISPATCH, told, About(asked.reference, order.order_id))
    return answer(told)


def stock_of(sandbox: Sandbox, sku: str) -> int:
    """Pieces that nobody has set aside."""
    row = sandbox.books.one("select pieces from stock where sku = ?", sku)
    usual = 0 if sku in EMPTY or sku in EXPECTED else USUAL_STOCK
    return (row["pieces"] if row else usual) - _held(sandbox, sku)


def _sells(sandbox: Sandbox, order_id: str, sku: str) -> bool:
    """Articles of the catalogue, those that the desk put on the shelf, and variants of what the order has."""
    order = order_now(sandbox, order_id)
    sold = {product.sku for product in PRODUCTS} | {line.sku for line in (order.lines if order else ())}
    return (
        sku.removesuffix("-PLUS").removesuffix("-LITE") in sold
        or sandbox.books.one("select sku from stock where sku = ?", sku) is not None
    )


def _held(sandbox: Sandbox, sku: str) -> int:
    taken = {ReservationStatus.RESERVED, ReservationStatus.USED}
    rows = sandbox.books.read("select * from warehouse where kind = 'reservation'")
    orders = [ReservationRequest.model_validate_json(row["request"]) for row in rows if _reservation(row).status in taken]
    return sum(item.quantity for order in orders for item in order.items if item.sku == sku)


def _reservation(row: Row) -> Reservation:
    """As it is now: one whose time is over holds nothing any more."""
    told = Reservation.model_validate_json(row["answer"])
    over = told.status is ReservationStatus.RESERVED and told.until is not None and told.until <= now()
    return told.model_copy(update={"status": ReservationStatus.EXPIRED}) if over else told


def _price(sandbox: Sandbox, asked: ReservationRequest) -> Money:
    """What was paid for the pieces, and more for a -PLUS, less for a -LITE of them; for another article, the catalogue's price."""
    order = sandbox.catalogue.entries[asked.order_id].order
    lines = {line.line_id: line for line in order.lines}
    prices = {product.sku: priced(product.price, order.total.currency).minor for product in PRODUCTS}
    minor = 0
    for item in asked.items:
        line = lines.get(item.line_id)
        same = line is not None and item.sku.split("-")[:2] == line.sku.split("-")[:2]
        usual = prices.get(item.sku, 0) * item.quantity
        if line is not None and same:
            usual = part_of(line.paid, item.quantity, line.quantity)
        step = STEP if item.sku.endswith("-PLUS") else -STEP if item.sku.endswith("-LITE") else 0
        minor += max(usual + step * item.quantity, 0)
    return Money(minor=minor, currency=order.total.currency)


def currency_of(sandbox: Sandbox, order_id: str) -> str:
    entry = sandbox.catalogue.entries.get(order_id)
    return entry.order.total.currency if entry else "CNY"


def _handed_over(sandbox: Sandbox, made: Dispatch, order_id: str, reference: str) -> Dispatch:
    tracking = new_parcel(sandbox, order_id, reference)
    sent = made.model_copy(update={"status": DispatchStatus.SENT, "tracking": tracking, "carrier_id": "SF"})
    put(sandbox, "dispatch", sent)
    return sent


def new_parcel(sandbox: Sandbox, order_id: str, reference: str) -> str:
    """A parcel to the customer, which the desk moves on: `POST /parcels/{tracking}/scans`."""
    (count,) = sandbox.books.read("select count(*) as number from return_parcels")
    tracking = f"SFW{count['number'] + 1:010d}"
    fields = {"order_id": order_id, "reference": reference, "bound_for": "customer", "at": now().isoformat()}
    sandbox.books.insert("return_parcels", tracking=tracking, carrier_id="SF", **fields)
    return tracking


class About(NamedTuple):
    """Whose parcel or repair it is."""

    reference: str
    order_id: str
    faults: frozenset[Fault] = frozenset()


def tell(sandbox: Sandbox, kind: NoticeKind, told: BaseModel, about: About, later: timedelta = timedelta(0)) -> None:
    due = now() + later
    sandbox.webhooks.add(
        Partner.MERCHANT, kind, told, due, reference=about.reference, order_id=about.order_id, faults=about.faults
    )


def known(sandbox: Sandbox, kind: str, asked: Asked, header: str) -> Row | None:
    """What was made under the key before; the same key with another request is an error."""
    key = asked.key
    if header != key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    row = sandbox.books.one("select * from warehouse where kind = ? and key = ?", kind, key)
    if row is not None:
        if json.loads(row["request"]) != json.loads(asked.model_dump_json()):
            raise HTTPException(409, "this key came with another request before")
        sandbox.books.write("update warehouse set calls = calls + 1 where kind = ? and key = ?", kind, key)
    return row


def row_of(sandbox: Sandbox, kind: str, key: str) -> Row:
    row = sandbox.books.one("select * from warehouse where kind = ? and key = ?", kind, key)
    if row is None:
        raise HTTPException(404, f"there is no {kind} with the key {key}")
    return row


def note(sandbox: Sandbox, kind: str, asked: Asked, made: BaseModel) -> None:
    fields = {"request": asked.model_dump_json(), "answer": made.model_dump_json()}
    sandbox.books.insert("warehouse", kind=kind, key=asked.key, reference=asked.reference, at=now().isoformat(), **fields)


def put(sandbox: Sandbox, kind: str, told: Reservation | Dispatch | Repair) -> None:
    sandbox.books.write("update warehouse set answer = ? where kind = ? and key = ?", told.model_dump_json(), kind, told.key)
