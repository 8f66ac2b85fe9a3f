"""Requests to be forgotten over HTTP (ARC-3): by the customer, with their own token; two supervisors agree, a worker carries them out."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import take_turns
from adapters.erasure.standing import is_held, is_over
from adapters.erasure.tables import TURN, to_forget
from api.http.auth import LOCAL_ISSUER, Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, Parts, PartsOf, only_for
from api.http.problems import not_found, problem
from api.http.responses import ALWAYS, OWN, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Words
from models.common.vocabulary import ErrorType, Role
from models.erasure.views import Approved, ErasurePreview, ErasureState, ErasureView
from models.tables.case import CaseRow
from models.tables.erasure import ErasureRequestRow, LegalHoldRow

router = APIRouter(prefix="/v1/erasure-requests", tags=["forgetting"], route_class=SeenRoute)

CUSTOMERS = frozenset({Role.CUSTOMER})
SUPERVISORS = frozenset({Role.SUPERVISOR})
EITHER = CUSTOMERS | SUPERVISORS
APPROVALS = 2
"""By so many different persons."""
AT_MOST = 500
RULE = "ARC-3"
DECIDING = problems(*ALWAYS, 404, 409)
REASON = {"tax": {"value": {"reason": "The invoice is kept for the tax office."}}}
RequestId = Annotated[str, Path(max_length=100, description="The request's id.", examples=["5f2c9a7b1d3e4f60"])]


class Refusal(Frozen):
    """Why the customer is not forgotten; they read it."""

    reason: Words


@router.post("", status_code=201, summary="Ask to be forgotten · 申请删除个人信息", responses=DECIDING)
async def ask(parts: PartsOf, caller: CallerOf) -> ErasureView:
    """For yourself, with your own token: it proves who you are. Two people of the platform agree first, and cases that are not over are ended
    before. Amounts of money stay in the books, without your name.
    """
    only_for(caller, CUSTOMERS)
    customer = caller.actor.id
    async with parts.database.writing() as session:
        await take_turns(session, TURN)
        if (open_one := await _open_of(session, customer)) is not None:
            raise problem(
                ErrorType.NOT_ALLOWED_NOW,
                f"You have asked already: your request {open_one} is looked at or carried out.",
                f"您已提交过申请 {open_one}，请等待处理。",
                rule=RULE,
            )
        await _refuse_held(session, customer)
        if not any(one.items for one in await to_forget(session, await _cases_of(session, customer), customer)):
            raise problem(
                ErrorType.NOT_FOUND, "There is nothing of yours to be forgotten.", "没有可删除的您的个人信息。", rule=RULE
            )
        row = ErasureRequestRow(
            request_id=secrets.token_hex(8),
            customer_id=customer,
            state=ErasureState.REQUESTED,
            proof=f"{parts.settings.jwt_issuer or LOCAL_ISSUER} {caller.token_id or '-'}",
            requested_at=datetime.now(UTC),
            approvals=[],
        )
        session.add(row)
        await session.flush()
        return await _shown(session, row)


@router.get("", summary="Requests to be forgotten · 删除申请", responses=READING)
async def list_requests(
    parts: PartsOf,
    caller: CallerOf,
    state: Annotated[ErasureState | None, Query(description="Only those in this state.")] = None,
) -> tuple[ErasureView, ...]:
    """The newest first, 500 at most: a customer's own, a supervisor's all."""
    only_for(caller, EITHER)
    chosen = select(ErasureRequestRow).order_by(col(ErasureRequestRow.requested_at).desc()).limit(AT_MOST)
    if caller.role is Role.CUSTOMER:
        chosen = chosen.where(ErasureRequestRow.customer_id == caller.actor.id)
    if state is not None:
        chosen = chosen.where(ErasureRequestRow.state == state.value)
    async with parts.database.reading() as session:
        return tuple([await _shown(session, row) for row in (await session.exec(chosen)).all()])


@router.get("/{request_id}", summary="What is forgotten · 删除预览", responses=OWN)
async def preview(parts: PartsOf, caller: CallerOf, request_id: RequestId) -> ErasurePreview:
    """The request with how much goes from each store, as it stands now; and what it waits for."""
    only_for(caller, EITHER)
    async with parts.database.reading() as session:
        row = await _row(session, caller, request_id)
        cases = await _cases_of(session, row.customer_id)
        goes = await to_forget(session, cases, row.customer_id) if row.state in ErasureState.open() else ()
        return ErasurePreview(**dict(await _shown(session, row)), goes=goes)


@router.post("/{request_id}/approve", summary="Agree to a request · 同意删除", responses=DECIDING)
async def approve(parts: PartsOf, caller: CallerOf, request_id: RequestId) -> ErasureView:
    """Two different supervisors agree; then it is carried out, as soon as no case of the customer is open."""
    only_for(caller, SUPERVISORS)
    async with parts.database.writing() as session:
        await take_turns(session, TURN)
        row = await _row(session, caller, request_id)
        _refuse_closed(row, ErasureState.REQUESTED)
        await _refuse_held(session, row.customer_id)
        by = caller.actor.id
        if any(one["by"] == by for one in row.approvals):
            raise problem(
                ErrorType.NOT_ALLOWED_NOW,
                f"You, {by}, have agreed already; another supervisor has to.",
                f"您（{by}）已同意，须由另一位主管同意。",
                rule=RULE,
            )
        row.approvals = [*row.approvals, {"by": by, "at": datetime.now(UTC).isoformat()}]
        if len(row.approvals) == APPROVALS:
            row.state = ErasureState.APPROVED
        session.add(row)
        await session.flush()
        return await _shown(session, row)


@router.post(
    "/{request_id}/refuse", summary="Refuse a request · 拒绝删除", responses=DECIDING, dependencies=[Depends(check_body)]
)
async def refuse(
    parts: PartsOf,
    caller: CallerOf,
    request_id: RequestId,
    body: Annotated[Refusal, Body(openapi_examples=REASON)],  # pyright: ignore[reportArgumentType]
) -> ErasureView:
    """While nothing of it is carried out. The customer reads why, and may ask again."""
    only_for(caller, SUPERVISORS)
    return await _close(parts, caller, request_id, ErasureState.REFUSED, body.reason)


@router.post("/{request_id}/withdraw", summary="Take a request back · 撤回删除申请", responses=DECIDING)
async def withdraw(parts: PartsOf, caller: CallerOf, request_id: RequestId) -> ErasureView:
    """Your own, while nothing of it is carried out."""
    only_for(caller, CUSTOMERS)
    return await _close(parts, caller, request_id, ErasureState.WITHDRAWN, None)


async def _close(parts: Parts, caller: Caller, request_id: str, state: ErasureState, reason: str | None) -> ErasureView:
    async with parts.database.writing() as session:
        await take_turns(session, TURN)
        row = await _row(session, caller, request_id)
        _refuse_closed(row, *ErasureState.open())
        begun = select(CaseRow.case_id).where(CaseRow.customer_id == row.customer_id, col(CaseRow.erasing_since).is_not(None))
        if row.state == ErasureState.APPROVED and (await session.exec(begun.limit(1))).first() is not None:
            raise problem(
                ErrorType.NOT_ALLOWED_NOW,
                "It is being carried out already.",
                "已开始删除，不能再更改。",
                rule=RULE,
            )
        row.state, row.reason, row.closed_at, row.closed_by = state, reason, datetime.now(UTC), caller.actor.id
        if caller.role is Role.CUSTOMER:
            row.closed_by = Role.CUSTOMER.value
        session.add(row)
        await session.flush()
        return await _shown(session, row)


async def _row(session: AsyncSession, caller: Caller, request_id: str) -> ErasureRequestRow:
    row = await session.get(ErasureRequestRow, request_id)
    if row is None or (caller.role is Role.CUSTOMER and row.customer_id != caller.actor.id):
        raise not_found()
    return row


async def _open_of(session: AsyncSession, customer: str) -> str | None:
    asked = select(ErasureRequestRow.request_id).where(
        ErasureRequestRow.customer_id == customer, col(ErasureRequestRow.state).in_(ErasureState.open())
    )
    return (await session.exec(asked)).first()


async def _cases_of(session: AsyncSession, customer: str) -> tuple[str, ...]:
    asked = select(CaseRow.case_id).where(CaseRow.customer_id == customer).order_by(CaseRow.case_id)
    return tuple((await session.exec(asked)).all())


async def _is_held(session: AsyncSession, customer: str) -> bool:
    case = select(CaseRow.case_id).where(CaseRow.customer_id == customer, is_held())
    whole = select(LegalHoldRow.hold_id).where(LegalHoldRow.customer_id == customer)
    return (await session.exec(case.limit(1))).first() is not None or (await session.exec(whole.limit(1))).first() is not None


async def _refuse_held(session: AsyncSession, customer: str) -> None:
    if await _is_held(session, customer):
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            "Something of this customer has to be kept for a legal reason: it can be forgotten once the hold is lifted.",
            "该顾客的部分信息因法律原因须保留，解除保留后方可删除。",
            rule=RULE,
        )


def _refuse_closed(row: ErasureRequestRow, *states: ErasureState) -> None:
    if row.state not in states:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            f"The request is {row.state}; nothing more can be decided about it.",
            f"申请状态为 {row.state}，不能再作此决定。",
            rule=RULE,
        )


async def _shown(session: AsyncSession, row: ErasureRequestRow) -> ErasureView:
    waits: tuple[str, ...] = ()
    is_open = row.state in ErasureState.open()
    if is_open:
        asked = select(CaseRow.case_id).where(
            CaseRow.customer_id == row.customer_id, ~is_over(datetime.now(UTC)), col(CaseRow.erasing_since).is_(None)
        )
        waits = tuple((await session.exec(asked.order_by(CaseRow.case_id))).all())
    shown = row.model_dump(exclude={"approvals"})
    return ErasureView(
        **shown,
        approvals=tuple(Approved.model_validate(one) for one in row.approvals),
        waits_for=waits,
        held=is_open and await _is_held(session, row.customer_id),
    )
