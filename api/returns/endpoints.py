"""Returns over HTTP (RES-6): look, print the label, act, list. The return itself decides what may be done (rules/returns/permissions.py)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy.sql.elements import True_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.returns.label import ReturnLabel, pdf_of
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.cursor import Cursor, Key, Order, following, instant, row_id
from api.http.dependencies import CallerOf, CaseId, Parts, PartsOf, RequestKey
from api.http.idempotency import request_id
from api.http.lookup import find, in_sight
from api.http.problems import ProblemError, not_found, problem
from api.http.responses import ACTING, LOOKING, READING
from api.http.routes import SeenRoute, add_action
from api.http.uploads import references
from api.returns.box import leading_for
from api.returns.parcels import refuse_others_parcel, refuse_second_freight
from api.returns.schemas import SHAPES, AppealWorthIn, ClaimFreightIn, InspectIn, ReducedPiecesIn
from models.case.actions import Act
from models.case.state import CaseState
from models.common.base import Body, Frozen, Identifier, stored
from models.common.vocabulary import ErrorType, Role
from models.returns.box import Join
from models.returns.state import RETURN_BODIES, BookPickup, ReturnAction, ReturnResult, ReturnStage, ReturnState, Ship
from models.returns.views import ReturnItem, ReturnPage, ReturnView
from models.tables.addresses import AddressRow
from models.tables.case import CaseRow
from models.tables.returns import ReturnRow
from rules.returns.permissions import RETURN_ROLES, allowed_with
from rules.returns.view import href, view_of_return

router = APIRouter(tags=["returns"], route_class=SeenRoute)


async def _found(parts: Parts, caller: Caller, case_id: str, remedy_id: str) -> tuple[CaseRow, ReturnState]:
    """The return of a case in the caller's sight; 404 for every other."""
    row = await find(parts, caller, case_id)
    case = stored(CaseState, row.state) if row is not None else None
    remedy = next((remedy for remedy in case.remedies if remedy.id == remedy_id), None) if case else None
    if row is None or remedy is None or remedy.return_ is None:
        raise not_found()
    return row, remedy.return_


@router.get("/v1/cases/{case_id}/returns/{remedy_id}", summary="Look at a return · 查看退货", responses=LOOKING)
async def show(parts: PartsOf, caller: CallerOf, case_id: CaseId, remedy_id: str) -> ReturnView:
    """Where the goods are, until when what has to happen, what came of the inspection, and what you may do now."""
    _, state = await _found(parts, caller, case_id, remedy_id)
    return view_of_return(case_id, remedy_id, state, caller.actor)


@router.get(
    "/v1/cases/{case_id}/returns/{remedy_id}/label",
    summary="Print the label · 打印退货面单",
    response_class=Response,
    responses={**LOOKING, 200: {"content": {"application/pdf": {}}, "description": "A PDF of 100 × 150 mm."}, 409: ACTING[409]},
)
async def label(parts: PartsOf, caller: CallerOf, case_id: CaseId, remedy_id: str) -> Response:
    """With bar codes, in Chinese and English. 409 when the return has none: book a pick-up, or use a carrier of your own."""
    row, state = await _found(parts, caller, case_id, remedy_id)
    if state.along_since is not None:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            f"These goods go in the box of the return {state.travels_with}. Print that one's label, once for the whole box.",
            f"本次退货与退货 {state.travels_with} 同箱，请打印该退货的面单，整箱只需一张。",
            rule="RES-6",
            allowed=allowed_with(state, caller.actor),
        )
    if state.label is None or state.rma is None or state.address is None:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            "This return has no label. Book a pick-up, or send the goods with a carrier of your own.",
            "本次退货没有面单，请预约上门取件或自行寄回。",
            rule="RES-6",
            allowed=allowed_with(state, caller.actor),
        )
    printed = ReturnLabel(
        case_id=case_id,
        rma=state.rma,
        tracking=state.label.tracking,
        carrier_id=state.label.carrier_id,
        order_id=str(row.order_id),
        to=state.address,
        lines=tuple(f"{line.line_id} × {line.quantity}" for line in state.lines),
    )
    named = {"Content-Disposition": f"inline; filename*=UTF-8''return-{quote(state.rma or '', safe='')}.pdf"}
    return Response(await asyncio.to_thread(pdf_of, printed), media_type="application/pdf", headers=named)


async def perform(
    parts: Parts, caller: Caller, case_id: str, remedy_id: str, action: ReturnAction, *, body: Body, key: str | None
) -> ReturnView:
    """Do it; the answer is the return after it, from the return itself."""
    if caller.role not in RETURN_ROLES[action]:
        raise _not_for(caller, action)
    row, state = await _found(parts, caller, case_id, remedy_id)
    act = Act[Any](
        actor=caller.actor,
        request_id=request_id(caller, f"{remedy_id}.{action}", key),
        body=await _resolved(parts, caller, row, state, action, body),
    )
    try:
        after = await parts.engine.act_on(state.workflow_id, action.value, act, ReturnState)
    except ProblemError as error:
        raise _over() if error.fault.type is ErrorType.NOT_FOUND else error from error
    return view_of_return(case_id, remedy_id, after, caller.actor)


async def _resolved(  # noqa: PLR0917  # who, what, on which return
    parts: Parts, caller: Caller, row: CaseRow, state: ReturnState, action: ReturnAction, body: Body
) -> Body:
    """The body as the return takes it: hashes become what was uploaded under them; an address is one of the case's customer."""
    async with parts.database.reading() as session:
        if isinstance(body, (InspectIn, AppealWorthIn)):
            pieces = {"evidence": await references(session, caller.actor, body.evidence)}
            reduced = {"reduced": await _pictured(session, caller, body.reduced)} if isinstance(body, InspectIn) else {}
            return RETURN_BODIES[action].model_validate({**body.model_dump(), **pieces, **reduced})
        if isinstance(body, ClaimFreightIn):
            if caller.role is Role.CUSTOMER:
                await refuse_second_freight(session, state)
            (receipt,) = await references(session, caller.actor, [body.receipt], "receipt")
            return RETURN_BODIES[action].model_validate({**body.model_dump(exclude={"receipt"}), "receipt": receipt})
        if isinstance(body, Ship) and caller.role is Role.CUSTOMER:
            await refuse_others_parcel(session, row, body.tracking)
        if isinstance(body, Join):
            return Join(reference=await leading_for(session, parts.policy.returns, row, state, body.reference))
        if isinstance(body, BookPickup) and body.address_id is not None:
            address = await session.get(AddressRow, body.address_id)
            if address is None or address.customer_id != row.customer_id:
                raise problem(
                    ErrorType.INVALID,
                    "address_id: the customer has no such address; store it with POST /v1/addresses first.",
                    "address_id：该顾客没有此地址，请先通过 POST /v1/addresses 保存。",
                    field="address_id",
                    rule="RES-6",
                )
    return body


async def _pictured(session: AsyncSession, caller: Caller, reduced: Sequence[ReducedPiecesIn]) -> list[dict[str, Any]]:
    """Each with its picture, which the caller uploaded. Raises ProblemError (INVALID)."""
    found = await references(session, caller.actor, [one.picture for one in reduced], "reduced.{}.picture")
    known = {piece.sha256: piece for piece in found}
    return [{**one.model_dump(), "picture": known[one.picture]} for one in reduced]


def _not_for(caller: Caller, action: ReturnAction) -> ProblemError:
    roles = ", ".join(sorted(RETURN_ROLES[action]))
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"{action} is for: {roles}; not for the role {caller.role}.",
        f"{action} 仅限以下角色：{roles}；{caller.role} 无权执行。",
        rule="RES-6",
        allowed=[allowed for allowed, who in RETURN_ROLES.items() if caller.role in who],
    )


def _over() -> ProblemError:
    return problem(
        ErrorType.NOT_ALLOWED_NOW,
        "The return is over; nothing can be done with it any more. The case says what came of it.",
        "退货已结束，无法再操作；结果请查看工单。",
        rule="RES-6",
    )


def _add(action: ReturnAction) -> None:
    shape, shown = SHAPES[action]

    async def endpoint(
        parts: PartsOf, caller: CallerOf, case_id: CaseId, remedy_id: str, *, body: Body, key: RequestKey = None
    ) -> ReturnView:
        return await perform(parts, caller, case_id, remedy_id, action, body=body, key=key)

    roles = ", ".join(sorted(RETURN_ROLES[action]))
    add_action(
        router,
        f"/v1/cases/{{case_id}}/returns/{{remedy_id}}/{action.value}",
        endpoint,
        shape,
        name=f"return_{action.value}",
        summary=shown.summary,
        example=(shown.summary, shown.example),
        description=f"{shape.__doc__ or ''}\n\n{shown.description} For: {roles}.".strip(),
        dependencies=[Depends(check_body)],
    )


for _action in ReturnAction:
    _add(_action)


LATEST_FIRST = Order(
    "returns",
    (Key(col(ReturnRow.opened_at), instant), Key(col(ReturnRow.workflow_id), row_id)),
    descending=True,
)
LISTED = [name for name in ReturnItem.model_fields if name in ReturnRow.model_fields]
COLUMNS = ("workflow_id", *LISTED)


class ReturnQuery(Frozen):
    """The list's query; `state` may be repeated."""

    state: tuple[ReturnStage, ...] = Field(default=(), max_length=10)
    result: tuple[ReturnResult, ...] = Field(default=(), max_length=10)
    merchant: Identifier | None = None
    order_id: Identifier | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


@router.get("/v1/returns", summary="List returns · 退货列表", responses=READING)
async def list_(parts: PartsOf, caller: CallerOf, query: Annotated[ReturnQuery, Query()]) -> ReturnPage:
    """The returns of the cases in your sight, the latest first, in pages. Follow `next` until it is null."""
    select_columns: Any = select
    asked, seen = select_columns(*(col(getattr(ReturnRow, name)) for name in COLUMNS)), in_sight(caller.actor)
    if not isinstance(seen, True_):  # who sees every case need not look them up
        mine: Any = select(CaseRow.case_id).where(seen)
        asked = asked.where(col(ReturnRow.case_id).in_(mine))
    if query.state:
        asked = asked.where(col(ReturnRow.stage).in_([stage.value for stage in query.state]))
    if query.result:
        asked = asked.where(col(ReturnRow.result).in_([result.value for result in query.result]))
    if query.merchant is not None:
        asked = asked.where(ReturnRow.merchant_id == query.merchant)
    if query.order_id is not None:
        asked = asked.where(ReturnRow.order_id == query.order_id)
    async with parts.database.reading() as session:
        shown = await LATEST_FIRST.page(session, asked, query.cursor, query.limit)
    given = query.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    return ReturnPage(returns=tuple(map(_item, shown.rows)), next=following("/v1/returns", given, shown.cursor))


def _item(row: Any) -> ReturnItem:  # noqa: ANN401  # a row mapping of COLUMNS
    fields: dict[str, Any] = {name: row[name] for name in LISTED}
    return ReturnItem.model_validate({**fields, "href": href(row["case_id"], row["remedy_id"])})
