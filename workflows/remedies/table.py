"""What carries each kind of remedy out (RES-3), and what takes it back (RES-11). What the kinds are: `models/remedies/table.py`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from models.common.vocabulary import RemedyKind
from workflows.kit.case_context import CaseContext
from workflows.money import bonus, coupon, refund
from workflows.remedies import improvement, order_change, words
from workflows.replacements import remedy as replacement_remedy
from workflows.returns import remedy as return_remedy

CarryOut = Callable[[CaseContext, str], Awaitable[None]]
"""Carries the remedy with that id out until it is done, or until it needs a person after all (`case.settled` is False then)."""
Compensate = Callable[[CaseContext, str, str], Awaitable[tuple[str, ...]]]
"""Takes back what was done of the remedy, for that reason; names what cannot be taken back."""


@dataclass(frozen=True, slots=True)
class RemedySteps:
    """How remedies of a kind are made to happen."""

    carry_out: CarryOut
    compensate: Compensate | None = None
    """None: there is nothing to be taken back."""


STEPS: Mapping[RemedyKind, RemedySteps] = {
    RemedyKind.APOLOGY: RemedySteps(words.tell),
    RemedyKind.EXPLANATION: RemedySteps(words.tell),
    RemedyKind.ORDER_CHANGED: RemedySteps(order_change.change, order_change.compensate),
    RemedyKind.ORDER_CANCELLED: RemedySteps(order_change.cancel, order_change.compensate),
    RemedyKind.SERVICE_IMPROVEMENT: RemedySteps(improvement.begin),
    RemedyKind.COUPON: RemedySteps(coupon.issue, coupon.compensate),
    RemedyKind.REFUND_ONLY: RemedySteps(refund.pay),
    RemedyKind.STORE_CREDIT: RemedySteps(refund.pay),
    RemedyKind.CREDIT_BONUS: RemedySteps(bonus.give, bonus.compensate),
    RemedyKind.FREIGHT_REFUND: RemedySteps(refund.pay),
    RemedyKind.PRICE_ADJUSTMENT: RemedySteps(refund.pay),
    RemedyKind.RESHIP: RemedySteps(replacement_remedy.reship, replacement_remedy.compensate),
    RemedyKind.RETURN_AND_REFUND: RemedySteps(return_remedy.give_back, return_remedy.compensate),
    RemedyKind.EXCHANGE: RemedySteps(replacement_remedy.exchange, replacement_remedy.compensate),
    RemedyKind.REPAIR: RemedySteps(replacement_remedy.repair, replacement_remedy.compensate),
}
