"""Payment methods by name (RES-16): where a refund is wished to go, and what an order's payments allow."""

from collections.abc import Collection, Iterable

from models.case.state import CaseState
from models.common.base import Bilingual
from models.common.partners import Payment, PaymentStatus, RefundTo
from models.remedies.offers import RemedyOffer
from models.remedies.table import REMEDIES

RULE = "RES-16"


def refund_methods(payments: Iterable[Payment], only_back: Collection[str]) -> tuple[str, ...]:
    """By which names a refund may be wished: the methods that paid for the order, and the customer's balance.

    What was paid by methods `only_back` goes back there and nowhere else: no balance where nothing else paid.
    """
    paid = dict.fromkeys(payment.method for payment in payments if payment.status is PaymentStatus.CAPTURED)
    tied = bool(paid) and all(method in only_back for method in paid)
    return (*paid, *(() if tied else (RefundTo.BALANCE.value,)))


def method_fault(payments: Iterable[Payment], method: str | None, only_back: Collection[str]) -> Bilingual | None:
    """Why no refund goes there: money goes back to where it came from, or to the balance."""
    known = refund_methods(payments, only_back)
    if method is None or method in known:
        return None
    there = Bilingual(zh=f"退款可退至：{'、'.join(known)}", en=f"refunds go to: {', '.join(known)}")
    if method == RefundTo.BALANCE:
        return Bilingual(
            zh=f"{RULE}：该订单的付款方式只能原路退回，{there.zh}",
            en=f"{RULE}: what paid for the order goes back there and nowhere else; {there.en}",
        )
    return Bilingual(
        zh=f"{RULE}：订单没有以 {method} 支付，{there.zh}", en=f"{RULE}: nothing of the order was paid by {method}; {there.en}"
    )


def may_name_method(offer: RemedyOffer) -> bool:
    """Whether the offer's money may go one way or another."""
    spec = REMEDIES[offer.kind]
    return spec.refunds and spec.refund_to is RefundTo.ORIGINAL


def with_wished_method(case: CaseState, offer: RemedyOffer, only_back: Collection[str]) -> RemedyOffer:
    """The offer with the way that the customer wished for, where it names none itself and the wish can be fulfilled."""
    wished = case.receipt.wanted.method if case.receipt.wanted else None
    if offer.method is not None or wished is None or not may_name_method(offer):
        return offer
    if method_fault(case.payments, wished, only_back):
        return offer
    return offer.model_copy(update={"method": wished})
