"""What a payment provider must do by docs/partners/payment.yaml. No money moves: refunds that are asked for are too large."""

from datetime import timedelta

from commands.partner.system import NOBODY, WORDS, Rule, System, Wrong, conflicts, expect, needs_token, quoted, rule
from models.common.partner_registry import Partner
from models.common.partners import Payment, PaymentStatus, ProviderRefundStatus, RefundRequest
from models.money.charge import Charge, ChargeRequest, ChargeStatus

MERCHANT = "redress-partner-check"
"""Whose provider is meant: nobody's but the one at the address."""


LATELY = timedelta(days=90)
PAID = "a captured payment of the order is needed for this"


def payment_of(system: System) -> Payment:
    """A captured payment of the order, once they were read."""
    if system.payment is None:
        raise Wrong(PAID)
    return system.payment


async def payments(system: System) -> None:
    told = await system.partners.payment.payments(system.order_id)
    captured = [payment for payment in told if payment.status is PaymentStatus.CAPTURED]
    expect(bool(captured), "no captured payment; name an order that was paid")
    system.payment = captured[0]
    expect(all(payment.method for payment in told), "a payment without its method's name")


async def unknown_order(system: System) -> None:
    told = await system.partners.payment.payments(f"{system.run}-{NOBODY}")
    expect(told == (), told)


async def too_large_a_refund(system: System) -> None:
    provider, paid = system.partners.payment, payment_of(system)
    asked = RefundRequest(
        key=system.key("refund"),
        payment_id=paid.payment_id,
        method=paid.method,
        order_id=system.order_id,
        amount=paid.amount.model_copy(update={"minor": paid.amount.minor + 1}),
        reason=WORDS,
        reference=system.run,
    )
    expect(await provider.refund_by_key(asked.key, asked.payment_id) is None, "known before it came")
    told = await provider.refund(asked)
    expect(told.status is ProviderRefundStatus.REFUSED, told.status)
    expect(bool(told.refusal), "a refusal without words")
    again, known = await provider.refund(asked), await provider.refund_by_key(asked.key, asked.payment_id)
    expect(told == again == known, "another answer to the same key")
    await conflicts(provider.refund(asked.model_copy(update={"amount": paid.amount})))


def a_charge(system: System, name: str) -> ChargeRequest:
    return ChargeRequest(
        key=system.key(name),
        order_id=system.order_id,
        customer_id="redress-partner-check",
        amount=payment_of(system).amount.model_copy(update={"minor": 100}),
        reason=WORDS,
        reference=system.run,
        method=payment_of(system).method,
        until=system.tomorrow,
    )


def refused(told: Charge) -> bool:
    """A provider that lets nobody pay later says so."""
    if told.status is not ChargeStatus.REFUSED:
        return False
    quoted(told)
    return True


async def charge(system: System) -> None:
    charges, asked = system.partners.charges, a_charge(system, "charge")
    expect(await charges.charge_by_key(asked, MERCHANT, None) is None, "known before it came")
    told = await charges.charge(asked, MERCHANT)
    if refused(told):
        return
    expect(told.status is ChargeStatus.PENDING and bool(told.pay_url), f"{told.status}, pay_url {told.pay_url}")
    again, known = await charges.charge(asked, MERCHANT), await charges.charge_by_key(asked, MERCHANT, None)
    expect(told == again == known, "another answer to the same key")
    await conflicts(charges.charge(asked.model_copy(update={"reason": "another"}), MERCHANT))
    for _ in range(2):
        off = await charges.cancel_charge(asked, MERCHANT, told.charge_id)
        expect(off.status is ChargeStatus.CANCELLED, off.status)


async def charge_cancelled_before_it_came(system: System) -> None:
    charges, asked = system.partners.charges, a_charge(system, "late")
    off = await charges.cancel_charge(asked, MERCHANT, None)
    if refused(off):
        return
    expect(off.status is ChargeStatus.CANCELLED, off.status)
    late = await charges.charge(asked, MERCHANT)
    expect(late.status is ChargeStatus.CANCELLED, f"{late.status}, when it came after all")


async def chargebacks(system: System) -> None:
    """A provider that has none answers 501 to the list."""
    provider = system.partners.chargebacks[Partner.PAYMENT]
    for told in await provider.opened_since(system.tomorrow - LATELY):
        expect(
            await provider.chargeback(told.chargeback_id) is not None, f"{told.chargeback_id} is listed, and unknown by its id"
        )
    expect(await provider.chargeback(f"{system.run}-{NOBODY}") is None, "a chargeback that nobody opened")


RULES: tuple[Rule, ...] = (
    rule("GET /payments", "没有令牌的请求得到 401", "a call without the token is answered 401", needs_token(f"/payments?order_id={NOBODY}")),
    rule("GET /payments", "列出订单的付款及支付方式名称", "the order's payments are listed, each with its method's name", payments),
    rule("GET /payments", "未知订单没有付款", "an unknown order has no payments", unknown_order),
    rule("POST /refunds", "超过实付的退款以说明拒绝，只算一次", "more than was paid is refused with words, once", too_large_a_refund),
    rule("POST /charges", "收款只建一次，可查询、可取消，或拒绝", "a charge is made once, known by its key and cancelled, or refused", charge),
    rule("POST …/cancel", "先取消、后到达的收款无效", "a charge that comes after it was cancelled cannot be paid", charge_cancelled_before_it_came),
    rule("GET /chargebacks", "列出的拒付可按编号查询，未知编号为 404", "chargebacks of the list are known by their ids, others are 404", chargebacks),
)  # fmt: skip
