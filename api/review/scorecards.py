"""Scorecards (RVW-2): merchants, products, carriers, agents and teams beside their peers."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from adapters.database.review import case_counts, week_counts
from api.http.auth import Caller
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.periods import OpenedFrom, OpenedTo, period_of
from api.http.responses import READING
from api.http.routes import SeenRoute
from models.common.base import Identifier
from models.common.vocabulary import Role
from models.review.counts import Member
from models.review.scorecards import ScorecardKind, Scorecards
from rules.review.scorecards import flagged, scorecards, standings, trends

router = APIRouter(prefix="/v1/scorecards", tags=["reviews"], route_class=SeenRoute)

USUALLY = timedelta(weeks=13)
"""Of a period that is not given: up to yesterday."""
READERS = {
    ScorecardKind.MERCHANT: Role.platform() | {Role.ANALYST, Role.MERCHANT},
    ScorecardKind.PRODUCT: Role.platform() | {Role.ANALYST, Role.MERCHANT},
    ScorecardKind.CARRIER: Role.platform() | {Role.ANALYST, Role.CARRIER},
    ScorecardKind.AGENT: Role.platform() | {Role.ANALYST},
    ScorecardKind.TEAM: Role.platform() | {Role.ANALYST},
}


@router.get("/{kind}", summary="Scorecards · 评分卡", responses=READING)
async def list_scorecards(
    parts: PartsOf,
    caller: CallerOf,
    kind: ScorecardKind,
    *,
    opened_from: OpenedFrom = None,
    opened_to: OpenedTo = None,
    id: Annotated[  # noqa: A002  # the caller's word
        Identifier | None, Query(description="One member's card, with its weeks.")
    ] = None,
    flagged_only: Annotated[bool, Query(alias="flagged")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Scorecards:
    """How often something went wrong, with the interval of each rate (Wilson, 95 %) and what peers have in the same kinds of cases.

    Flagged is who is above its peers by an exact test at the policy's false discovery rate, and by enough to matter. The flagged come first, then
    the others by id, which is no ranking; `small` are too few cases to say anything. Merchants and carriers see their own, agents theirs and
    their teams'.
    """
    only_for(caller, READERS[kind])
    period = period_of(opened_from, opened_to, ZoneInfo(parts.policy.zone), USUALLY)
    async with parts.database.reading() as session:
        counts = await case_counts(session, kind, period, parts.policy.currency)
        known = standings(kind, counts, parts.policy.review.scorecards)
        members = frozenset(one.member for one in counts)
        seen = _seen(caller, kind, members)
        if id is not None:
            seen = frozenset(member for member in seen if member[-1] == id)
        above = flagged(known)
        if flagged_only:
            seen &= above
        followed = seen if id is not None else seen & above
        weeks = await week_counts(session, kind, period, followed) if followed else []
    trend = trends(kind, weeks, period.since, -(-period.days // 7))
    cards = scorecards(kind, counts, known, trend, only=seen, with_weeks=id is not None)
    return Scorecards(
        kind=kind,
        opened_from=period.since,
        opened_to=period.until,
        currency=parts.policy.currency,
        members=len(seen),
        cards=tuple(cards[:limit]),
    )


def _seen(caller: Caller, kind: ScorecardKind, members: frozenset[Member]) -> frozenset[Member]:
    """Whose cards the caller may see."""
    match kind, caller.role:
        case _, Role.MERCHANT | Role.CARRIER:
            return frozenset(member for member in members if member[0] == caller.actor.id)
        case ScorecardKind.TEAM, Role.AGENT:
            return frozenset(member for member in members if member[0] in caller.actor.teams)
        case ScorecardKind.AGENT, Role.AGENT:
            return frozenset(member for member in members if member[0] == caller.actor.id)
        case _:
            return members
