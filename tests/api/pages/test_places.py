"""No supervisor and no analyst needs the API by hand: each route of their areas has its place in the console, or a reason why not."""

import ast
from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute

from api import knowledge, people, reconciliation, revocations, unanswered
from api.cases import root_causes, routing
from api.chargebacks import endpoints as chargebacks
from api.claims import endpoints as claims
from api.library import endpoints as library
from api.library import lessons
from api.reports import endpoints as reports
from api.review import improvements, reviews, scorecards
from settings import ROOT

ROUTERS: tuple[Any, ...] = (
    *(people.teams, people.agents, revocations.router, routing.router, knowledge.router, unanswered.router),
    *(reconciliation.router, reconciliation.scans, claims.router, chargebacks.router, root_causes.router, root_causes.catalogue),
    *(library.router, lessons.router, reports.router, improvements.router, reviews.router, scorecards.router),
)
UNDER_ANOTHER_NAME = {
    "show": "report_of",
    **dict.fromkeys((f"claim_{one}" for one in claims.ClaimAction), "perform"),
    **dict.fromkeys((f"chargeback_{one}" for one in chargebacks.ChargebackAction), "perform"),
}
"""Routes that pages reach by the function that does their work."""
WITHOUT_A_PLACE = {
    "page": "opened by a link, without an account; the review's page makes the link",
    "pdf": "the same",
    "merge_root_cause": "done once when the catalogue is changed, with the policy that changes it",
}


def routes() -> Iterator[tuple[str, str]]:
    """Name and address of each."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route.name, route.path


def called() -> set[str]:
    """Every function that pages call, by its name."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "api/pages").rglob("*.py"))
    calls = [node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.attr if isinstance(call, ast.Attribute) else ast.unparse(call) for call in calls}


def test_every_route_of_these_areas_has_a_page_or_a_reason() -> None:
    reached = called()
    without = {name: path for name, path in routes() if UNDER_ANOTHER_NAME.get(name, name) not in reached}
    assert without.keys() - WITHOUT_A_PLACE.keys() == set(), without


def test_no_reason_is_given_for_a_route_that_there_is_not() -> None:
    assert WITHOUT_A_PLACE.keys() - {name for name, _ in routes()} == set()
