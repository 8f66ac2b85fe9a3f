"""The option that lies nearest (RES-2): what a person may propose as it is, or change."""

from models.case.state import CaseState
from models.common.base import Money
from models.common.vocabulary import RemedyKind, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import OptionOffer, RemedyOffer
from models.remedies.table import REMEDIES, Amount
from rules.remedies.ask import Ask
from rules.remedies.eligibility import entitlement, most
from rules.remedies.limits import unfit


def suggested(case: CaseState, policy: PolicySlice, by: Role) -> OptionOffer | None:
    """What the customer asks for as far as it is due, else the first remedy of the issue that is; in the customer's language.

    None: nothing is, nothing can be said yet, or only what a person has to put into words.
    """
    if case.issue is None or case.order is None:
        return None
    ask, wanted = Ask.of(case, policy), case.receipt.wanted
    usual = policy.issues[case.issue].remedies
    for kind in dict.fromkeys(((wanted.remedy,) if wanted else ()) + tuple(usual)):
        offer = _offer(case, ask, kind)
        if offer is not None and unfit(case, policy, (offer,), by) is None:
            return OptionOffer(remedies=(offer,), why=_why(case, ask, kind))
    return None


def _offer(case: CaseState, ask: Ask, kind: RemedyKind) -> RemedyOffer | None:
    spec, wanted = REMEDIES[kind], case.receipt.wanted
    own = wanted if wanted is not None and wanted.remedy is kind else None
    if spec.words or (spec.names_change and (own is None or own.change is None)):
        return None
    amount = None
    if spec.amount is Amount.REQUIRED or (spec.amount is Amount.IF_PAID and case.payments):
        limits = [most(ask, kind, ask.lines)]
        limits += [ask.left] if spec.refunds else []
        limits += [own.amount.minor] if own is not None and own.amount is not None else []
        if min(limits) <= 0:
            return None
        amount = Money(minor=min(limits), currency=ask.order.total.currency)
    return RemedyOffer(
        kind=kind,
        amount=amount,
        items=own.items if own is not None and spec.items else (),
        change=own.change if own is not None and spec.names_change else None,
    )


def _why(case: CaseState, ask: Ask, kind: RemedyKind) -> str:
    """The rule by which it is due."""
    named = {line.line_id for line in ask.lines}
    line = next(line for line in ask.order.lines if not named or line.line_id in named)
    return entitlement(ask, line, kind).reason.in_(case.receipt.locale)
