"""What customers still have to pay (docs/partners/payment.yaml), and the page on which they do."""

import json
from datetime import datetime
from html import escape
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from models.common.base import Money
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind, Payment
from models.money.charge import Charge, ChargeRequest, ChargeStatus
from rules.common.format import money
from sandbox.kit.books import Row, now
from sandbox.kit.faults import Fault
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract

router = contract(Partner.PAYMENT, "/charges")
till = APIRouter(prefix="/charges", tags=["sandbox"])

PAGE = """<!doctype html><meta charset="utf-8"><title>{amount}</title>
<h1>{amount}</h1><p>{reason} · {order_id}</p><p>{status}</p>
<form method="post"><button>支付 Pay</button></form>
<form method="post" action="fail"><button>支付失败 Let it fail</button></form>
"""


@router.post("")
async def charge(order: ChargeRequest, key: KeyOf, sandbox: SandboxOf, request: Request, faults: FaultsOf) -> Response:
    if key != order.key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    known = _row(sandbox, key)
    if known is not None:
        if json.loads(known["request"]) != json.loads(order.model_dump_json()):
            raise HTTPException(409, "this key came with another charge before")
        sandbox.books.write("update charges set calls = calls + 1 where key = ?", key)
        return answer(read(known))
    if order.amount.minor == 0 or order.order_id not in sandbox.catalogue.entries:
        raise HTTPException(422, "there is nothing to pay, or no such order")
    _note(sandbox, order, ChargeStatus.PENDING, str(request.base_url), quiet=Fault.NO_WEBHOOK in faults)
    return answer(read(_known(sandbox, key)), HTTPStatus.CREATED)


@router.get("/{key}")
async def charge_by_key(key: str, sandbox: SandboxOf) -> Response:
    return answer(read(_known(sandbox, key)))


@router.post("/{key}/cancel")
async def cancel_charge(key: str, order: ChargeRequest, sandbox: SandboxOf, request: Request, _: KeyOf) -> Response:
    """Nobody may pay it from now on. One that never came is noted as cancelled, so that it does nothing when it comes."""
    if order.key != key:
        raise HTTPException(422, "the body is about another charge")
    with sandbox.books.transaction():
        known = _row(sandbox, key)
        if known is None:
            _note(sandbox, order, ChargeStatus.CANCELLED, str(request.base_url), quiet=True)
        elif not read(known).over:
            sandbox.books.write("update charges set status = ? where key = ?", ChargeStatus.CANCELLED, key)
    return answer(read(_known(sandbox, key)))


@till.get("/{key}/pay", response_class=HTMLResponse)
async def page(key: str, sandbox: SandboxOf) -> str:
    """Where a customer pays."""
    known = _known(sandbox, key)
    shown = read(known)
    asked = json.loads(known["request"])
    return PAGE.format(
        amount=escape(money(shown.amount).en),
        reason=escape(asked["reason"]),
        order_id=escape(shown.order_id),
        status=shown.status,
    )


@till.post("/{key}/pay")
async def pay(key: str, sandbox: SandboxOf) -> Charge:
    """The customer pays."""
    return _turn(sandbox, key, ChargeStatus.PAID)


@till.post("/{key}/fail")
async def fail(key: str, sandbox: SandboxOf) -> Charge:
    """The customer tries in vain."""
    return _turn(sandbox, key, ChargeStatus.FAILED)


def paid_charges(sandbox: Sandbox, order_id: str) -> tuple[Payment, ...]:
    """What customers paid later: payments of the order like any other."""
    rows = sandbox.books.read("select * from charges where order_id = ? and status = 'paid' order by paid_at", order_id)
    return tuple(payment for row in rows if (payment := read(row).payment) is not None)


def payment_of(sandbox: Sandbox, payment_id: str) -> Payment | None:
    """The payment with that id, paid with the order or later."""
    row = sandbox.books.one("select * from charges where payment_id = ?", payment_id)
    return read(row).payment if row else sandbox.catalogue.payments.get(payment_id)


def read(row: Row) -> Charge:
    """A charge as it is now: expired once its time is over."""
    late = row["until"] <= now().isoformat() and row["status"] in {ChargeStatus.PENDING, ChargeStatus.FAILED}
    return Charge(
        key=row["key"],
        order_id=row["order_id"],
        amount=Money(minor=row["minor"], currency=row["currency"]),
        status=ChargeStatus.EXPIRED if late else ChargeStatus(row["status"]),
        reference=row["reference"],
        pay_url=row["pay_url"],
        payment_id=row["payment_id"],
        method="alipay" if row["payment_id"] else None,
        paid_at=datetime.fromisoformat(row["paid_at"]) if row["paid_at"] else None,
    )


def _note(sandbox: Sandbox, order: ChargeRequest, status: ChargeStatus, address: str, *, quiet: bool) -> None:
    sandbox.books.insert(
        "charges",
        key=order.key,
        order_id=order.order_id,
        minor=order.amount.minor,
        currency=order.amount.currency,
        status=status,
        request=order.model_dump_json(),
        reference=order.reference,
        pay_url=f"{address}charges/{order.key}/pay",
        until=order.until.isoformat(),
        quiet=quiet,
        at=now().isoformat(),
    )


def _turn(sandbox: Sandbox, key: str, status: ChargeStatus) -> Charge:
    with sandbox.books.transaction():
        known = _known(sandbox, key)
        if read(known).over:
            raise HTTPException(409, f"nobody can pay it any more: it is {read(known).status}")
        at, paid = now(), status is ChargeStatus.PAID
        sandbox.books.write(
            "update charges set status = ?, payment_id = ?, paid_at = ? where key = ?",
            status,
            f"P-{key}" if paid else None,
            at.isoformat() if paid else None,
            key,
        )
        told = read(_known(sandbox, key))
        if not known["quiet"]:
            sandbox.webhooks.add(Partner.PAYMENT, NoticeKind.CHARGE, told, at, reference=told.reference, order_id=told.order_id)
    return told


def _row(sandbox: Sandbox, key: str) -> Row | None:
    return sandbox.books.one("select * from charges where key = ?", key)


def _known(sandbox: Sandbox, key: str) -> Row:
    row = _row(sandbox, key)
    if row is None:
        raise HTTPException(404, f"there is no charge with the key {key}")
    return row
