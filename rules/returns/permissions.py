"""What may be done with a return (RES-6): one table of action × role × state, read by the workflow's validators and by every view alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.case.actions import Act
from models.common.actors import Actor
from models.common.base import Bilingual, Body
from models.common.errors import Fault
from models.common.vocabulary import ErrorType, Party, Role
from models.returns.box import Join, NoRoom
from models.returns.state import (
    BookPickup,
    ClaimFreight,
    Extend,
    Inspect,
    MovePickup,
    PickupState,
    Purpose,
    ReturnAction,
    ReturnPolicy,
    ReturnStage,
    ReturnState,
    Way,
)
from models.returns.worth import RuleWorth
from rules.common.decided import named_by, stale
from rules.common.format import money
from rules.common.rates import no_rate
from rules.common.refusal import refusal
from rules.returns.box import SAID
from rules.returns.deadlines import standing_pickup
from rules.returns.worth import in_words, wrong_with

C, M, A, S = Role.CUSTOMER, Role.MERCHANT, Role.AGENT, Role.SUPERVISOR
RULE, WORTH = "RES-6", "RES-13"

Test = Callable[[ReturnState], bool]


@dataclass(frozen=True)
class Permission:
    """Who may do it, in which state, and the state in words for the error."""

    roles: frozenset[Role]
    when: Test
    state: Bilingual


def _awaiting(state: ReturnState) -> bool:
    """To be sent, and not in another return's box: there it is the other one that is sent."""
    return state.stage is ReturnStage.AWAITING and state.travels_with is None


def _may_join(state: ReturnState) -> bool:
    return _awaiting(state) and not state.companions


def _may_leave(state: ReturnState) -> bool:
    return state.stage is ReturnStage.AWAITING and state.travels_with is not None


def _pickup_stands(state: ReturnState) -> bool:
    return standing_pickup(state) is not None


def _no_pickup_stands(state: ReturnState) -> bool:
    return _awaiting(state) and not _pickup_stands(state)


def _pickup_booked(state: ReturnState) -> bool:
    return _awaiting(state) and state.pickup is not None and state.pickup.state is PickupState.BOOKED


def _own_freight(state: ReturnState) -> bool:
    under_way = state.stage in {ReturnStage.IN_TRANSIT, ReturnStage.RECEIVED} and state.travels_with is None
    return under_way and state.way is Way.OWN and state.payer is not Party.CUSTOMER and state.freight is None


def _can_come(state: ReturnState) -> bool:
    return state.stage in {ReturnStage.AWAITING, ReturnStage.IN_TRANSIT}


def _can_be_inspected(state: ReturnState) -> bool:
    there = state.stage in {ReturnStage.IN_TRANSIT, ReturnStage.RECEIVED}
    return there and state.inspection is None and state.purpose is not Purpose.REPAIR


def _worth_with_customer(state: ReturnState) -> bool:
    return state.worth is not None and state.worth.with_customer and state.stage is ReturnStage.RECEIVED


def _may_appeal(state: ReturnState) -> bool:
    return _worth_with_customer(state) and state.worth is not None and state.worth.appeal is None


def _worth_with_supervisor(state: ReturnState) -> bool:
    return state.worth is not None and state.worth.with_supervisor and state.stage is ReturnStage.RECEIVED


TO_SEND = Bilingual(zh="等待寄回商品时", en="while the goods wait to be sent back")
TO_AGREE = Bilingual(zh="折价待顾客决定时", en="while a reduced worth waits for the customer's word")

PERMISSIONS: dict[ReturnAction, Permission] = {
    ReturnAction.BOOK_PICKUP: Permission(
        frozenset({C, A, S}),
        _no_pickup_stands,
        Bilingual(zh="等待寄回且没有已预约的上门取件时", en="while the goods wait to be sent back and no pick-up is booked"),
    ),
    ReturnAction.MOVE_PICKUP: Permission(
        frozenset({C, A, S}), _pickup_booked, Bilingual(zh="已预约上门取件时", en="while a pick-up is booked")
    ),
    ReturnAction.CANCEL_PICKUP: Permission(
        frozenset({C, A, S}), _pickup_booked, Bilingual(zh="已预约上门取件时", en="while a pick-up is booked")
    ),
    ReturnAction.SHIP: Permission(
        frozenset({C, A, S}),
        _no_pickup_stands,
        Bilingual(zh="等待寄回且没有已预约的上门取件时", en="while the goods wait to be sent back and no pick-up is booked"),
    ),
    ReturnAction.CLAIM_FREIGHT: Permission(
        frozenset({C, A, S}),
        _own_freight,
        Bilingual(
            zh="自行寄回、运费应由他方承担、尚未申请且未验收时",
            en="once, for goods sent with a carrier of your own while another party pays the freight, until they are inspected",
        ),
    ),
    ReturnAction.RECEIVE: Permission(
        frozenset({M, A, S}), _can_come, Bilingual(zh="商品寄达之前", en="until the goods have come")
    ),
    ReturnAction.INSPECT: Permission(
        frozenset({M, A, S}),
        _can_be_inspected,
        Bilingual(zh="商品寄回后、尚未验收时", en="once the goods were sent, until they are inspected"),
    ),
    ReturnAction.AGREE_WORTH: Permission(frozenset({C, A, S}), _worth_with_customer, TO_AGREE),
    ReturnAction.REFUSE_WORTH: Permission(frozenset({C, A, S}), _worth_with_customer, TO_AGREE),
    ReturnAction.APPEAL_WORTH: Permission(
        frozenset({C, A, S}),
        _may_appeal,
        Bilingual(zh="折价待顾客决定且尚未申诉时", en="once, while a reduced worth waits for the customer's word"),
    ),
    ReturnAction.RULE_WORTH: Permission(
        frozenset({S}),
        _worth_with_supervisor,
        Bilingual(zh="折价申诉待裁定时", en="while an appeal against a reduced worth is open"),
    ),
    ReturnAction.EXTEND: Permission(frozenset({A, S}), _awaiting, TO_SEND),
    ReturnAction.JOIN: Permission(
        frozenset({C, A, S}),
        _may_join,
        Bilingual(
            zh="等待寄回商品、且无其他退货同箱时", en="while the goods wait to be sent back and no other return travels with them"
        ),
    ),
    ReturnAction.LEAVE: Permission(
        frozenset({C, A, S}),
        _may_leave,
        Bilingual(zh="已并入其他退货且尚未寄出时", en="while it travels with another return that was not sent yet"),
    ),
}

RETURN_ROLES: dict[ReturnAction, frozenset[Role]] = {action: permission.roles for action, permission in PERMISSIONS.items()}


def allowed_with(state: ReturnState, actor: Actor) -> tuple[ReturnAction, ...]:
    """What the actor, a party of the case, may do with the return now."""
    return tuple(action for action, may in PERMISSIONS.items() if actor.role in may.roles and may.when(state))


def fault_of(state: ReturnState, policy: ReturnPolicy, action: ReturnAction, act: Act[Body], now: datetime) -> Fault | None:
    """Why this cannot be done: not by this role, not now, or not like this. None: go ahead."""
    stands = _overtaken(state, act, action) or _forbidden(state, act.actor, action) or _own_inspection(state, act)
    return stands or _unfit(state, policy, act.body, now)


def _own_inspection(state: ReturnState, act: Act[Body]) -> Fault | None:
    """Nobody decides on an appeal against what they said themselves."""
    if not isinstance(act.body, RuleWorth) or state.inspection is None or state.inspection.by.id != act.actor.id:
        return None
    return Fault(
        type=ErrorType.NOT_ALLOWED_NOW,
        detail="You inspected these goods; another supervisor decides on the appeal.",
        detail_zh="本次验收由您完成，须由另一位主管裁定申诉。",
        rule=WORTH,
        allowed=allowed_with(state, act.actor),
    )


def _overtaken(state: ReturnState, act: Act[Body], action: ReturnAction) -> Fault | None:
    """WRK-5: the return is not any more what the actor decided on."""
    freight = money(state.freight.amount) if state.freight else Bilingual(zh="无", en="none")
    shares = ", ".join(in_words(state.worth.pieces)) if state.worth else None
    now = Bilingual(
        zh=f"顾客申请的运费：{freight.zh}；折价：{shares or '无'}",
        en=f"the freight that the customer claims is {freight.en}, the reduced worth {shares or 'none'}",
    )
    stands = named_by(type(act.body), state)
    return stale(act, PERMISSIONS[action], stands, lambda _: now, allowed_with(state, act.actor))


def _forbidden(state: ReturnState, actor: Actor, action: ReturnAction) -> Fault | None:
    now = Bilingual(zh=f"退货当前状态为 {state.stage}", en=f"The return is {state.stage}")
    return refusal(action, PERMISSIONS[action], actor, allowed_with(state, actor), now, RULE)


def _unfit(state: ReturnState, policy: ReturnPolicy, body: Body, now: datetime) -> Fault | None:
    match body:
        case BookPickup() | MovePickup():
            fault = _slot(state, policy, body, now)
        case ClaimFreight() if body.amount.currency != state.agreed.currency:
            fault = _invalid("amount.currency", f"运费须以 {state.agreed.currency} 申请", f"claim it in {state.agreed.currency}")
        case ClaimFreight() if policy.most_freight_minor is None:
            said = no_rate(state.agreed.currency)
            fault = _invalid("amount", f"{said.zh}；请联系客服", f"{said.en}; write to us with the receipt")
        case ClaimFreight() if not body.receipt.media_type.startswith(("image/", "application/pdf")):
            fault = _invalid("receipt", "收据须为图片或 PDF", "the receipt is a picture or a PDF")
        case Inspect():
            fault = _inspection(state, body)
        case Join() if body.reference == state.workflow_id:
            fault = _invalid("reference", SAID[NoRoom.ITSELF].zh, SAID[NoRoom.ITSELF].en)
        case RuleWorth():
            fault = _ruling(state, body)
        case Extend():
            fault = _extension(state, policy, body)
        case _:
            fault = None
    return fault


def _slot(state: ReturnState, policy: ReturnPolicy, body: BookPickup | MovePickup, now: datetime) -> Fault | None:
    if isinstance(body, BookPickup) and state.pickups >= policy.most_pickups:
        return Fault(
            type=ErrorType.NOT_ALLOWED_NOW,
            detail=f"a return has at most {policy.most_pickups} pick-ups; send the goods with the label or a carrier of your own",
            detail_zh=f"每次退货最多预约 {policy.most_pickups} 次上门取件；请使用退货面单或自行寄回",
            field="start",
            rule=RULE,
        )
    if body.end - body.start > policy.longest_pickup:
        hours = policy.longest_pickup // timedelta(hours=1)
        return _invalid("end", f"取件时段最长 {hours} 小时", f"a pick-up takes place within {hours} h of its start")
    if body.start <= now:
        return _invalid("start", "取件时间须在将来", "a pick-up lies in the future")
    if state.deadline is not None and body.start > state.deadline:
        last = state.deadline.isoformat()
        return _invalid("start", f"取件须在寄回期限 {last} 之前", f"a pick-up begins before the deadline of sending, {last}")
    return None


def _extension(state: ReturnState, policy: ReturnPolicy, body: Extend) -> Fault | None:
    latest = state.opened_at + policy.longest_to_send
    if state.deadline is not None and body.until <= state.deadline:
        present = state.deadline.isoformat()
        return _invalid("until", f"须晚于当前期限 {present}", f"later than the present deadline, {present}")
    if body.until > latest:
        return _invalid("until", f"最迟为 {latest.isoformat()}", f"at the latest {latest.isoformat()}")
    return None


def _inspection(state: ReturnState, body: Inspect) -> Fault | None:
    due = {line.line_id: line.quantity for line in state.lines}
    told = [line.line_id for line in body.lines]
    if sorted(told) != sorted(due):
        names = ", ".join(sorted(due))
        return _invalid("lines", f"须逐行填写，各一次：{names}", f"tell of each line of the return, once: {names}")
    for index, line in enumerate(body.lines):
        if line.pieces != due[line.line_id]:
            return _invalid(
                f"lines.{index}",
                f"{line.line_id} 应为 {due[line.line_id]} 件，填写合计 {line.pieces} 件",
                f"{line.line_id}: {due[line.line_id]} piece(s) were to come back, {line.pieces} are told of",
            )
    wrong = wrong_with(state, body.reduced, body.lines)
    return _invalid(wrong[0], wrong[1].zh, wrong[1].en, WORTH) if wrong else None


def _ruling(state: ReturnState, body: RuleWorth) -> Fault | None:
    known = [one.line_id for one in state.worth.pieces] if state.worth else []
    told = [one.line_id for one in body.shares]
    for index, line_id in enumerate(told):
        if line_id not in known or line_id in told[:index]:
            names = ", ".join(known)
            return _invalid(
                f"shares.{index}.line_id",
                f"仅限折价的商品行，各一次：{names}",
                f"name lines of reduced worth, once: {names}",
                WORTH,
            )
    return None


def _invalid(field: str, zh: str, en: str, rule: str = RULE) -> Fault:
    return Fault(type=ErrorType.INVALID, detail=f"{field}: {en}.", detail_zh=f"{field}：{zh}。", field=field, rule=rule)
