"""How a refund goes back over an order's payments, and when it takes another way (RES-5)."""

from collections.abc import Mapping, Sequence

from models.case.activities import RefundIntent
from models.common.partners import Payment, ProviderRefundStatus, Refund, RefundTo
from models.policy.policy import PolicySlice
from models.remedies.remedy import RefundPart
from rules.money.refund_state import told_as


def split(minor: int, left: Mapping[str, int], payable: int = 1) -> tuple[tuple[str, int], ...] | None:
    """The share of each payment, the first ones filled first; None when all of them together hold less.

    Shares are multiples of `payable` as far as that goes: what is over, and cannot be paid by card, is a share of its own.
    """
    shares: list[tuple[str, int]] = []
    holding, missing = dict(left), minor
    for step in (payable, 1):
        for payment_id, holds in holding.items():
            if share := min(missing, holds) // step * step:
                shares.append((payment_id, share))
                holding[payment_id] -= share
                missing -= share
    return None if missing else tuple(shares)


def as_told(part: RefundPart, refund: Refund) -> RefundPart:
    """The part as the provider says that it is. With another amount than was asked for it has been taken, and has not arrived."""
    other = refund.amount if is_other_amount(part, refund) else None
    status = ProviderRefundStatus.ACCEPTED if other else refund.status
    change = {
        "refund_status": told_as(status, part.refund_status),
        "other_amount": other,
        "refund_id": refund.refund_id,
        "refusal": refund.refusal,
        "refusal_code": refund.refusal_code,
    }
    return part.model_copy(update=change)


def is_other_amount(part: RefundPart, refund: Refund) -> bool:
    """Whether it arrived with another amount than was asked for."""
    return refund.status is ProviderRefundStatus.ARRIVED and refund.amount != part.amount


def with_news(payments: Sequence[Payment], refund: Refund) -> tuple[Payment, ...]:
    """The payments with what the provider tells of one refund by itself, as if it had listed them anew."""
    return tuple(
        payment.model_copy(
            update={"refunds": (*(known for known in payment.refunds if known.refund_id != refund.refund_id), refund)}
        )
        if (payment.payment_id, payment.order_id) == (refund.payment_id, refund.order_id)
        else payment
        for payment in payments
    )


def to_balance(parts: Sequence[RefundPart], policy: PolicySlice) -> bool:
    """Whether what was refused goes to the customer's balance by itself: every refusal says that the first way is closed for good."""
    refused = [part for part in parts if part.refused]
    return bool(refused) and all(
        part.to is RefundTo.ORIGINAL and part.refusal_code in policy.refund_to_balance and not stays(part, policy)
        for part in refused
    )


def stays(part: RefundPart, policy: PolicySlice) -> bool:
    """Whether its money goes back to its payment method and nowhere else (RES-16)."""
    return part.method in policy.refund_only_back


def may_go_to_bank(parts: Sequence[RefundPart], policy: PolicySlice) -> bool:
    """Whether a person may send what was refused to an account at a bank: no other way is open for it (RES-16)."""
    refused = [part for part in parts if part.refused]
    return bool(refused) and all(
        part.to is RefundTo.BANK_ACCOUNT or part.refusal_code in policy.refund_to_bank for part in refused
    )


def only_back(intent: RefundIntent) -> set[str]:
    """The payments of which this refund may give nothing: their money goes back to them alone (RES-16)."""
    if intent.to is RefundTo.ORIGINAL:
        return set()
    return {payment.payment_id for payment in intent.payments if payment.method in intent.only_back}
