"""Changes of orders before they are shipped, by the merchants' tempers: docs/partners/merchant.yaml.

A merchant who admits confirms at once, one who explains a little later, one who denies has packed already, a silent one says nothing.
"""

import json
from http import HTTPStatus

from fastapi import HTTPException, Response

from models.common.base import Money
from models.common.lines import NewItem
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind, Order, OrderLine, OrderStatus
from models.remedies.order_change import ChangeAnswer, ChangeKind, ChangeQuery, ChangeStatus, OrderChangeRequest
from rules.remedies.order_change import whole_order
from sandbox.kit.books import Row, now
from sandbox.kit.faults import Fault
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.orders.statements import Temper, temper_of

router = contract(Partner.MERCHANT, "/orders")

FURTHER = 500
"""Freight in minor units to another region than the order's."""
STEP = 2000
"""By so much an article whose number ends in -PLUS is dearer, in -LITE cheaper."""
PACKED = "订单已打包，无法修改 The order is packed already."
SHIPPED = "订单已发货 The order is on its way already."
NOT_THERE = "订单中没有该商品或件数不足 The order does not have these pieces."
OTHER_PRODUCT = "只能更换为同一商品的其他规格 Only another variant of the same product can be sent."
PAID = "订单已付款，不能修改支付方式 The order is paid already."
CODES = {PACKED: "too_late", SHIPPED: "too_late", NOT_THERE: "unknown_line", OTHER_PRODUCT: "unknown_article", PAID: "too_late"}


@router.post("/{order_id}/changes")
async def change(order_id: str, asked: OrderChangeRequest, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    if key != asked.key or order_id != asked.order_id:
        raise HTTPException(422, "the Idempotency-Key and the body's key, or the two order ids, differ")
    if order_id not in sandbox.catalogue.entries:
        raise HTTPException(404, f"there is no order {order_id}")
    text = asked.model_dump_json()
    known = sandbox.books.one("select * from order_changes where key = ?", key)
    if known is None:
        with sandbox.books.transaction():
            _take_down(sandbox, asked, text, faults)
        return answer(_told(sandbox, key), HTTPStatus.CREATED)
    if known["request"] is not None and json.loads(known["request"]) != json.loads(text):
        raise HTTPException(409, "this key came with another change before")
    sandbox.books.write("update order_changes set calls = calls + 1 where key = ?", key)
    return answer(_told(sandbox, key))


@router.get("/{order_id}/changes/{key}")
async def change_by_key(order_id: str, key: str, sandbox: SandboxOf) -> Response:
    known = sandbox.books.one("select * from order_changes where key = ? and order_id = ?", key, order_id)
    if known is None:
        raise HTTPException(404, f"order {order_id} has no change with the key {key}")
    return answer(_told(sandbox, key))


@router.post("/{order_id}/changes/{key}/undo")
async def undo_change(order_id: str, key: str, query: ChangeQuery, sandbox: SandboxOf, _: KeyOf) -> Response:
    """Take it back. One that never came is noted as taken back, so that it does nothing when it comes."""
    if (query.order_id, query.key) != (order_id, key):
        raise HTTPException(422, "the body is about another change")
    if order_id not in sandbox.catalogue.entries:
        raise HTTPException(404, f"there is no order {order_id}")
    with sandbox.books.transaction():
        known = sandbox.books.one("select * from order_changes where key = ?", key)
        if known is None:
            sandbox.books.insert("order_changes", key=key, order_id=order_id, status=ChangeStatus.UNDONE, at=now().isoformat())
        elif known["status"] in {ChangeStatus.PENDING, ChangeStatus.CONFIRMED}:
            sandbox.books.write("update order_changes set status = ? where key = ?", ChangeStatus.UNDONE, key)
    return answer(_told(sandbox, key))


def order_now(sandbox: Sandbox, order_id: str) -> Order | None:
    """The order with every change that was confirmed by now and not taken back."""
    entry = sandbox.catalogue.entries.get(order_id)
    return _with(entry.order, _standing(sandbox, order_id)) if entry else None


def _take_down(sandbox: Sandbox, asked: OrderChangeRequest, text: str, faults: frozenset[Fault]) -> None:
    """Decide at once what comes of it; one that is confirmed later is pending until its time has come."""
    order, at = order_now(sandbox, asked.order_id), now()
    assert order is not None  # noqa: S101  # the route asked before
    temper = temper_of(sandbox, order.merchant_id, order.order_id)
    refusal = _refusal(order, asked) or (PACKED if temper is Temper.DENIES else None)
    when = {Temper.ADMITS: at, Temper.EXPLAINS: at + sandbox.options.answer_delay}
    confirmed_at = None if refusal else when.get(temper)
    sandbox.books.insert(
        "order_changes",
        key=asked.key,
        order_id=asked.order_id,
        request=text,
        status=ChangeStatus.REFUSED if refusal else ChangeStatus.PENDING,
        refusal=refusal,
        at=at.isoformat(),
        confirmed_at=confirmed_at.isoformat() if confirmed_at else None,
    )
    if temper is Temper.EXPLAINS and confirmed_at is not None:
        told = ChangeAnswer(
            key=asked.key,
            order_id=asked.order_id,
            status=ChangeStatus.CONFIRMED,
            total_before=order.total,
            order=_changed(order, asked),
        )
        sandbox.webhooks.add(
            Partner.MERCHANT,
            NoticeKind.ORDER_CHANGE,
            told,
            confirmed_at,
            reference=asked.reference,
            order_id=asked.order_id,
            overtaken=ChangeAnswer(key=asked.key, order_id=asked.order_id, status=ChangeStatus.PENDING),
            faults=faults,
        )


def _status(row: Row) -> ChangeStatus:
    """A pending change is confirmed once its time has come."""
    due = row["confirmed_at"] is not None and row["confirmed_at"] <= now().isoformat()
    status = ChangeStatus(row["status"])
    return ChangeStatus.CONFIRMED if status is ChangeStatus.PENDING and due else status


def _told(sandbox: Sandbox, key: str) -> ChangeAnswer:
    row = sandbox.books.one("select * from order_changes where key = ?", key)
    assert row is not None  # noqa: S101  # callers have it
    status = _status(row)
    told = ChangeAnswer(
        key=key, order_id=row["order_id"], status=status, refusal=row["refusal"], refusal_code=CODES.get(row["refusal"])
    )
    if status not in {ChangeStatus.CONFIRMED, ChangeStatus.UNDONE}:
        return told
    order = order_now(sandbox, row["order_id"])
    entry = sandbox.catalogue.entries.get(row["order_id"])
    assert entry is not None  # noqa: S101
    standing = [one for one in _standing(sandbox, row["order_id"]) if one.key != key]
    before = _with(entry.order, standing).total if status is ChangeStatus.CONFIRMED else None
    return told.model_copy(update={"order": order, "total_before": before})


def _standing(sandbox: Sandbox, order_id: str) -> list[OrderChangeRequest]:
    rows = sandbox.books.read("select * from order_changes where order_id = ? order by at", order_id)
    return [OrderChangeRequest.model_validate_json(row["request"]) for row in rows if _status(row) is ChangeStatus.CONFIRMED]


def _with(order: Order, changes: list[OrderChangeRequest]) -> Order:
    for asked in changes:
        order = _changed(order, asked)
    return order


def _refusal(order: Order, asked: OrderChangeRequest) -> str | None:
    """What the merchant's system cannot do whatever its temper."""
    if order.status not in {OrderStatus.UNPAID, OrderStatus.PAID}:
        return SHIPPED
    has = {line.line_id: line for line in order.lines}
    named = {part.line_id: part.quantity for part in (*asked.lines, *asked.items)}
    if any(line_id not in has or has[line_id].quantity < quantity for line_id, quantity in named.items()):
        return NOT_THERE
    if any(line.line_id not in has for line in asked.quantities):
        return NOT_THERE
    if any(not _variant(has[item.line_id], item) for item in asked.items):
        return OTHER_PRODUCT
    if asked.kind is not ChangeKind.PAYMENT_METHOD or asked.payment_method in order.payment_methods:
        return None
    return PAID if order.status is OrderStatus.PAID or order.payment_methods else None


def _variant(line: OrderLine, item: NewItem) -> bool:
    """Articles of one product share the first two parts of their numbers: HOM-101, HOM-101-PLUS."""
    return item.sku is None or item.sku.split("-")[:2] == line.sku.split("-")[:2]


def _changed(order: Order, asked: OrderChangeRequest) -> Order:
    match asked.kind:
        case ChangeKind.CANCEL if whole_order(order, asked.lines):
            return order.model_copy(update={"status": OrderStatus.CANCELLED})
        case ChangeKind.CANCEL:
            fewer = {line.line_id: line.quantity for line in asked.lines}
            return _of_lines(
                order,
                [(line, line.quantity - fewer.get(line.line_id, 0), line.sku) for line in order.lines],
            )
        case ChangeKind.QUANTITIES:
            wanted = {line.line_id: line.quantity for line in asked.quantities}
            return _of_lines(order, [(line, wanted.get(line.line_id, line.quantity), line.sku) for line in order.lines])
        case ChangeKind.ITEMS:
            skus = {item.line_id: item.sku for item in asked.items}
            return _of_lines(order, [(line, line.quantity, skus.get(line.line_id) or line.sku) for line in order.lines])
        case ChangeKind.ADDRESS if asked.address is not None and asked.address.region != order.region:
            freight = Money(minor=order.freight.minor + FURTHER, currency=order.freight.currency)
            total = Money(minor=order.total.minor + FURTHER, currency=order.total.currency)
            return order.model_copy(update={"region": asked.address.region, "freight": freight, "total": total})
        case _:
            return order.model_copy(update={"payment_method": asked.payment_method or order.payment_method})


def _of_lines(order: Order, wanted: list[tuple[OrderLine, int, str]]) -> Order:
    """The order with so many pieces of each article; a line without any is gone. Each piece costs what was paid for it."""
    lines = tuple(
        line.model_copy(
            update={
                "sku": sku,
                "quantity": quantity,
                "unit_price": _money(line, line.unit_price.minor + _dearer(sku) - _dearer(line.sku)),
                "paid": _money(line, line.paid.minor * quantity // line.quantity + (_dearer(sku) - _dearer(line.sku)) * quantity),
            }
        )
        for line, quantity, sku in wanted
        if quantity > 0
    )
    total = Money(minor=sum(line.paid.minor for line in lines) + order.freight.minor, currency=order.total.currency)
    return order.model_copy(update={"lines": lines, "total": total})


def _money(line: OrderLine, minor: int) -> Money:
    return Money(minor=max(minor, 0), currency=line.paid.currency)


def _dearer(sku: str) -> int:
    return STEP if sku.endswith("-PLUS") else -STEP if sku.endswith("-LITE") else 0
