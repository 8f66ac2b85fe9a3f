"""What may be offered: the limits of an offer (RES-1, RES-3)."""

from models.base import Bilingual, Money
from models.case import CaseState
from models.offers import RemedyOffer
from models.policy import PolicySlice
from models.vocabulary import RemedyKind
from rules.money import refundable


def total(remedies: tuple[RemedyOffer, ...], currency: str) -> Money:
    """The money that an option gives back."""
    return Money(minor=sum(remedy.amount.minor for remedy in remedies if remedy.amount), currency=currency)


def currency_of(case: CaseState, policy: PolicySlice) -> str:
    return case.order.total.currency if case.order else policy.currency


def other_currency(ours: str, theirs: str) -> Bilingual:
    return Bilingual(zh=f"订单币种为 {ours}，金额币种为 {theirs}", en=f"the order is in {ours}, the amount in {theirs}")


def unfit(case: CaseState, policy: PolicySlice, remedies: tuple[RemedyOffer, ...]) -> Bilingual | None:
    """What is wrong with offering these remedies together, in a sentence; None when nothing is."""
    if case.issue is None:
        return Bilingual(zh="案件尚未分类，请先分类", en="the case has no issue yet; classify it first")
    usual = policy.issues[case.issue].remedies
    currency = currency_of(case, policy)
    for remedy in remedies:
        if remedy.kind not in usual or remedy.kind not in RemedyKind.carried_out():
            offered = [kind.value for kind in usual if kind in RemedyKind.carried_out()]
            return Bilingual(
                zh=f"{remedy.kind} 不适用于 {case.issue}；可用的有：{'、'.join(offered)}",
                en=f"{remedy.kind} is no remedy for {case.issue}; offered are: {', '.join(offered)}",
            )
        if remedy.amount is not None and remedy.amount.currency != currency:
            return other_currency(currency, remedy.amount.currency)
    amount = total(remedies, currency).minor
    if amount and not case.payments:
        return Bilingual(zh="没有已核实的付款可退", en="there is no verified payment of an order to refund")
    left = refundable(case.payments)
    if amount > left:
        return Bilingual(
            zh=f"金额 {amount} 超过订单剩余可退的 {left}（最小货币单位）",
            en=f"{amount} is more than the {left} that is left to refund on the order (minor units)",
        )
    return None
