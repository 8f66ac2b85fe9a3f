"""Which cases the page lists: one's own, a team's queue, a saved view, or whatever fits the filters of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from api.cases import endpoints as cases
from api.cases import queues
from api.cases.clocks import clocks_of
from api.cases.listing import CaseQuery, Sort
from api.desk import views
from api.desk.views import SavedView, ViewCount
from api.http.problems import not_found
from api.http.schemas import CaseItem
from api.pages.page import Page
from models.case.views import ClockView
from models.common.base import Identifier, stored
from models.common.vocabulary import Role, Stage
from rules.policy.load import slice_policy

HERE = "/console/queue"
MINE: Mapping[str, Any] = {"mine": True, "snoozed": False, "stage": sorted(Stage.open_stages()), "sort": Sort.DEADLINE}
"""What is listed when nothing is asked for."""


class QueueQuery(CaseQuery):
    """The query of the page: of the list of cases, or instead a saved `view`, or the `queue` of a team, of it only what is `free`."""

    view: Identifier | None = None
    queue: Identifier | None = None
    free: bool = False

    @property
    def own(self) -> frozenset[str]:
        """Which filters are given."""
        return frozenset(self.model_fields_set - {"view", "queue", "free", "sort", "limit", "cursor"})


@dataclass(frozen=True)
class Listed:
    """A page of cases. `query`: the filters by which they were found; None: it is a team's queue."""

    cases: Sequence[CaseItem]
    query: CaseQuery | None
    more: str | None
    """Where the next page is."""
    view: SavedView | None = None


@dataclass(frozen=True)
class Beside:
    """What the page shows beside its cases."""

    views: Sequence[SavedView]
    counts: Mapping[str, ViewCount]
    clocks: Mapping[str, Sequence[ClockView]]


def teams_of(page: Page) -> Sequence[str]:
    """Those whose queues the caller sees."""
    return page.caller.actor.teams if page.caller.role is Role.AGENT else tuple(page.parts.policy.teams)


async def listed(page: Page, query: QueueQuery, saved: Sequence[SavedView]) -> Listed:
    """The cases that are asked for. Raises ProblemError for a team or view that is not the caller's."""
    parts, caller = page.parts, page.caller
    if query.queue is not None:
        asked = queues.queue(parts, caller, query.queue, free=query.free, limit=query.limit, cursor=query.cursor)
        shown = await page.ask(asked)
        return Listed(shown.cases, None, _more(page, shown.next))
    view = _chosen(saved, query.view)
    wanted = _wanted(query, view)
    shown = await page.ask(cases.list_(parts, caller, wanted))
    return Listed(shown.cases, wanted, _more(page, shown.next), view)


async def beside(page: Page, saved: Sequence[SavedView], shown: Sequence[CaseItem]) -> Beside:
    """The views with how many cases each has, and the promises of the cases that are shown."""
    now = datetime.now(UTC)
    counts = (
        await page.ask(views.count_views(page.parts, page.caller, tuple(one.id for one in saved[: views.AT_ONCE])))
        if saved
        else ()
    )
    async with page.parts.database.reading() as session:
        clocks = await clocks_of(session, [case.case_id for case in shown], slice_policy(page.parts.policy, now).calendars, now)
    return Beside(saved, {one.id: one for one in counts}, clocks)


def _chosen(saved: Sequence[SavedView], id_: str | None) -> SavedView | None:
    if id_ is None:
        return None
    found = next((one for one in saved if one.id == id_), None)
    if found is None:
        raise not_found()
    return found


def _wanted(query: QueueQuery, view: SavedView | None) -> CaseQuery:
    """What is sorted and how far somebody has paged is of the address, also of a saved view."""
    of_address = query.model_dump(include={"sort", "limit", "cursor"}, exclude_unset=True)
    if view is not None:
        filters = view.filters if isinstance(view.filters, dict) else {}
        return stored(CaseQuery, {**filters, "sort": view.sort, **of_address})
    if query.own:
        return stored(CaseQuery, query.model_dump(exclude_unset=True))
    return CaseQuery.model_validate({**MINE, **of_address})


def _more(page: Page, following: str | None) -> str | None:
    """The same address from the next case on."""
    cursor = parse_qs(urlsplit(following or "").query).get("cursor")
    if not cursor:
        return None
    asked = [(name, text) for name, text in page.request.query_params.multi_items() if name != "cursor"]
    return f"{HERE}?{urlencode([*asked, ('cursor', cursor[0])])}"
