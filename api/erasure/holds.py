"""Legal holds over HTTP (ARC-3): what has to be kept, whatever the policy says and whoever asks."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from pydantic import model_validator
from sqlmodel import col, select

from adapters.database.engine import take_turns
from adapters.erasure.tables import TURN
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.problems import not_found, problem
from api.http.responses import ALWAYS, OWN, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Identifier, Words, unfit
from models.common.vocabulary import ErrorType, Role
from models.erasure.views import HoldView
from models.tables.case import CaseRow, ContactRow
from models.tables.erasure import LegalHoldRow

router = APIRouter(prefix="/v1/legal-holds", tags=["forgetting"], route_class=SeenRoute)

SUPERVISORS = frozenset({Role.SUPERVISOR})
HELD = {
    "customer": {"summary": "All of a customer · 某位顾客", "value": {"customer_id": "C-1", "reason": "Lawsuit 2026-17."}},
    "case": {"summary": "One case · 单个工单", "value": {"case_id": "RD-0123456789AB", "reason": "Asked for by the regulator."}},
}


class HoldIn(Frozen):
    """A case, or everything of a customer; and why."""

    case_id: Identifier | None = None
    customer_id: Identifier | None = None
    reason: Words

    @model_validator(mode="after")
    def _names_one(self) -> "HoldIn":
        if (self.case_id is None) is (self.customer_id is None):
            raise unfit(rule="ARC-3", zh="请填写 case_id 或 customer_id 之一。", en="name either case_id or customer_id.")
        return self


@router.get("", summary="Legal holds · 法定保留", responses=READING)
async def list_holds(parts: PartsOf, caller: CallerOf) -> tuple[HoldView, ...]:
    """The newest first."""
    only_for(caller, SUPERVISORS)
    async with parts.database.reading() as session:
        rows = (await session.exec(select(LegalHoldRow).order_by(col(LegalHoldRow.at).desc()).limit(500))).all()
    return tuple(HoldView(**row.model_dump()) for row in rows)


@router.post(
    "", status_code=201, summary="Hold · 设置保留", responses=problems(*ALWAYS, 404, 409), dependencies=[Depends(check_body)]
)
async def hold(
    parts: PartsOf,
    caller: CallerOf,
    body: Annotated[HoldIn, Body(openapi_examples=HELD)],  # pyright: ignore[reportArgumentType]
) -> HoldView:
    """Nothing of it is forgotten until the hold is lifted; 409 when that has begun already."""
    only_for(caller, SUPERVISORS)
    async with parts.database.writing() as session:
        await take_turns(session, TURN)
        theirs = CaseRow.case_id == body.case_id if body.case_id is not None else CaseRow.customer_id == body.customer_id
        cases = (await session.exec(select(CaseRow.erasing_since).where(theirs))).all()
        if not cases and (body.customer_id is None or await session.get(ContactRow, body.customer_id) is None):
            raise not_found()
        if any(cases):
            raise problem(
                ErrorType.NOT_ALLOWED_NOW,
                "Too late: it is forgotten already, or being forgotten.",
                "已删除或正在删除，无法保留。",
                rule="ARC-3",
            )
        by, now = caller.actor.id, datetime.now(UTC)
        row = LegalHoldRow(hold_id=secrets.token_hex(8), by=by, at=now, **body.model_dump())
        session.add(row)
        return HoldView(**row.model_dump())


@router.delete("/{hold_id}", status_code=204, summary="Lift a hold · 解除保留", responses=OWN)
async def lift(
    parts: PartsOf, caller: CallerOf, hold_id: Annotated[str, Path(max_length=100, description="The hold's id.")]
) -> None:
    """From now on it is forgotten when its time is over, or when it was asked for."""
    only_for(caller, SUPERVISORS)
    async with parts.database.writing() as session:
        row = await session.get(LegalHoldRow, hold_id)
        if row is None:
            raise not_found()
        await session.delete(row)
