"""Scorecards: merchants, products, carriers, agents and teams beside their peers; each share leads to its cases."""

from datetime import date, datetime, time
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from api.http.dependencies import only_for
from api.pages.navigation import INSIDE
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from api.review import scorecards
from models.common.base import Frozen, Identifier
from models.review.scorecards import Measure, Scorecard, ScorecardKind, Scorecards

router = APIRouter(prefix="/console/figures/scorecards", route_class=PageRoute, include_in_schema=False)

FILTERS = {
    ScorecardKind.MERCHANT: "merchant_id",
    ScorecardKind.PRODUCT: "product",
    ScorecardKind.CARRIER: "carrier_id",
    ScorecardKind.AGENT: "agent",
    ScorecardKind.TEAM: "team",
}
"""How the list of cases looks for a member."""
COUNTS = {
    Measure.REOPENED: "reopened",
    Measure.DISPUTED: "disputed",
    Measure.MISSED: "missed",
    Measure.DISSATISFIED: "unhappy",
}
"""What the cases of a measure count as there. Who is at fault has a name of its own for each kind."""
AT_FAULT = {
    ScorecardKind.MERCHANT: "merchant_at_fault",
    ScorecardKind.PRODUCT: "merchant_at_fault",
    ScorecardKind.CARRIER: "carrier_at_fault",
}


class Asked(Frozen):
    """Whose cards."""

    kind: ScorecardKind = ScorecardKind.MERCHANT
    opened_from: date | None = None
    opened_to: date | None = None
    id: Identifier | None = None
    flagged: bool = False


@router.get("")
async def show(page: PageOf) -> Response:
    """The flagged first; one member's card with its weeks."""
    only_for(page.caller, INSIDE)
    asked = page.asked(Asked)
    found = await page.ask(
        scorecards.list_scorecards(
            page.parts,
            page.caller,
            asked.kind,
            opened_from=asked.opened_from,
            opened_to=asked.opened_to,
            id=asked.id,
            flagged_only=asked.flagged,
            limit=100,
        )
    )
    return page.show(
        "figures/scorecards.html",
        found=found,
        asked=asked,
        kinds=tuple(ScorecardKind),
        behind=partial(_behind, page, found),
    )


def _behind(page: Page, found: Scorecards, card: Scorecard, measure: Measure | None = None) -> str:
    """Where the cases of a card are listed, or those in which a measure happened."""
    zone = ZoneInfo(page.parts.policy.zone)
    days = {"opened_from": found.opened_from, "opened_to": found.opened_to}
    asked = {name: datetime.combine(day, time(0), zone).isoformat() for name, day in days.items()}
    asked |= {FILTERS[found.kind]: card.id} | ({"merchant_id": card.merchant_id} if card.merchant_id else {})
    if measure is not None:
        asked["counts_as"] = COUNTS.get(measure) or AT_FAULT[found.kind]
    return f"/console/cases?{urlencode(asked)}"
