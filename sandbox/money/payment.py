"""The payment provider: docs/partners/payment.yaml. The same key is the same refund, for ever; never more than was paid."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import HTTPException, Query, Response
from pydantic import BaseModel

from models.common.base import Identifier, Money
from models.common.partner_registry import Partner
from models.common.partners import (
    NoticeKind,
    Payment,
    PaymentStatus,
    ProviderRefundStatus,
    Refund,
    RefundRequest,
    RefundTo,
    RefusalCode,
)
from rules.common.format import minor_units
from sandbox.kit.books import Row, now
from sandbox.kit.faults import Fault
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.money.charge import paid_charges, payment_of
from sandbox.money.chargebacks import is_disputed

router = contract(Partner.PAYMENT)


class Payments(BaseModel):
    payments: tuple[Payment, ...]


REFUSALS = {
    Fault.ACCOUNT_CLOSED: ("收款账户已注销 The account is closed.", RefusalCode.ACCOUNT_CLOSED),
    Fault.CARD_EXPIRED: ("银行卡已过期 The card has expired.", RefusalCode.CARD_EXPIRED),
    Fault.INSUFFICIENT_FUNDS: ("商户余额不足 The merchant's balance is too low.", RefusalCode.INSUFFICIENT_FUNDS),
}

SENT_BACK = ("银行退回款项 The bank has sent the money back.", RefusalCode.OTHER)

LATE = timedelta(milliseconds=5)
"""A notice leaves just after its refund has arrived, never before."""


@router.get("/payments")
async def payments(order_id: Annotated[Identifier, Query()], sandbox: SandboxOf) -> Response:
    entry = sandbox.catalogue.entries.get(order_id)
    charges = (*entry.payments, *paid_charges(sandbox, order_id)) if entry else ()
    return answer(Payments(payments=tuple(_with_refunds(sandbox, charge) for charge in charges)))


@router.post("/refunds")
async def refund(order: RefundRequest, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    if key != order.key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    known = sandbox.books.one("select * from refunds_now where key = ?", key)
    if known is not None:
        if not _same(order, known):
            raise HTTPException(409, "this key came with another refund before")
        sandbox.books.write("update refunds set calls = calls + 1 where key = ?", key)
        return answer(read(known))
    payment = payment_of(sandbox, order.payment_id)
    with sandbox.books.transaction():
        made = _make(sandbox, order, _with_refunds(sandbox, payment) if payment else None, faults)
    return answer(made, HTTPStatus.CREATED)


@router.get("/refunds/{key}")
async def refund_by_key(key: str, sandbox: SandboxOf) -> Response:
    known = sandbox.books.one("select * from refunds_now where key = ?", key)
    if known is None:
        raise HTTPException(404, f"there is no refund with the key {key}")
    return answer(read(known))


def read(row: Row) -> Refund:
    """A refund as it is now: accepted until its time has come, then arrived; refused again when the bank has sent it back."""
    arrives_at = datetime.fromisoformat(row["arrives_at"]) if row["arrives_at"] else None
    arrived = arrives_at is not None and arrives_at <= now()
    back = row.get("back_at") is not None and datetime.fromisoformat(row["back_at"]) <= now()
    refusal, code = SENT_BACK if back else (row["refusal"], row["refusal_code"])
    status = (
        ProviderRefundStatus.REFUSED if refusal else ProviderRefundStatus.ARRIVED if arrived else ProviderRefundStatus.ACCEPTED
    )
    return Refund(
        refund_id=row["refund_id"],
        key=row["key"],
        payment_id=row["payment_id"],
        order_id=row["order_id"],
        amount=Money(minor=row["minor"], currency=row["currency"]),
        status=status,
        reference=row["reference"],
        to=RefundTo(row["sent_to"]),
        refusal=refusal,
        refusal_code=RefusalCode(code) if code else None,
        requested_at=datetime.fromisoformat(row["requested_at"]),
        arrived_at=arrives_at if arrived else None,
    )


def _make(sandbox: Sandbox, order: RefundRequest, payment: Payment | None, faults: frozenset[Fault]) -> Refund:
    at = now()
    refusal, code = _refused_on_demand(order, faults) or _refused(sandbox, order, payment) or (None, None)
    arrives_at = None if refusal else at + sandbox.options.refund_delay
    row: Row = {
        "key": order.key,
        "refund_id": f"RF-{uuid4().hex[:12]}",
        "payment_id": order.payment_id,
        "order_id": order.order_id,
        "minor": order.amount.minor,
        "currency": order.amount.currency,
        "reason": order.reason,
        "reference": order.reference,
        "sent_to": order.to,
        "refusal": refusal,
        "refusal_code": code,
        "requested_at": at.isoformat(),
        "arrives_at": arrives_at.isoformat() if arrives_at else None,
    }
    sandbox.books.insert("refunds", **row)
    accepted = read(row)
    if arrives_at is not None:
        arrived = accepted.model_copy(update={"status": ProviderRefundStatus.ARRIVED, "arrived_at": arrives_at})
        sandbox.webhooks.add(
            Partner.PAYMENT,
            NoticeKind.REFUND,
            arrived,
            arrives_at + LATE,
            reference=order.reference,
            order_id=order.order_id,
            overtaken=accepted,
            faults=faults,
        )
        if Fault.COMES_BACK in faults:
            _send_back(sandbox, arrived, arrives_at + sandbox.options.refund_delay, faults)
    return accepted


def _send_back(sandbox: Sandbox, arrived: Refund, back_at: datetime, faults: frozenset[Fault]) -> None:
    sandbox.books.insert("refunds_back", key=arrived.key, back_at=back_at.isoformat())
    refusal, code = SENT_BACK
    sandbox.webhooks.add(
        Partner.PAYMENT,
        NoticeKind.REFUND,
        arrived.model_copy(update={"status": ProviderRefundStatus.REFUSED, "refusal": refusal, "refusal_code": code}),
        back_at + LATE,
        reference=arrived.reference,
        order_id=arrived.order_id,
        overtaken=arrived,
        faults=faults,
    )


def _refused_on_demand(order: RefundRequest, faults: frozenset[Fault]) -> tuple[str, RefusalCode] | None:
    """What a fault says; the customer's balance, and a bank, take what a closed account or an expired card does not."""
    if Fault.REFUSE in faults:
        return "付款方拒绝 The payer refuses.", RefusalCode.OTHER
    if order.to is not RefundTo.ORIGINAL:
        return None
    return next((REFUSALS[fault] for fault in REFUSALS if fault in faults), None)


def _refused(sandbox: Sandbox, order: RefundRequest, payment: Payment | None) -> tuple[str, RefusalCode] | None:
    words = _misplaced(order) or _refusal(sandbox, order, payment)
    return (words, RefusalCode.OTHER) if words else None


def _misplaced(order: RefundRequest) -> str | None:
    if (order.to is RefundTo.BANK_ACCOUNT) is (order.account is not None):
        return None
    return "退至银行账户须附账户信息 A refund to a bank account comes with the account, and no other does."


def _refusal(sandbox: Sandbox, order: RefundRequest, payment: Payment | None) -> str | None:
    """The provider's words, or None when it pays."""
    if payment is None or payment.order_id != order.order_id:
        return f"订单没有该笔支付 Order {order.order_id} has no payment {order.payment_id}."
    if payment.status is not PaymentStatus.CAPTURED:
        return "该笔支付尚未成功 The payment was not captured."
    if is_disputed(sandbox, payment.payment_id):
        return "该笔支付正被银行拒付 The payment is disputed at the bank."
    if order.amount.currency != payment.amount.currency:
        return f"币种不符，应为 {payment.amount.currency} The payment's currency is {payment.amount.currency}."
    left = payment.amount.minor - sum(
        refund.amount.minor for refund in payment.refunds if refund.status is not ProviderRefundStatus.REFUSED
    )
    if order.amount.minor == 0 or order.amount.minor > left:
        rest = minor_units(left, payment.amount.currency)
        return f"可退金额为 {rest.zh} Only {rest.en} is left to refund."
    return None


def _with_refunds(sandbox: Sandbox, payment: Payment) -> Payment:
    rows = sandbox.books.read("select * from refunds_now where payment_id = ? order by requested_at", payment.payment_id)
    return payment.model_copy(update={"refunds": (*payment.refunds, *(read(row) for row in rows))})


def _same(order: RefundRequest, row: Row) -> bool:
    asked = (order.payment_id, order.order_id, order.amount.minor, order.amount.currency, order.to)
    return asked == (row["payment_id"], row["order_id"], row["minor"], row["currency"], row["sent_to"])
