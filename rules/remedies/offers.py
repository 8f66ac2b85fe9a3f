"""An offer as it is laid out before the customer (RES-2): its steps, how long it takes, and who pays the freight (RES-8)."""

from collections.abc import Sequence
from datetime import timedelta

from models.case.state import CaseState
from models.common.base import Bilingual, Money
from models.common.vocabulary import Party
from models.policy.policy import PolicySlice
from models.remedies.offers import Option, OptionOffer, RemedyOffer
from models.remedies.table import REMEDIES
from rules.facts.liability import decisive
from rules.facts.parcels import lines_in_question
from rules.money.bonus import with_bonus
from rules.money.methods import with_wished_method
from rules.remedies.ask import Ask
from rules.remedies.freight import freight_most, freight_row
from rules.remedies.restocking import kept_of


def lay_out(policy: PolicySlice, case: CaseState, offer: OptionOffer) -> Option:
    """The option with everything that follows from its remedies: they go side by side, so that the longest says how long it takes."""
    remedies = tuple(_with_fee(policy, case, _with_its_lines(policy, case, remedy)) for remedy in offer.remedies)
    remedies = with_bonus(policy, remedies)
    courses = [policy.eligibility.courses[kind] for kind in dict.fromkeys(remedy.kind for remedy in remedies)]
    payer, why = _freight(policy, case, offer.remedies)
    return Option(
        remedies=remedies,
        why=offer.why,
        steps=tuple(step for course in courses for step in course.steps),
        within=max((course.within for course in courses), default=timedelta(0)),
        freight=payer,
        freight_why=why,
        freight_most=most_deducted(policy, case, payer),
        restocking_why=policy.eligibility.restocking.why
        if policy.eligibility.restocking and any(one.restocking and one.restocking.minor for one in remedies)
        else None,
    )


def _with_its_lines(policy: PolicySlice, case: CaseState, remedy: RemedyOffer) -> RemedyOffer:
    """A remedy for lost goods that names no lines is about what lay in the lost parcel: it says so, for that parcel may be found again.

    Money goes the way that the customer wished for.
    """
    remedy = with_wished_method(case, remedy, policy.refund_only_back)
    lines, spec = lines_in_question(case), REMEDIES[remedy.kind]
    of_goods = (spec.refunds or spec.takes_pieces) and not spec.changes
    implied = of_goods and not remedy.lines and lines != case.receipt.lines
    return remedy.model_copy(update={"lines": lines}) if implied else remedy


def _with_fee(policy: PolicySlice, case: CaseState, remedy: RemedyOffer) -> RemedyOffer:
    """With what is kept of a refund by the policy, where the offer says nothing else (RES-13)."""
    if case.order is None or remedy.restocking is not None:
        return remedy
    return remedy.model_copy(update={"restocking": kept_of(Ask.of(case, policy), remedy.kind, remedy.lines, remedy.amount)})


def most_deducted(policy: PolicySlice, case: CaseState, payer: Party | None) -> Money | None:
    """RES-8: what a customer who pays the freight is told that our label or pick-up costs at most."""
    return None if case.order is None else freight_most(policy, payer, case.order.total.currency)


def freight_of(policy: PolicySlice, case: CaseState, remedies: Sequence[RemedyOffer]) -> Party | None:
    """RES-8: who pays for goods that travel, by the policy's table; None: none do."""
    return _freight(policy, case, remedies)[0]


def _freight(policy: PolicySlice, case: CaseState, remedies: Sequence[RemedyOffer]) -> tuple[Party | None, Bilingual | None]:
    if not any(REMEDIES[remedy.kind].travels for remedy in remedies):
        return None, None
    finding = case.finding if decisive(policy, case.finding) else None
    row, payer = freight_row(policy, case.issue, finding, case.order.region if case.order else None)
    return payer, row.why
