"""Exchanges, reshipments and repairs over HTTP (RES-7): look, and act. The replacement itself decides what may be done."""

from typing import Any

from fastapi import APIRouter, Depends

from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, CaseId, Parts, PartsOf, RequestKey
from api.http.example_dates import ahead
from api.http.examples import Shown
from api.http.idempotency import request_id
from api.http.lookup import find
from api.http.problems import ProblemError, not_found, problem
from api.http.responses import LOOKING
from api.http.routes import SeenRoute, add_action
from models.case.actions import Act
from models.case.state import CaseState
from models.common.base import Body, stored
from models.common.vocabulary import ErrorType
from models.replacements.state import REPLACEMENT_BODIES, ReplacementAction, ReplacementState
from models.replacements.views import ReplacementView
from rules.replacements.permissions import REPLACEMENT_ROLES
from rules.replacements.view import view_of_replacement

router = APIRouter(prefix="/v1/cases/{case_id}/replacements/{remedy_id}", tags=["replacements"], route_class=SeenRoute)

SHOWN: dict[ReplacementAction, Shown] = {
    ReplacementAction.ACCEPT_ESTIMATE: Shown(
        "Agree to the repair's price · 接受维修报价", "It is paid before the repair begins.", {"version": 2}
    ),
    ReplacementAction.REFUSE_ESTIMATE: Shown(
        "Refuse the repair's price · 不接受维修报价", "The goods are sent back as they are.", {"version": 2, "reason": "价格过高"}
    ),
    ReplacementAction.CHOOSE_REFUND: Shown(
        "Do not wait for stock · 不等补货，改为退款", "While the goods are out of stock and expected again.", {"version": 2}
    ),
    ReplacementAction.DIAGNOSE: Shown(
        "Say what the workshop found · 登记检测结果",
        "Out of warranty with an estimate.",
        {"in_warranty": False, "estimate": {"minor": 4500, "currency": "CNY"}, "words": "进水，主板需更换"},
    ),
    ReplacementAction.REPAIRED: Shown("Repaired · 登记已修好", "The goods are sent back next.", {"words": "已更换主板"}),
    ReplacementAction.NOT_REPAIRABLE: Shown(
        "Not to be repaired · 登记无法修复", "Under warranty the goods are replaced.", {"words": "主板烧毁"}
    ),
    ReplacementAction.SENT: Shown(
        "Sent · 登记已发出",
        "New goods, or the customer's own from the workshop.",
        {"tracking": "SF300000000001", "carrier_id": "SF"},
    ),
    ReplacementAction.OUT_OF_STOCK: Shown(
        "Out of stock · 登记缺货",
        "Without a date the customer is offered a refund.",
        {"expected_at": ahead(7)},
    ),
}


async def _found(parts: Parts, caller: Caller, case_id: str, remedy_id: str) -> ReplacementState:
    """The replacement of a case in the caller's sight; 404 for every other."""
    row = await find(parts, caller, case_id)
    case = stored(CaseState, row.state) if row is not None else None
    remedy = next((remedy for remedy in case.remedies if remedy.id == remedy_id), None) if case else None
    if remedy is None or remedy.replacement is None:
        raise not_found()
    return remedy.replacement


@router.get("", summary="Look at a replacement or repair · 查看换货、补发或维修", responses=LOOKING)
async def show(parts: PartsOf, caller: CallerOf, case_id: CaseId, remedy_id: str) -> ReplacementView:
    """Where the goods are, what has to be paid, and what you may do now."""
    state = await _found(parts, caller, case_id, remedy_id)
    return view_of_replacement(case_id, remedy_id, state, caller.actor)


async def perform(
    parts: Parts, caller: Caller, case_id: str, remedy_id: str, action: ReplacementAction, *, body: Body, key: str | None
) -> ReplacementView:
    """Do it; the answer is the replacement after it, from the replacement itself."""
    if caller.role not in REPLACEMENT_ROLES[action]:
        raise _not_for(caller, action)
    state = await _found(parts, caller, case_id, remedy_id)
    act = Act[Any](actor=caller.actor, request_id=request_id(caller, f"{remedy_id}.{action}", key), body=body)
    try:
        after = await parts.engine.act_on(state.workflow_id, action.value, act, ReplacementState)
    except ProblemError as error:
        raise _over() if error.fault.type is ErrorType.NOT_FOUND else error from error
    return view_of_replacement(case_id, remedy_id, after, caller.actor)


def _not_for(caller: Caller, action: ReplacementAction) -> ProblemError:
    roles = ", ".join(sorted(REPLACEMENT_ROLES[action]))
    return problem(
        ErrorType.NOT_ALLOWED_FOR_ROLE,
        f"{action} is for: {roles}; not for the role {caller.role}.",
        f"{action} 仅限以下角色：{roles}；{caller.role} 无权执行。",
        rule="RES-7",
        allowed=[allowed for allowed, who in REPLACEMENT_ROLES.items() if caller.role in who],
    )


def _over() -> ProblemError:
    return problem(
        ErrorType.NOT_ALLOWED_NOW,
        "It is over; nothing can be done to it any more. The case says what came of it.",
        "换货、补发或维修已结束，无法再操作；结果请查看工单。",
        rule="RES-7",
    )


def _add(action: ReplacementAction) -> None:
    shape, shown = REPLACEMENT_BODIES[action], SHOWN[action]

    async def endpoint(
        parts: PartsOf, caller: CallerOf, case_id: CaseId, remedy_id: str, *, body: Body, key: RequestKey = None
    ) -> ReplacementView:
        return await perform(parts, caller, case_id, remedy_id, action, body=body, key=key)

    roles = ", ".join(sorted(REPLACEMENT_ROLES[action]))
    add_action(
        router,
        f"/{action.value}",
        endpoint,
        shape,
        name=f"replacement_{action.value}",
        summary=shown.summary,
        example=(shown.summary, shown.example),
        description=f"{shape.__doc__ or ''}\n\n{shown.description} For: {roles}.".strip(),
        dependencies=[Depends(check_body)],
    )


for _action in ReplacementAction:
    _add(_action)
