"""Goods that come back (RES-6): the merchants' and carriers' contracts for it, by the merchants' tempers.

A merchant who admits or explains accepts what comes back, one who denies rejects it, a silent one says nothing. Parcels move when the
desk says so: `POST /parcels/{tracking}/scans`.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel

from models.common.base import Identifier, Money
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind, Scan, Shipment, ShipmentStatus
from models.returns.partner import (
    Label,
    LabelRequest,
    PickupBooked,
    PickupMove,
    PickupRequest,
    PickupStatus,
    ReturnAddress,
    ReturnAnswer,
    ReturnBox,
    ReturnCancelled,
    ReturnRequest,
    ReturnSlip,
    SendBack,
    SentBack,
    ToldInspection,
    ToldLine,
    Voided,
)
from sandbox.catalogue.orders import shop_name
from sandbox.kit.books import Row, as_json, now
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.orders.order_change import NOT_THERE, order_now
from sandbox.orders.statements import Temper, temper_of

merchant = contract(Partner.MERCHANT)
carrier = contract(Partner.CARRIER)
control = APIRouter(tags=["sandbox"])

LABEL_PRICE, PICKUP_PRICE = 800, 1200
LONGEST_AHEAD = timedelta(days=14)
"""So far ahead the carriers take pick-ups; later ones they refuse."""
SCRATCHED = "商品有使用痕迹，不予接收 The goods have been used."


@merchant.post("/returns")
async def open_return(asked: ReturnRequest, key: KeyOf, sandbox: SandboxOf) -> Response:
    _same_key(key, asked.key)
    entry = sandbox.catalogue.entries.get(asked.order_id)
    order = order_now(sandbox, asked.order_id)
    if entry is None or order is None or order.merchant_id != asked.merchant_id:
        raise HTTPException(422, f"{asked.merchant_id} has no order {asked.order_id}")
    has = {line.line_id: line.quantity for line in order.lines}

    def slip(number: int) -> BaseModel:
        if any(has.get(line.line_id, 0) < line.quantity for line in asked.lines):
            return ReturnSlip(key=key, status=ReturnAnswer.REFUSED, refusal=NOT_THERE, refusal_code="unknown_line")
        name = shop_name(asked.merchant_id, entry.locale)
        address = ReturnAddress(name=f"{name} 退货仓", street="望江路 8 号", city="杭州", region="CN-33", postcode="310008")
        return ReturnSlip(key=key, rma=f"RMA-{asked.order_id.removeprefix('O-')}-{number}", address=address)

    return _taken(sandbox, "return", asked, key, about=asked.order_id, reference=asked.reference, made=slip)


@merchant.post("/returns/{return_key}/cancel", status_code=202)
async def cancel_return(return_key: str, word: ReturnCancelled, key: KeyOf, sandbox: SandboxOf) -> None:
    _same_key(key, word.key)
    _known(sandbox, "return", return_key)
    _set(sandbox, "return", return_key, "cancelled")


@merchant.post("/returns/{return_key}/box", status_code=202)
async def box(return_key: str, word: ReturnBox, key: KeyOf, sandbox: SandboxOf) -> None:
    _same_key(key, word.key)
    _known(sandbox, "return", return_key)
    _taken(sandbox, "box", word, key, about=return_key, reference=return_key, made=lambda _: word)


@merchant.post("/returns/{return_key}/send-back")
async def send_back(return_key: str, asked: SendBack, key: KeyOf, sandbox: SandboxOf) -> Response:
    _same_key(key, asked.key)
    known = _known(sandbox, "return", return_key)

    def sent(number: int) -> BaseModel:
        tracking = f"ZB{number:010d}"
        _register(
            sandbox,
            tracking=tracking,
            carrier_id="ZTO",
            order_id=known["about"],
            reference=known["reference"],
            bound_for="customer",
        )
        return SentBack(key=key, tracking=tracking, carrier_id="ZTO")

    return _taken(sandbox, "send_back", asked, key, about=return_key, reference=known["reference"], made=sent)


@merchant.get("/returns/{return_key}/send-back")
async def sent_back(return_key: str, sandbox: SandboxOf) -> Response:
    row = sandbox.books.one("select * from goods_back where kind = 'send_back' and about = ?", return_key)
    if row is None:
        raise HTTPException(404, f"nothing was sent back of {return_key}")
    return Response(row["answer"], media_type="application/json")


@carrier.post("/labels")
async def label(asked: LabelRequest, key: KeyOf, sandbox: SandboxOf) -> Response:
    _same_key(key, asked.key)

    def made(number: int) -> BaseModel:
        tracking = f"SFR{number:010d}"
        _to_the_merchant(sandbox, tracking, asked)
        return Label(key=key, tracking=tracking, carrier_id="SF", price=_price(sandbox, asked.order_id, LABEL_PRICE))

    return _taken(sandbox, "label", asked, key, about=asked.order_id, reference=asked.reference, made=made)


@carrier.get("/labels/{label_key}")
async def label_by_key(label_key: str, sandbox: SandboxOf) -> Response:
    return Response(_known(sandbox, "label", label_key)["answer"], media_type="application/json")


@carrier.post("/labels/{label_key}/void", status_code=202)
async def void_label(label_key: str, word: Voided, key: KeyOf, sandbox: SandboxOf) -> None:
    _same_key(key, word.key)
    _known(sandbox, "label", label_key)
    _set(sandbox, "label", label_key, "void")


@carrier.post("/pickups")
async def pickup(asked: PickupRequest, key: KeyOf, sandbox: SandboxOf) -> Response:
    _same_key(key, asked.key)
    _bookable(asked.start)

    def booked(number: int) -> BaseModel:
        tracking = asked.tracking or f"SFP{number:010d}"
        if asked.tracking is None:
            _to_the_merchant(sandbox, tracking, asked)
        price = _price(sandbox, asked.order_id, PICKUP_PRICE)
        status = PickupStatus.BOOKED
        return PickupBooked(
            key=key, status=status, start=asked.start, end=asked.end, tracking=tracking, carrier_id="SF", price=price
        )

    return _taken(sandbox, "pickup", asked, key, about=asked.order_id, reference=asked.reference, made=booked)


@carrier.get("/pickups/{pickup_key}")
async def pickup_by_key(pickup_key: str, sandbox: SandboxOf) -> Response:
    return Response(_known(sandbox, "pickup", pickup_key)["answer"], media_type="application/json")


@carrier.post("/pickups/{pickup_key}/move")
async def move_pickup(pickup_key: str, asked: PickupMove, key: KeyOf, sandbox: SandboxOf) -> Response:
    _same_key(key, asked.key)
    _bookable(asked.start)
    return answer(_pickup_now(sandbox, pickup_key, start=asked.start, end=asked.end))


@carrier.post("/pickups/{pickup_key}/cancel")
async def cancel_pickup(pickup_key: str, word: Voided, key: KeyOf, sandbox: SandboxOf) -> Response:
    _same_key(key, word.key)
    return answer(_pickup_now(sandbox, pickup_key, status=PickupStatus.CANCELLED))


@carrier.get("/parcels/{tracking}")
async def parcel(tracking: str, sandbox: SandboxOf) -> Response:
    if not is_returned(sandbox, tracking):
        raise HTTPException(404, f"there is no parcel {tracking}")
    return answer(_trace(sandbox, tracking))


@control.post("/pickups/{pickup_key}/{became}")
async def visit(pickup_key: str, became: PickupStatus, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    """Let the carrier ring: `collected` or `missed`. It tells of it, and a fetched parcel is on its way."""
    known = _known(sandbox, "pickup", pickup_key)
    told = _pickup_now(sandbox, pickup_key, status=became)
    sandbox.webhooks.add(
        Partner.CARRIER, NoticeKind.PICKUP, told, now(), reference=known["reference"], order_id=known["about"], faults=faults
    )
    return answer(told)


@control.get("/books/returns")
async def returns(
    sandbox: SandboxOf, reference: Annotated[str | None, Query()] = None, kind: str | None = None
) -> list[dict[str, Any]]:
    """Everything that was asked for about goods that come back, once for each key, with how often."""
    rows = [as_json(row, "request", "answer") for row in sandbox.books.read("select * from goods_back order by at")]
    return [row for row in rows if reference in {None, row["reference"]} and kind in {None, row["kind"]}]


@control.get("/books/parcels")
async def parcels(sandbox: SandboxOf, reference: Annotated[str | None, Query()] = None) -> list[Row]:
    """Every parcel of goods that come back, or go to the customer again."""
    rows = sandbox.books.read("select * from return_parcels order by at")
    return [row for row in rows if reference in {None, row["reference"]}]


def is_returned(sandbox: Sandbox, tracking: str) -> bool:
    return sandbox.books.one("select 1 from return_parcels where tracking = ?", tracking) is not None


def move_back(sandbox: Sandbox, tracking: str, status: ShipmentStatus, place: str, said: str) -> Shipment:
    """Let a parcel of a return move on: the carrier tells of it, and a merchant who has it inspects by its temper."""
    row = sandbox.books.one("select * from return_parcels where tracking = ?", tracking)
    assert row is not None  # noqa: S101  # is_returned() was asked
    at = now()
    with sandbox.books.transaction():
        sandbox.books.insert("scans", tracking=tracking, at=at.isoformat(), place=place, said=said or status, status=status)
        after = _trace(sandbox, tracking)
        about = {"reference": row["reference"], "order_id": row["order_id"]}
        sandbox.webhooks.add(Partner.CARRIER, NoticeKind.SHIPMENT, after, at, **about)
        if status is ShipmentStatus.DELIVERED and row["bound_for"] == "merchant":
            _inspect(sandbox, row, at + sandbox.options.answer_delay)
    return after


def _inspect(sandbox: Sandbox, parcel: Row, at: datetime) -> None:
    entry = sandbox.catalogue.entries[parcel["order_id"]]
    opened = sandbox.books.one("select * from goods_back where kind = 'return' and reference = ?", parcel["reference"])
    temper = temper_of(sandbox, entry.order.merchant_id, entry.order.order_id)
    if opened is None or temper is Temper.SILENT:
        return
    told = _found(sandbox, opened) if temper is Temper.DENIES else ToldInspection()
    together = _companions(sandbox, parcel["reference"])
    if together:
        everything = [_found(sandbox, _known(sandbox, "return", one)) for one in together] if told.lines else []
        rejected = tuple(line for one in (told, *everything) for line in one.lines)
        told = ToldInspection(returns=(parcel["reference"], *together), lines=rejected)
    sandbox.webhooks.add(
        Partner.MERCHANT,
        NoticeKind.INSPECTION,
        told,
        at,
        reference=parcel["reference"],
        order_id=parcel["order_id"],
    )


def _found(sandbox: Sandbox, opened: Row) -> ToldInspection:
    """Of a merchant who takes nothing back."""
    asked = ReturnRequest.model_validate_json(opened["request"])
    named = asked.reference if _companions(sandbox, asked.reference) or _box_of(sandbox).get(asked.key) else None
    return ToldInspection(
        lines=tuple(
            ToldLine(line_id=line.line_id, reference=named, rejected=line.quantity, reason=SCRATCHED) for line in asked.lines
        )
    )


def _box_of(sandbox: Sandbox) -> dict[str, str | None]:
    """With which other return each goes, as was told last."""
    rows = sandbox.books.read("select * from goods_back where kind = 'box' order by at, rowid")
    return {row["about"]: ReturnBox.model_validate_json(row["request"]).with_reference for row in rows}


def _companions(sandbox: Sandbox, reference: str) -> list[str]:
    """What lies in the box of that return."""
    return [about for about, box in _box_of(sandbox).items() if box == reference]


def _taken(
    sandbox: Sandbox, kind: str, asked: BaseModel, key: str, *, about: str, reference: str, made: Callable[[int], BaseModel]
) -> Response:
    """Do it once for each key; the same key with another request is an error."""
    text = asked.model_dump_json()
    known = sandbox.books.one("select * from goods_back where kind = ? and key = ?", kind, key)
    if known is not None:
        if json.loads(known["request"]) != json.loads(text):
            raise HTTPException(409, "this key came with another request before")
        sandbox.books.write("update goods_back set calls = calls + 1 where kind = ? and key = ?", kind, key)
        return Response(known["answer"], media_type="application/json")
    with sandbox.books.transaction():
        (count,) = sandbox.books.read("select count(*) as number from goods_back")
        told = made(count["number"] + 1).model_dump_json()
        fields = {"about": about, "reference": reference, "request": text, "answer": told}
        sandbox.books.insert("goods_back", kind=kind, key=key, **fields, status="made", at=now().isoformat())
    return Response(told, HTTPStatus.CREATED, media_type="application/json")


def _known(sandbox: Sandbox, kind: str, key: str) -> Row:
    row = sandbox.books.one("select * from goods_back where kind = ? and key = ?", kind, key)
    if row is None:
        raise HTTPException(404, f"there is no {kind} with the key {key}")
    return row


def _set(sandbox: Sandbox, kind: str, key: str, status: str) -> None:
    sandbox.books.write("update goods_back set status = ? where kind = ? and key = ?", status, kind, key)


def _pickup_now(sandbox: Sandbox, key: str, **change: object) -> PickupBooked:
    row = _known(sandbox, "pickup", key)
    after = PickupBooked.model_validate_json(row["answer"]).model_copy(update=change)
    sandbox.books.write(
        "update goods_back set answer = ?, status = ? where kind = 'pickup' and key = ?",
        after.model_dump_json(),
        after.status,
        key,
    )
    return after


def _register(sandbox: Sandbox, **parcel: str) -> None:
    """A parcel with its tracking, carrier_id, order_id, reference, and whom it is bound_for."""
    sandbox.books.insert("return_parcels", **parcel, at=now().isoformat())


def _trace(sandbox: Sandbox, tracking: str) -> Shipment:
    row = sandbox.books.one("select * from return_parcels where tracking = ?", tracking)
    assert row is not None  # noqa: S101
    rows = sandbox.books.read("select * from scans where tracking = ? order by at", tracking)
    scans = tuple(Scan(at=datetime.fromisoformat(scan["at"]), place=scan["place"], status=scan["said"]) for scan in rows)
    status = ShipmentStatus(rows[-1]["status"]) if rows else ShipmentStatus.CREATED
    return Shipment(tracking=tracking, carrier_id=row["carrier_id"], order_id=row["order_id"], status=status, scans=scans)


def _to_the_merchant(sandbox: Sandbox, tracking: str, asked: LabelRequest | PickupRequest) -> None:
    fields = {"order_id": asked.order_id, "reference": asked.reference}
    _register(sandbox, tracking=tracking, carrier_id="SF", bound_for="merchant", **fields)


def _bookable(start: datetime) -> None:
    if start > now() + LONGEST_AHEAD:
        raise HTTPException(422, "该时间暂不接受预约 That is too far ahead.")


def _same_key(header: str, body: Identifier) -> None:
    if header != body:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")


def _price(sandbox: Sandbox, order_id: str, minor: int) -> Money:
    entry = sandbox.catalogue.entries.get(order_id)
    return Money(minor=minor, currency=entry.order.total.currency if entry else "CNY")
