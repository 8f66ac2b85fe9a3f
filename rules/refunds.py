"""How a refund goes back over an order's payments (RES-5): never more than is left, exact to the minor unit."""

from collections.abc import Mapping, Sequence

from models.partners import Payment, PaymentStatus, RefundStatus
from models.remedies import RefundPart
from models.vocabulary import Reimbursement


def left_on(payments: Sequence[Payment], currency: str, ours: Sequence[RefundPart]) -> dict[str, int]:
    """Minor units that each captured payment in that currency still holds, in the order of the payments.

    `ours` are the refunds that any of our cases set aside; those that failed do not count. The provider's own list adds what else
    went back, and what went back although we took it for failed.
    """
    standing = [part for part in ours if part.reimbursement is not Reimbursement.FAILED]
    counted = {part.key for part in standing}
    left: dict[str, int] = {}
    for payment in payments:
        if payment.status is PaymentStatus.CAPTURED and payment.amount.currency == currency:
            here = sum(part.amount.minor for part in standing if part.payment_id == payment.payment_id)
            elsewhere = sum(
                refund.amount.minor
                for refund in payment.refunds
                if refund.status is not RefundStatus.REFUSED and refund.key not in counted
            )
            left[payment.payment_id] = max(payment.amount.minor - here - elsewhere, 0)
    return left


def split(minor: int, left: Mapping[str, int]) -> dict[str, int] | None:
    """The share of each payment, the first ones filled first; None when all of them together hold less."""
    shares: dict[str, int] = {}
    missing = minor
    for payment_id, holds in left.items():
        if share := min(missing, holds):
            shares[payment_id] = share
            missing -= share
    return None if missing else shares
