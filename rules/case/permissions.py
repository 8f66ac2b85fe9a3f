"""What may be done to a case: one table of action × role × state, read by the workflow's validators and by every view alike.

A role that is not in an action's row can never do it (403); the row's `when` says whether it can be done now (409).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from models.case.actions import Act, Action
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Bilingual, Body
from models.common.errors import Fault
from models.common.vocabulary import Kind, RefundStatus, Role, Stage, Tier, WaitFor
from rules.case.appeals import may_appeal, may_decide
from rules.case.decided import SUBJECTS, decides, meanwhile
from rules.case.withdrawal import WORDS, binding
from rules.common.decided import stale
from rules.common.refusal import refusal
from rules.desk.snooze import is_snoozed, may_snooze

C, M, K, A, S = Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR
LOOKING_FOR_A_SOLUTION = frozenset({Stage.INVESTIGATION, Stage.RESOLUTION})
DISPATCHED = LOOKING_FOR_A_SOLUTION | {Stage.DISPATCH}

Test = Callable[[CaseState, Actor], bool]


@dataclass(frozen=True)
class Permission:
    """Who may do it, in which state, and the state in words for the error."""

    roles: frozenset[Role]
    when: Test
    state: Bilingual


def _open(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.open_stages()


def _graded(case: CaseState, actor: Actor) -> bool:
    return _open(case, actor) and case.grade is not None


def _waits_for(reason: WaitFor) -> Test:
    return lambda case, _: case.wait is not None and case.wait.for_ is reason


def _awaits_order(case: CaseState, _: Actor) -> bool:
    """Also while a person helps the customer to find it (WRK-6)."""
    helped = case.stage is Stage.RECEIPT and case.reply_owed_since is not None
    return case.wait is not None and (case.wait.for_ is WaitFor.ORDER_CORRECTION or helped)


def _awaits_word(case: CaseState, _: Actor) -> bool:
    """The customer has not said already, a moment ago, that it is solved; a person may owe them a reply before (WRK-6)."""
    asked_on = case.stage is Stage.FOLLOW_UP and case.closed_at is None and case.reply_owed_since is not None
    return case.wait is not None and (case.wait.for_ is WaitFor.CONFIRMATION or asked_on) and not case.confirmed


def _awaits_ruling(case: CaseState, _: Actor) -> bool:
    """Nobody has ruled a moment ago."""
    return case.wait is not None and case.wait.for_ is WaitFor.ARBITRATION and case.arbitration


def _asked(case: CaseState, actor: Actor) -> bool:
    return any(request.of.value == actor.role.value and request.recipient == actor.id for request in case.open_requests)


def _unsolved(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.before_follow_up() and not case.settled


def _dispatched_unsettled(case: CaseState, _: Actor) -> bool:
    return case.stage in DISPATCHED and not case.settled


def _can_rise(case: CaseState, actor: Actor) -> bool:
    return _dispatched_unsettled(case, actor) and case.tier is not Tier.SUPERVISOR


def _can_take(case: CaseState, actor: Actor) -> bool:
    free = case.handler is None or case.handler.id != actor.id
    return case.stage in Stage.open_stages() and free and (case.tier is not Tier.SUPERVISOR or actor.role is Role.SUPERVISOR)


def _holds_the_case(case: CaseState, actor: Actor) -> bool:
    """A merchant while the case is the merchant's; the platform's people once it is theirs, a supervisor always."""
    if actor.role is Role.SUPERVISOR:
        return True
    return (case.tier is Tier.MERCHANT) is (actor.role is Role.MERCHANT)


def _can_hand_on(case: CaseState, actor: Actor) -> bool:
    mine = case.handler is not None and case.handler.id == actor.id
    return case.stage in Stage.open_stages() and case.transfer is None and (mine or actor.role is Role.SUPERVISOR)


def _can_assign(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.open_stages() and case.tier is not Tier.SUPERVISOR


def _offered(case: CaseState, actor: Actor) -> bool:
    """Offered to the actor by name, or to a team of theirs; a supervisor may always step in."""
    offer = case.transfer
    if offer is None or offer.by.is_(actor):
        return False
    of_the_team = offer.to is None and offer.team in actor.teams
    return offer.to == actor.id or of_the_team or actor.role is Role.SUPERVISOR


def _answer_shown(case: CaseState, _: Actor) -> bool:
    return case.suggestion is not None and case.suggestion.helped is None and case.stage in Stage.before_follow_up()


def _can_propose(case: CaseState, actor: Actor) -> bool:
    return (
        case.kind is not Kind.INQUIRY
        and case.stage in LOOKING_FOR_A_SOLUTION
        and not case.settled
        and not case.arbitration
        and case.standing_proposal is None
        and _holds_the_case(case, actor)
    )


def _can_reply(case: CaseState, actor: Actor) -> bool:
    return case.stage in Stage.open_stages() and _holds_the_case(case, actor)


def _awaits_approval(case: CaseState, actor: Actor) -> bool:
    proposal = case.standing_proposal
    return proposal is not None and proposal.needs_approval and proposal.by.id != actor.id


def _on_the_table(case: CaseState, _: Actor) -> bool:
    proposal = case.standing_proposal
    return case.stage is Stage.RESOLUTION and proposal is not None and not proposal.needs_approval


def _refund_failed(case: CaseState, _: Actor) -> bool:
    return any(remedy.refund_status is RefundStatus.FAILED for remedy in case.remedies if remedy.refund_owed)


def _can_withdraw(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.before_follow_up() and case.outcome is None and binding(case) is None


def _can_ask(case: CaseState, actor: Actor) -> bool:
    """The platform's people whenever they look for a solution; a party one thing at a time, while it talks with the other (RES-2)."""
    if actor.role in Role.platform():
        return _dispatched_unsettled(case, actor)
    waiting = any(request.by.role is actor.role for request in case.open_requests)
    return case.stage in LOOKING_FOR_A_SOLUTION and not case.settled and case.order is not None and not waiting


def _to_be_reviewed(case: CaseState, _: Actor) -> bool:
    return case.review is not None and case.review.agrees is None


def _can_rate(case: CaseState, _: Actor) -> bool:
    return case.survey is None and case.stage in {Stage.FOLLOW_UP, Stage.CLOSED}


AT_THE_DESK = Permission(
    frozenset({A, S}),
    lambda _case, _actor: True,
    Bilingual(zh="案件最终关闭之前", en="until the case is closed for good"),
)
REFUND_FAILED = Permission(frozenset({A, S}), _refund_failed, Bilingual(zh="有退款失败时", en="while a refund has failed"))
IS_OFFERED = Permission(
    frozenset({A, S}),
    _offered,
    Bilingual(zh="案件正转交给您或您的团队时", en="while the case is offered to you or your team"),
)
AWAITS_APPROVAL = Permission(
    frozenset({S}),
    _awaits_approval,
    Bilingual(zh="他人的方案等待审批时", en="while another person's proposal awaits approval"),
)
AWAITS_CONFIRMATION = Permission(
    frozenset({C}),
    _awaits_word,
    Bilingual(zh="等待顾客确认时", en="while the case waits for the customer's confirmation"),
)
PERMISSIONS: dict[Action, Permission] = {
    Action.ADD_WORDS: Permission(frozenset({C, M, K, A, S}), _open, Bilingual(zh="案件处理中", en="while the case is open")),
    Action.CORRECT_ORDER: Permission(
        frozenset({C, A, S}),
        _awaits_order,
        Bilingual(zh="等待更正订单号时", en="while the case waits for the right order"),
    ),
    Action.ANSWER: Permission(
        frozenset({C, M, K}), _asked, Bilingual(zh="有待您答复的询问时", en="while a request to you is open")
    ),
    Action.CLASSIFY: Permission(
        frozenset({A, S}), _unsolved, Bilingual(zh="处理方案确定之前", en="until a solution was decided")
    ),
    Action.SET_PRIORITY: Permission(
        frozenset({A, S}),
        _graded,
        Bilingual(zh="案件处理中且已定级时", en="while the case is open and has a priority"),
    ),
    Action.TAKE: Permission(
        frozenset({A, S}),
        _can_take,
        Bilingual(zh="案件处理中且不由您负责时", en="while the case is open and somebody else's or nobody's"),
    ),
    Action.TRANSFER: Permission(
        frozenset({A, S}),
        _can_hand_on,
        Bilingual(zh="案件由您负责且尚未提出转交时", en="while the case is open, yours, and not offered to anybody"),
    ),
    Action.ACCEPT_TRANSFER: IS_OFFERED,
    Action.DECLINE_TRANSFER: IS_OFFERED,
    Action.HELPED: Permission(
        frozenset({C}), _answer_shown, Bilingual(zh="推荐答案等待您反馈时", en="while a suggested answer waits for your feedback")
    ),
    Action.ESCALATE: Permission(
        frozenset({C, M, A}),
        _can_rise,
        Bilingual(zh="分派后、方案确定前且尚未到主管时", en="between dispatch and a decision, below the supervisor"),
    ),
    Action.REPLY: Permission(
        frozenset({M, A, S}),
        _can_reply,
        Bilingual(zh="案件处理中且由您一方负责时", en="while the case is open and yours to handle"),
    ),
    Action.ASK: Permission(
        frozenset({C, M, A, S}),
        _can_ask,
        Bilingual(
            zh="分派后、方案确定前（买卖双方每次一项）",
            en="between dispatch and a decision; for customer and merchant one thing at a time",
        ),
    ),
    Action.FIND: Permission(
        frozenset({A, S}), _dispatched_unsettled, Bilingual(zh="分派后、方案确定前", en="between dispatch and a decision")
    ),
    Action.PROPOSE: Permission(
        frozenset({M, A, S}),
        _can_propose,
        Bilingual(
            zh="正在寻求方案、没有待选方案且由您一方负责时",
            en="while a solution is looked for, none is on the table, and the case is yours to handle",
        ),
    ),
    Action.APPROVE: AWAITS_APPROVAL,
    Action.DECLINE: AWAITS_APPROVAL,
    Action.ACCEPT: Permission(
        frozenset({C}), _on_the_table, Bilingual(zh="有待您选择的方案时", en="while a proposal is on the table")
    ),
    Action.REJECT: Permission(
        frozenset({C}), _on_the_table, Bilingual(zh="有待您选择的方案时", en="while a proposal is on the table")
    ),
    Action.COUNTER: Permission(
        frozenset({C}), _on_the_table, Bilingual(zh="有待您选择的方案时", en="while a proposal is on the table")
    ),
    Action.ARBITRATE: Permission(
        frozenset({S}), _awaits_ruling, Bilingual(zh="等待裁定时", en="while the case waits for a ruling")
    ),
    Action.APPEAL: Permission(
        frozenset({C, M, K}),
        may_appeal,
        Bilingual(
            zh="您被认定为责任方、处理决定作出后的申诉期内，每方限一次",
            en="once for each party, after the decision, while the finding names it and the time to appeal runs",
        ),
    ),
    Action.DECIDE_APPEAL: Permission(
        frozenset({S}),
        may_decide,
        Bilingual(zh="有待裁决的申诉且责任并非由您认定时", en="while an appeal against another person's finding is open"),
    ),
    Action.REVIEW: Permission(
        frozenset({S}),
        _to_be_reviewed,
        Bilingual(zh="自动处理决定待复核时", en="while a decision without a person waits for review"),
    ),
    Action.NOTE: AT_THE_DESK,
    Action.TAG: AT_THE_DESK,
    Action.WATCH: AT_THE_DESK,
    Action.UNWATCH: AT_THE_DESK,
    Action.SNOOZE: Permission(
        frozenset({A, S}),
        may_snooze,
        Bilingual(zh="案件处理中且由您负责或无人负责时", en="while the case is open, and yours or nobody's"),
    ),
    Action.UNSNOOZE: Permission(frozenset({A, S}), is_snoozed, Bilingual(zh="案件被搁置时", en="while the case is snoozed")),
    Action.ASSIGN: Permission(
        frozenset({S}), _can_assign, Bilingual(zh="案件处理中且尚未到主管时", en="while the case is open, below the supervisor")
    ),
    Action.CLOSE: Permission(
        frozenset({A, S}),
        lambda case, actor: _can_withdraw(case, actor) and _holds_the_case(case, actor),
        Bilingual(zh="案件由平台处理且仍可撤回时", en="while the case is yours to handle and could still be withdrawn"),
    ),
    Action.RETRY_REFUND: REFUND_FAILED,
    Action.RECORD_REFUND: REFUND_FAILED,
    Action.CONFIRM: AWAITS_CONFIRMATION,
    Action.DISPUTE: AWAITS_CONFIRMATION,
    Action.RATE: Permission(frozenset({C}), _can_rate, Bilingual(zh="问题解决后，限一次", en="once, after the case was solved")),
    Action.WITHDRAW: Permission(
        frozenset({C, A, S}),
        _can_withdraw,
        Bilingual(
            zh="退款、商家收下退货、寄出新商品、开始维修或变更订单之前",
            en="until money moves, goods that came back are accepted, others are sent, a repair begins, or the order is changed",
        ),
    ),
    Action.REOPEN: Permission(
        frozenset({C, A, S}),
        _waits_for(WaitFor.REOPENING),
        Bilingual(zh="关闭后的可重启期限内", en="while a closed case may still be reopened"),
    ),
}

ROLES: dict[Action, frozenset[Role]] = {action: permission.roles for action, permission in PERMISSIONS.items()}


WHILE_LEAVING = frozenset(
    {Action.ADD_WORDS, Action.RATE, Action.REVIEW, Action.NOTE, Action.TAG, Action.WATCH, Action.UNWATCH, Action.SET_PRIORITY}
)
"""What may still be done when the case was sent to another stage: it does not matter to where the case goes."""


def allowed_actions(case: CaseState, actor: Actor) -> tuple[Action, ...]:
    """What the actor, a party of the case, may do now.

    Whoever acts first wins: while the case is on its way to where somebody sent it, nobody sends it elsewhere.
    """
    return tuple(
        action
        for action, permission in PERMISSIONS.items()
        if actor.role in permission.roles
        and (case.next_stage is None or action in WHILE_LEAVING)
        and permission.when(case, actor)
    )


def overtaken(case: CaseState, act: Act[Body], action: Action) -> Fault | None:
    """WRK-5: the actor decides on something else than what stands now. None: go ahead."""
    if action not in SUBJECTS:
        return None
    became = partial(SUBJECTS[action].became, case, act.actor)
    return stale(act, PERMISSIONS[action], decides(case, action), became, allowed_actions(case, act.actor))


def forbidden(case: CaseState, actor: Actor, action: Action) -> Fault | None:
    """Why the actor may not do this: not with this role, or not now. None: go ahead."""
    now = Bilingual(zh=f"案件当前阶段为 {case.stage}", en=f"The case is at {case.stage}")
    if case.next_stage is not None:
        now = Bilingual(zh=f"案件正转入 {case.next_stage}", en=f"Somebody has just sent the case to {case.next_stage}")
    elif action is Action.WITHDRAW and (bound := binding(case)) is not None:
        now = WORDS[bound]
    elif (said := meanwhile(case, action, actor)) is not None:
        now = Bilingual(zh=f"{now.zh}；{said.zh}", en=f"{now.en}; {said.en}")
    return refusal(action, PERMISSIONS[action], actor, allowed_actions(case, actor), now, "stage × role → actions")
