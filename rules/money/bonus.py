"""The bonus on store credit (RES-17): what the policy adds when the customer takes money on their balance instead of back.

It is the platform's or merchant's cost and no refund, so that the order's payments never pay it; and it goes where its money goes.
"""

from collections.abc import Iterable
from decimal import Decimal

from models.common.base import Money
from models.common.currencies import payable
from models.common.partners import RefundTo
from models.common.vocabulary import RefundStatus, RemedyKind
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from rules.common.rates import figure_in


def bonus_on(policy: PolicySlice, credit: Money) -> Money:
    """What is added to so much on the balance; nothing in a currency that the policy has no rate for."""
    bonus, step = policy.store_credit.bonus, payable(credit.currency)
    most = figure_in(policy, bonus.most_minor, credit.currency) or 0
    share = int(credit.minor * Decimal(str(bonus.share)))
    return Money(minor=min(share, most) // step * step, currency=credit.currency)


def with_bonus(policy: PolicySlice, offers: tuple[RemedyOffer, ...]) -> tuple[RemedyOffer, ...]:
    """The remedies of one solution, with the bonus on what of them goes to the balance because the customer takes it there."""
    credit = [offer.amount for offer in offers if offer.amount is not None and _to_balance(offer)]
    if not credit or any(REMEDIES[offer.kind].with_credit for offer in offers):
        return offers
    bonus = bonus_on(policy, Money(minor=sum(amount.minor for amount in credit), currency=credit[0].currency))
    return (*offers, RemedyOffer(kind=RemedyKind.CREDIT_BONUS, amount=bonus)) if bonus.minor else offers


def _to_balance(offer: RemedyOffer) -> bool:
    spec = REMEDIES[offer.kind]
    return spec.refunds and RefundTo.BALANCE in {spec.refund_to, offer.method}


def bonus_due(policy: PolicySlice, remedies: Iterable[Remedy], bonus: Remedy) -> Money:
    """What of an agreed bonus is due by now: on what has arrived on the balance of the money it was agreed on with, and no more than agreed."""
    assert bonus.amount is not None  # noqa: S101  # it was offered with one
    there = sum(
        part.amount.minor
        for remedy in remedies
        if goes_with(bonus, remedy)
        for part in remedy.parts
        if part.to is RefundTo.BALANCE and part.refund_status is RefundStatus.ARRIVED and not part.paid_otherwise
    )
    due = bonus_on(policy, bonus.amount.model_copy(update={"minor": there}))
    return due if due.minor < bonus.amount.minor else bonus.amount


def goes_with(bonus: Remedy, remedy: Remedy) -> bool:
    """Whether it is money that was agreed on together with the bonus, and that the customer took on the balance."""
    spec = REMEDIES[remedy.kind]
    return REMEDIES[bonus.kind].with_credit and spec.refunds and remedy.settlement == bonus.settlement
