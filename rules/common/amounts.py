"""What an order's payments still hold (RES-5), and what the lines of a case cost."""

from collections import Counter
from collections.abc import Iterable, Mapping

from models.common.base import Money
from models.common.currencies import payable
from models.common.lines import LineQuantity
from models.common.partners import Order, Payment, PaymentStatus, ProviderRefundStatus

NOTHING: Mapping[str, int] = {}


def refunded(payment: Payment) -> int:
    """Minor units of a payment that went back or are going back, whoever asked for it."""
    return sum(refund.amount.minor for refund in payment.refunds if refund.status is not ProviderRefundStatus.REFUSED)


def refundable(payments: Iterable[Payment]) -> int:
    """Minor units of the captured payments that are left to refund."""
    return sum(payment.amount.minor - refunded(payment) for payment in payments if payment.status is PaymentStatus.CAPTURED)


def only_authorised(payments: Iterable[Payment]) -> bool:
    """Whether the customer's money is reserved and none of it was taken: there is nothing to refund, the merchant lets it go."""
    statuses = {payment.status for payment in payments}
    return PaymentStatus.PENDING in statuses and PaymentStatus.CAPTURED not in statuses


def in_currency(payments: Iterable[Payment], currency: str) -> tuple[Payment, ...]:
    """Those in an order's currency. All of them where none is: what they are worth in it is for a person to say."""
    told = tuple(payments)
    return tuple(payment for payment in told if payment.amount.currency == currency) or told


def left_to_refund(payments: tuple[Payment, ...], given: int, unseen: int) -> int:
    """Minor units that are left, by the payments as they were last seen and by our books, whichever is less.

    `given`: by all cases; `unseen`: how much of the case's own the payments do not show yet.
    """
    captured = sum(payment.amount.minor for payment in payments if payment.status is PaymentStatus.CAPTURED)
    return max(min(refundable(payments) - unseen, captured - given), 0)


def part_of(whole: Money, pieces: int, of: int, before: int = 0) -> int:
    """Minor units of `pieces` of the `of` equal ones that the whole is for, when `before` of them were counted earlier.

    So counted, the parts of a whole add up to it in any order and for any quantities: who comes last gets what rounding left. Each but
    the last is an amount that a card pays. After the last it begins anew: a piece that came in exchange may come back, too.
    """

    def first(count: int) -> int:
        step, (wholes, rest) = payable(whole.currency), divmod(count, of)
        return wholes * whole.minor + whole.minor * rest // of // step * step

    return first(before + min(pieces, of)) - first(before)


def most_of(whole: Money, pieces: int, of: int) -> int:
    """Minor units that `pieces` may have cost, whichever they are of the `of` that the whole is for: rounding gives some a fen more."""
    step, last = payable(whole.currency), part_of(whole, pieces, of, of - min(pieces, of))
    return max(last, -(-whole.minor * min(pieces, of) // (of * step)) * step)


def apportioned(minor: int, weights: Mapping[str, int]) -> dict[str, int]:
    """The share of each by its weight; together they are the whole."""
    shares: dict[str, int] = {}
    weight, whole = 0, sum(weights.values())
    for name, own in weights.items():
        weight += own
        shares[name] = minor * weight // whole - sum(shares.values()) if whole else 0
    return shares


def cost_of(order: Order, lines: tuple[LineQuantity, ...], taken: Mapping[str, int] = NOTHING) -> Money:
    """What was paid for these lines and quantities, `taken` pieces of each line counted earlier; without lines, for the whole order."""
    if not lines:
        return order.total
    wanted = Counter[str]()
    for line in lines:
        wanted[line.line_id] += line.quantity
    minor = sum(
        part_of(line.paid, wanted[line.line_id], line.quantity, taken.get(line.line_id, 0))
        for line in order.lines
        if wanted[line.line_id]
    )
    return Money(minor=minor, currency=order.total.currency)
