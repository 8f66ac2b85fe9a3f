"""Every form of the console, by the address that it is sent to: with names in braces for what it is about, and each action by itself."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from fastapi.routing import APIRoute

from api.desk.bulk import IN_BULK
from api.pages.cases.actions import DOABLE, Doable, Idea
from api.pages.endpoints import router
from api.pages.supervision.decisions import PILES
from models.case.desk_views import DraftKind
from models.chargebacks.actions import ChargebackAction

OF_CASES = "/console/cases/{rest:path}"
"""Where the forms of a case's page are sent to; which these are is in the table of its actions."""
CLAIMS = "/console/books/claims/{claim_id}/{action}"
ONE_OF: Mapping[str, Iterable[tuple[str, ...]]] = {
    CLAIMS: [(name,) for idea, name in DOABLE if idea is Idea.CLAIM],
    "/console/books/chargebacks/{chargeback_id}/{action}": [(one.value,) for one in ChargebackAction],
    "/console/queue/bulk/{action}": [(one.value,) for one in IN_BULK],
    "/console/cases/{case_id}/drafts/{kind}": [(one.value,) for one in DraftKind],
    "/console/supervision/decisions/{pile}/{case_id}/{action}": [
        (pile, action.value) for pile, one in PILES.items() for action in one.decided_by
    ],
}
"""Addresses of several forms: what `{pile}`, `{action}` and `{kind}` may be."""
WHICH = re.compile(r"\{(?:pile|action|kind)\}")


@cache
def forms() -> frozenset[str]:
    """All of them."""
    return frozenset(form for route in _posts() for form in _forms(route.path)) | of_cases().keys()


@cache
def of_cases() -> Mapping[str, Doable]:
    """Those of a case's page."""
    return {_of_case(one): one for one in DOABLE.values()}


def form_at(address: str, fields: Mapping[str, Any]) -> str | None:
    """Which form is sent to this address; None: none of the console's. A form with files names its address in a field."""
    path = str(fields.get("_to", address)).partition("?")[0]
    fitting = [form for form in forms() if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", form), path)]
    return min(fitting, key=lambda form: form.count("{"), default=None)


def _posts() -> Iterator[APIRoute]:
    for included in router.routes:
        of: Any = included
        for route in of.original_router.routes:
            if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
                yield route


def _forms(path: str) -> Iterator[str]:
    if path == OF_CASES:
        return
    for words in ONE_OF[path] if WHICH.search(path) else [()]:
        named = iter(words)
        yield WHICH.sub(lambda _, named=named: next(named), path)


def _of_case(one: Doable) -> str:
    about = "" if one.idea is Idea.CASE else f"/{one.idea}/{{{one.idea.removesuffix('s')}_id}}"
    return f"/console/cases/{{case_id}}{about}/{one.action}"
