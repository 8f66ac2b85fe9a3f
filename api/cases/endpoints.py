"""Cases over HTTP: open, list, look, follow."""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Body, Depends, Query, Request, Response

from adapters.database.case_texts import whole
from adapters.database.presence import present_on
from adapters.database.reads import Reading
from api.cases.linking import links_of
from api.cases.listing import CaseQuery, page
from api.cases.opening import Opening, open_case
from api.chargebacks.endpoints import chargebacks_of
from api.claims.endpoints import claims_of
from api.http import budgets
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, CaseId, Language, PartsOf, RequestKey
from api.http.examples import OPENINGS
from api.http.lookup import contact_of, find
from api.http.responses import LOOKING, OPENING, READING
from api.http.routes import SeenRoute
from api.http.schemas import CasePage, Links, OpenCase, Opened, TimelinePage
from api.http.timelines import TimelineReader, rows_after
from api.tax.endpoints import credit_notes_of
from models.case.desk_views import ReadKind
from models.case.state import CaseState
from models.case.views import CaseView
from models.common.base import stored
from models.common.vocabulary import Locale, Role, Stage
from rules.case.view import view_of
from rules.policy.load import slice_policy

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=SeenRoute)

NEXT_STEPS = {
    Locale.ZH: (
        "我们已记录您的问题，并保留您的原话。",
        "系统会核实订单、物流与付款，并把工单交给能解决的人。",
        "处理进展会发到您的站内信；需要您操作时，会写明截止时间。",
        "您可随时通过本工单补充说明、凭证，或撤回申请。",
    ),
    Locale.EN: (
        "We have taken your request down, in your own words.",
        "Order, shipment and payment are checked, and the case goes to whoever can solve it.",
        "Each step is told to your inbox; when we need something from you, it says by when.",
        "You may add words and evidence to this case at any time, or withdraw it.",
    ),
}


@router.post(
    "",
    status_code=201,
    summary="Open a case · 开立工单",
    responses=OPENING,
    dependencies=[Depends(check_body)],
)
async def open_(
    *,
    request: Request,
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    body: Annotated[OpenCase, Body(openapi_examples=OPENINGS)],
    response: Response,
    key: RequestKey = None,
) -> Opened:
    """Take a request down and start its case. Answers also while partners are down.

    An after-sales request for what nobody can do (cancelling what was shipped, returning what was not) is answered at once: 409 with the
    rule of `POST /v1/eligibility`, and in `allowed` the remedies that are open instead. Nothing is opened then; a complaint always is.
    201: opened; when an open case of the same order line and issue asks for something else, `beside` names it. 200: this request opened
    it before, or it joined an open case of the same customer, order line, issue and wish (`joined`).
    """
    if caller.role is Role.CUSTOMER:
        parts.budgets.take(request, budgets.OPENING, caller.actor.id)
    opening = await open_case(parts, caller, body, key, language)
    structlog.contextvars.bind_contextvars(case_id=opening.case_id)
    answer = _acknowledge(opening, language)
    response.status_code = 201 if opening.new else 200
    response.headers["Location"] = answer.status
    if opening.joined:
        parts.metrics.joined.inc()
    return answer


def _acknowledge(opening: Opening, language: Locale) -> Opened:
    own = f"/v1/cases/{opening.case_id}"
    return Opened(
        case_id=opening.case_id,
        joined=opening.joined,
        beside=opening.beside,
        status=own,
        links=Links(self=own, timeline=f"{own}/timeline", events=f"{own}/events"),
        received_at=opening.received_at,
        next_steps=NEXT_STEPS[language],
    )


@router.get("", summary="List cases · 工单列表", responses=READING)
async def list_(parts: PartsOf, caller: CallerOf, query: Annotated[CaseQuery, Query()]) -> CasePage:
    """The cases in your sight, filtered, sorted, in pages. Follow `next` until it is null."""
    async with parts.database.reading() as session:
        return await page(session, caller, query, parts.policy)


@router.get("/{case_id}", summary="Look at a case · 查看工单", responses=LOOKING)
async def show(
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    case_id: CaseId,
    live: Annotated[bool, Query(description="Ask the running case itself instead of the table.")] = False,
) -> CaseView:
    """The whole case as you may see it, with `available_actions`: what you may do now, and where to send it."""
    row = await find(parts, caller, case_id)
    if row is None or (live and row.stage != Stage.CLOSED):
        view = await parts.engine.view(case_id, caller.actor)
    else:
        now = datetime.now(UTC)
        async with parts.database.reading() as session:
            state = stored(CaseState, await whole(session, case_id, row.state))
        view = view_of(state, slice_policy(parts.policy, now), caller.actor, now, language)
    async with parts.database.reading() as session:
        claims = await claims_of(session, caller.actor, case_id)
        links = await links_of(session, caller.role, case_id)
        chargebacks = await chargebacks_of(session, caller.actor, view.order_id)
        notes = await credit_notes_of(session, caller.actor, case_id)
        there = await present_on(session, caller.role, [case_id])
    await parts.reads.remember(caller.actor, Reading(case_id, ReadKind.VIEW))
    return view.model_copy(
        update={
            "claims": claims,
            "chargebacks": chargebacks,
            "links": links,
            "credit_notes": notes,
            "present": there.get(case_id, ()),
        }
    )


@router.get("/{case_id}/timeline", summary="What happened · 工单经过", responses=LOOKING)
async def timeline(
    *,
    parts: PartsOf,
    caller: CallerOf,
    language: Language,
    case_id: CaseId,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only entries after this version.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> TimelinePage:
    """What happened so far, in order, in your language, as far as it concerns you."""
    reader = await timeline_reader(parts, caller, language, case_id)
    async with parts.database.reading() as session:
        rows = await rows_after(session, case_id, after, limit)
    more = f"/v1/cases/{case_id}/timeline?after={rows[-1].version}&limit={limit}" if len(rows) == limit else None
    return TimelinePage(entries=reader.read_all(rows), next=more)


async def timeline_reader(parts: PartsOf, caller: CallerOf, language: Language, case_id: CaseId) -> TimelineReader:
    """404 before anything is read or streamed."""
    row = await find(parts, caller, case_id)
    await parts.reads.remember(caller.actor, Reading(case_id, ReadKind.VIEW))
    state = stored(CaseState, row.state) if row else None
    return TimelineReader.of(caller, parts.policy.zone, language, state, await contact_of(parts, caller))
