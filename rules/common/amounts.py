"""What an order's payments still hold (RES-5), and what the lines of a case cost."""

from collections.abc import Iterable

from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import Order, Payment, PaymentStatus, ProviderRefundStatus


def refunded(payment: Payment) -> int:
    """Minor units of a payment that went back or are going back, whoever asked for it."""
    return sum(refund.amount.minor for refund in payment.refunds if refund.status is not ProviderRefundStatus.REFUSED)


def refundable(payments: Iterable[Payment]) -> int:
    """Minor units of the captured payments that are left to refund."""
    return sum(payment.amount.minor - refunded(payment) for payment in payments if payment.status is PaymentStatus.CAPTURED)


def left_to_refund(payments: tuple[Payment, ...], given: int, unseen: int) -> int:
    """Minor units that are left, by the payments as they were last seen and by our books, whichever is less.

    `given`: by all cases; `unseen`: how much of the case's own the payments do not show yet.
    """
    captured = sum(payment.amount.minor for payment in payments if payment.status is PaymentStatus.CAPTURED)
    return max(min(refundable(payments) - unseen, captured - given), 0)


def cost_of(order: Order, lines: tuple[LineQuantity, ...]) -> Money:
    """What was paid for these lines and quantities, rounded down to the minor unit; without lines, for the whole order."""
    if not lines:
        return order.total
    by_id = {line.line_id: line for line in order.lines}
    minor = sum(
        by_id[wanted.line_id].paid.minor * min(wanted.quantity, by_id[wanted.line_id].quantity) // by_id[wanted.line_id].quantity
        for wanted in lines
        if wanted.line_id in by_id
    )
    return Money(minor=minor, currency=order.total.currency)
