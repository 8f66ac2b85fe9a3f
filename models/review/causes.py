"""Whose doing cases were (RVW-3), and cases counted by it."""

from datetime import date
from typing import NamedTuple

from models.common.base import Frozen
from models.common.readers import Inside
from models.common.vocabulary import Issue, IssueGroup, Party

USUALLY = {
    Issue.MERCHANT_ATTITUDE: Party.MERCHANT,
    Issue.CARRIER_ATTITUDE: Party.CARRIER,
    Issue.WRONG_ITEM: Party.MERCHANT,
    Issue.MISSING_ITEM: Party.MERCHANT,
}
USUALLY_BY_GROUP = {IssueGroup.PRODUCT: Party.MERCHANT, IssueGroup.LOGISTICS: Party.CARRIER}


class Cause(Frozen):
    """Whose doing cases were, as far as it is known: one merchant's, one carrier's in one region, one team's."""

    party: Inside[Party]
    who: Inside[str | None] = None
    issue: Inside[Issue | None] = None
    region: Inside[str | None] = None
    """Of a carrier's: where the parcels went."""

    def covers(self, other: "Cause") -> bool:
        """Whether it is the same, or a member's or region's part of this one."""
        same = (self.party, self.issue) == (other.party, other.issue)
        return same and self.who in {None, other.who} and self.region in {None, other.region}

    def __hash__(self) -> int:
        return hash((self.party, self.who, self.issue, self.region))


class CauseCount(NamedTuple):
    """So many cases of a week with the same cause, and what they cost. `goods`: the category of what was bought."""

    week: date
    cause: Cause
    goods: str | None
    cases: int
    cost_minor: int


def cause_of(
    found: Party | None, issue: Issue | None, *, merchant: str | None, carrier: str | None, region: str | None, team: str | None
) -> Cause | None:
    """Whose doing a case is counted as: as it was found, else whoever usually stands behind such an issue. None: the customer's, or nobody's."""
    party = found or usual_party(issue)
    match party:
        case Party.MERCHANT:
            return Cause(party=party, who=merchant, issue=issue)
        case Party.CARRIER:
            return Cause(party=party, who=carrier, issue=issue, region=region)
        case Party.PLATFORM | Party.SHARED:
            return Cause(party=Party.PLATFORM, who=team, issue=issue)
        case _:
            return None


def usual_party(issue: Issue | None) -> Party:
    if issue is None:
        return Party.PLATFORM
    return USUALLY.get(issue) or USUALLY_BY_GROUP.get(issue.group, Party.PLATFORM)
