"""The routing table's dry run (DSP-1): which team a case would go to, and why each row fits or not."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.http.dependencies import CallerOf, Language, PartsOf, only_for
from api.http.responses import READING
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier
from models.common.readers import Inside
from models.common.vocabulary import Issue, Kind, Priority, Role, Tier
from rules.case.routing import explain
from rules.policy.load import slice_policy

router = APIRouter(prefix="/v1/routing", tags=["people"], route_class=SeenRoute)


class RowExplained(Frozen):
    """What one row of the table makes of the case, in the caller's language."""

    id: Inside[str]
    team: Inside[str]
    tier: Inside[Tier]
    fits: Inside[bool]
    wins: Inside[bool]
    why: Inside[str]


class Explanation(Frozen):
    """Where a case would go, and the whole table with reasons."""

    row: Inside[str]
    team: Inside[str]
    team_name: Inside[str]
    tier: Inside[Tier]
    rows: Inside[tuple[RowExplained, ...]]


@router.get("/explain", summary="Who would get a case? · 工单会分给谁", responses=READING)
async def explain_(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    *,
    kind: Kind,
    issue: Issue,
    priority: Priority = Priority.P3,
    region: Annotated[Identifier | None, Query(examples=["CN-SH"])] = None,
    merchant: Annotated[Identifier | None, Query(examples=["M-1"])] = None,
) -> Explanation:
    """By the policy that new cases get. Nothing is opened."""
    only_for(caller, Role.platform() | {Role.ANALYST})
    policy = slice_policy(parts.policy, datetime.now(UTC))
    rows = explain(policy, kind=kind, issue=issue, priority=priority, region=region, merchant=merchant)
    winner = next(found.row for found in rows if found.wins)  # a table with a hole is refused at start
    return Explanation(
        row=winner.id,
        team=winner.team,
        team_name=parts.policy.teams[winner.team].in_(language),
        tier=winner.tier,
        rows=tuple(
            RowExplained(
                id=found.row.id,
                team=found.row.team,
                tier=found.row.tier,
                fits=found.fits,
                wins=found.wins,
                why=found.why.in_(language),
            )
            for found in rows
        ),
    )
