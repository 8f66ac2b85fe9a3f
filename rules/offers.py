"""An offer as it is laid out before the customer (RES-2): its steps, how long it takes, and who pays the freight (RES-8)."""

from collections.abc import Sequence
from datetime import datetime

from models.case import CaseState
from models.offers import Option, OptionOffer, RemedyOffer
from models.policy import PolicySlice
from models.vocabulary import Issue, Party, RemedyKind


def lay_out(policy: PolicySlice, case: CaseState, offer: OptionOffer, now: datetime) -> Option:
    """The option with everything that follows from its remedies."""
    return Option(remedies=offer.remedies, why=offer.why, freight=freight_of(policy, case, offer.remedies))


def freight_of(policy: PolicySlice, case: CaseState, remedies: Sequence[RemedyOffer]) -> Party | None:
    """RES-8: whoever is liable; the customer for a return without a reason. None: no goods travel."""
    if not any(remedy.kind in RemedyKind.of_goods() - {RemedyKind.ORDER_CANCELLED} for remedy in remedies):
        return None
    if case.issue is Issue.NO_REASON_RETURN:
        return Party.CUSTOMER
    return case.finding.party if case.finding and case.finding.party is not Party.NONE else Party.MERCHANT
