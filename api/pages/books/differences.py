"""Differences between our books and the partners': listed, explained, resolved; and comparing them now."""

from fastapi import APIRouter, Response

from api import reconciliation
from api.http.dependencies import only_for
from api.http.problems import ProblemError
from api.pages.forms import FormOf
from api.pages.navigation import INSIDE
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from models.common.base import Frozen, Identifier
from models.common.vocabulary import ErrorType, Role
from models.reconciliation.difference import Decision, DifferenceKind, DifferenceState
from models.reconciliation.scan import Scan

router = APIRouter(prefix="/console/books/differences", route_class=PageRoute, include_in_schema=False)

HERE = "/console/books/differences"
AT_ONCE = 50


class Asked(Frozen):
    """Which differences."""

    state: DifferenceState | None = DifferenceState.OPEN
    kind: DifferenceKind | None = None
    order_id: Identifier | None = None
    case_id: Identifier | None = None
    after: Identifier | None = None
    all: bool = False
    """In whatever state."""


@router.get("")
async def list_differences(page: PageOf) -> Response:
    """The open ones, what our books and the partner's say side by side."""
    only_for(page.caller, INSIDE)
    asked = page.asked(Asked)
    found = await page.ask(
        reconciliation.list_differences(
            page.parts,
            page.caller,
            state=None if asked.all else asked.state,
            kind=asked.kind,
            order_id=asked.order_id,
            case_id=asked.case_id,
            after=asked.after,
            limit=AT_ONCE,
        )
    )
    return page.show(
        "books/differences.html",
        found=found,
        asked=asked,
        scan=await _last_scan(page),
        kinds=tuple(DifferenceKind),
        states=tuple(DifferenceState),
        decisions=tuple(Decision),
    )


@router.post("/{difference_id}/resolve")
async def resolve(page: PageOf, form: FormOf, difference_id: reconciliation.DifferenceId) -> Response:
    """Accepted as it was shown, with a note; of a parcel that turned up, with who keeps what."""
    body = form.into(reconciliation.Resolve)
    await page.ask(reconciliation.resolve_difference(page.parts, page.caller, difference_id, body))
    return page.to(form.page, "differences.resolved", difference=difference_id)


@router.post("/scan")
async def scan(page: PageOf, form: FormOf) -> Response:
    """Compare now instead of at night."""
    await page.ask(reconciliation.reconcile(page.parts, page.caller))
    return page.to(form.page, "differences.comparing")


async def _last_scan(page: Page) -> Scan | None:
    """None: nobody has asked for one, or it is not the reader's to see."""
    if page.caller.role is not Role.SUPERVISOR:
        return None
    try:
        return await page.ask(reconciliation.last_scan(page.parts, page.caller))
    except ProblemError as error:
        if error.fault.type is ErrorType.NOT_FOUND:
            return None
        raise
