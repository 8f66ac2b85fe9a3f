"""What may be given: the limits of an offer, approval (RES-4), and what is due without a person (RES-10)."""

from models.base import Bilingual, Money
from models.case import CaseState
from models.offers import RemedyOffer
from models.people import Actor
from models.policy import PolicySlice
from models.vocabulary import Issue, Kind, RemedyKind, Role
from rules.facts import value_of
from rules.liability import decisive
from rules.money import cost_of, refundable


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


def needs_approval(policy: PolicySlice, by: Actor, amount: Money) -> bool:
    """RES-4: whether another person has to agree to this amount."""
    if by.role is Role.MERCHANT:
        limit = policy.approval.merchant
    elif by.role in Role.platform():
        limit = policy.approval.agent
    else:
        limit = policy.approval.automatic
    return limit is not None and amount.minor > limit


def due_without_a_person(case: CaseState, policy: PolicySlice) -> RemedyOffer | None:
    """RES-10: what the customer asks for, when the facts are decisive, the row says it is due, and it is small. Else None."""
    finding = case.finding
    if not policy.automatic.enabled or finding is None or not decisive(policy, finding) or case.kind is Kind.INQUIRY:
        return None
    row = next((row for row in policy.liability if row.id == finding.row), None)
    if (
        row is None
        or not row.automatic
        or case.order is None
        or case.issue is None
        or case.reopened
        or case.disputed
        or case.automatic_denied
    ):
        return None
    wanted = case.receipt.wanted
    kind = wanted.remedy if wanted else RemedyKind.REFUND_ONLY
    entitled = _entitlement(case)
    asked = wanted.amount if wanted and wanted.amount else entitled
    offer = RemedyOffer(kind=kind, amount=asked) if kind in RemedyKind.refunding() and asked.minor else None
    if offer is None or asked.minor > entitled.minor or asked.minor > policy.approval.automatic:
        return None
    return offer if unfit(case, policy, (offer,)) is None else None


def _entitlement(case: CaseState) -> Money:
    assert case.order is not None  # noqa: S101  # due_without_a_person asked before
    if case.issue is Issue.CHARGED_TWICE:
        duplicate = value_of(case.facts, "payment.duplicate_minor")
        return Money(minor=duplicate if isinstance(duplicate, int) else 0, currency=case.order.total.currency)
    return cost_of(case.order, case.receipt.lines)
