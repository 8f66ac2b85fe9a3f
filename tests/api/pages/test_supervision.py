"""The supervisor's and the analyst's pages: each opens for who may see it, in both languages, and does what the API does."""

import pytest

from models.common.vocabulary import Role
from tests.support.processes.pages import Visitors

SUPERVISION = ("decisions", "people", "routing")
PAGES = (
    *(f"/console/supervision/{name}" for name in SUPERVISION),
    *(f"/console/supervision/decisions?pile={pile}" for pile in ("overdue", "low_scores", "reviews", "appeals", "root_causes")),
    "/console/books/claims",
    "/console/books/differences",
    "/console/figures/reports",
    *(f"/console/figures/reports/{name}" for name in ("volume", "sla", "hours", "times", "given", "recoveries")),
    "/console/figures/scorecards?kind=team",
    "/console/figures/reviews",
    "/console/figures/improvements",
    "/console/knowledge/entries",
    "/console/knowledge/entries?q=refund",
    "/console/knowledge/lessons",
    "/console/library",
    "/console/library?q=cup&stage=closed",
    "/console/cases?overdue=true&stage=investigation",
)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_opens_for_a_supervisor(visitors: Visitors, language: str) -> None:
    sun = await visitors.signed_in(Role.SUPERVISOR, "sun")
    sun.http.headers["Accept-Language"] = language
    shown = {address: (await sun.get(address)).status for address in PAGES}
    assert {address: status for address, status in shown.items() if status != 200} == {}
