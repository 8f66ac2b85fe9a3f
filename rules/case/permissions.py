"""What may be done to a case: one table of action × role × state, read by the workflow's validators and by every view alike.

A role that is not in an action's row can never do it (403); the row's `when` says whether it can be done now (409).
"""

from dataclasses import dataclass
from functools import partial

from models.case.actions import Act, Action
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Bilingual, Body
from models.common.errors import Fault
from models.common.vocabulary import Role, WaitFor
from rules.case import conditions
from rules.case.appeals import may_appeal, may_decide
from rules.case.conditions import Test
from rules.case.decided import SUBJECTS, decides, meanwhile
from rules.case.merging import elsewhere, may_be_merged, may_be_unmerged
from rules.case.splitting import may_be_split
from rules.case.withdrawal import WORDS, binding
from rules.common.decided import stale
from rules.common.refusal import refusal
from rules.desk.snooze import is_snoozed, may_snooze
from rules.desk.undo import may_undo

C, M, K, A, S = Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR


@dataclass(frozen=True)
class Permission:
    """Who may do it, in which state, and the state in words for the error."""

    roles: frozenset[Role]
    when: Test
    state: Bilingual


AT_THE_DESK = Permission(
    frozenset({A, S}),
    lambda _case, _actor: True,
    Bilingual(zh="工单最终关闭之前", en="until the case is closed for good"),
)
REFUND_FAILED = Permission(
    frozenset({A, S}), conditions.refund_failed, Bilingual(zh="有退款失败时", en="while a refund has failed")
)
IS_OFFERED = Permission(
    frozenset({A, S}),
    conditions.is_offered,
    Bilingual(zh="工单正转交给您或您的团队时", en="while the case is offered to you or your team"),
)
AWAITS_APPROVAL = Permission(
    frozenset({S}),
    conditions.awaits_approval,
    Bilingual(zh="他人的方案等待审批时", en="while another person's proposal awaits approval"),
)
AWAITS_CONFIRMATION = Permission(
    frozenset({C}),
    conditions.awaits_word,
    Bilingual(zh="等待顾客确认时", en="while the case waits for the customer's confirmation"),
)

PERMISSIONS: dict[Action, Permission] = {
    Action.ADD_WORDS: Permission(
        frozenset({C, M, K, A, S}), conditions.is_open, Bilingual(zh="工单处理中", en="while the case is open")
    ),
    Action.CORRECT_ORDER: Permission(
        frozenset({C, A, S}),
        conditions.awaits_order,
        Bilingual(zh="等待更正订单号时", en="while the case waits for the right order"),
    ),
    Action.ANSWER: Permission(
        frozenset({C, M, K}), conditions.is_asked, Bilingual(zh="有待您答复的询问时", en="while a request to you is open")
    ),
    Action.CLASSIFY: Permission(
        frozenset({A, S}), conditions.unsolved, Bilingual(zh="处理方案确定之前", en="until a solution was decided")
    ),
    Action.SET_PRIORITY: Permission(
        frozenset({A, S}),
        conditions.is_graded,
        Bilingual(zh="工单处理中且已定级时", en="while the case is open and has a priority"),
    ),
    Action.TAKE: Permission(
        frozenset({A, S}),
        conditions.can_take,
        Bilingual(zh="工单处理中且不由您负责时", en="while the case is open and somebody else's or nobody's"),
    ),
    Action.TRANSFER: Permission(
        frozenset({A, S}),
        conditions.can_hand_on,
        Bilingual(zh="工单由您负责且尚未提出转交时", en="while the case is open, yours, and not offered to anybody"),
    ),
    Action.ACCEPT_TRANSFER: IS_OFFERED,
    Action.DECLINE_TRANSFER: IS_OFFERED,
    Action.HELPED: Permission(
        frozenset({C}),
        conditions.answer_shown,
        Bilingual(zh="推荐答案等待您反馈时", en="while a suggested answer waits for your feedback"),
    ),
    Action.ESCALATE: Permission(
        frozenset({C, M, A}),
        conditions.can_rise,
        Bilingual(zh="分派后、方案确定前且尚未到主管时", en="between dispatch and a decision, below the supervisor"),
    ),
    Action.REPLY: Permission(
        frozenset({M, A, S}),
        conditions.can_reply,
        Bilingual(zh="工单处理中且由您一方负责时", en="while the case is open and yours to handle"),
    ),
    Action.ASK: Permission(
        frozenset({C, M, A, S}),
        conditions.can_ask,
        Bilingual(
            zh="分派后、方案确定前（买卖双方每次一项）",
            en="between dispatch and a decision; for customer and merchant one thing at a time",
        ),
    ),
    Action.FIND: Permission(
        frozenset({A, S}),
        conditions.dispatched_unsettled,
        Bilingual(zh="分派后、方案确定前", en="between dispatch and a decision"),
    ),
    Action.PROPOSE: Permission(
        frozenset({M, A, S}),
        conditions.can_propose,
        Bilingual(
            zh="正在寻求方案、没有待选方案且由您一方负责时",
            en="while a solution is looked for, none is on the table, and the case is yours to handle",
        ),
    ),
    Action.APPROVE: AWAITS_APPROVAL,
    Action.DECLINE: AWAITS_APPROVAL,
    Action.ACCEPT: Permission(
        frozenset({C}), conditions.on_the_table, Bilingual(zh="有待您选择的方案时", en="while a proposal is on the table")
    ),
    Action.REJECT: Permission(
        frozenset({C}), conditions.on_the_table, Bilingual(zh="有待您选择的方案时", en="while a proposal is on the table")
    ),
    Action.COUNTER: Permission(
        frozenset({C}), conditions.on_the_table, Bilingual(zh="有待您选择的方案时", en="while a proposal is on the table")
    ),
    Action.ARBITRATE: Permission(
        frozenset({S}), conditions.awaits_ruling, Bilingual(zh="等待裁定时", en="while the case waits for a ruling")
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
        conditions.to_be_reviewed,
        Bilingual(zh="自动处理决定待复核时", en="while a decision without a person waits for review"),
    ),
    Action.NOTE: AT_THE_DESK,
    Action.TAG: AT_THE_DESK,
    Action.WATCH: AT_THE_DESK,
    Action.UNWATCH: AT_THE_DESK,
    Action.SNOOZE: Permission(
        frozenset({A, S}),
        may_snooze,
        Bilingual(zh="工单处理中且由您负责或无人负责时", en="while the case is open, and yours or nobody's"),
    ),
    Action.UNSNOOZE: Permission(frozenset({A, S}), is_snoozed, Bilingual(zh="工单被搁置时", en="while the case is snoozed")),
    Action.UNDO: Permission(
        frozenset({A, S}),
        may_undo,
        Bilingual(zh="您刚发送的内容仍可撤回时", en="while something that you sent may still be taken back"),
    ),
    Action.ASSIGN: Permission(
        frozenset({S}),
        conditions.can_assign,
        Bilingual(zh="工单处理中且尚未到主管时", en="while the case is open, below the supervisor"),
    ),
    Action.CLOSE: Permission(
        frozenset({A, S}),
        lambda case, actor: conditions.can_withdraw(case, actor) and conditions.holds_the_case(case, actor),
        Bilingual(zh="工单由平台处理且仍可撤回时", en="while the case is yours to handle and could still be withdrawn"),
    ),
    Action.MERGE: Permission(
        frozenset({A, S}),
        may_be_merged,
        Bilingual(
            zh="处理方案确定之前且尚未给出任何补救时", en="until it was decided what is to be done, and while nothing was given"
        ),
    ),
    Action.UNMERGE: Permission(
        frozenset({A, S}),
        may_be_unmerged,
        Bilingual(zh="工单并入其他工单后的可重启期限内", en="while a case that was merged may still be taken up again"),
    ),
    Action.SPLIT: Permission(
        frozenset({A, S}),
        may_be_split,
        Bilingual(
            zh="后续回访之前，且工单涉及订单的多个商品行时",
            en="until follow-up, while the case is about several lines of an order that is known",
        ),
    ),
    Action.LINK: AT_THE_DESK,
    Action.UNLINK: AT_THE_DESK,
    Action.RETRY_REFUND: REFUND_FAILED,
    Action.RECORD_REFUND: REFUND_FAILED,
    Action.CONFIRM: AWAITS_CONFIRMATION,
    Action.DISPUTE: AWAITS_CONFIRMATION,
    Action.RATE: Permission(
        frozenset({C}), conditions.can_rate, Bilingual(zh="问题解决后，限一次", en="once, after the case was solved")
    ),
    Action.WITHDRAW: Permission(
        frozenset({C, A, S}),
        conditions.can_withdraw,
        Bilingual(
            zh="退款、商家收下退货、寄出新商品、开始维修或变更订单之前",
            en="until money moves, goods that came back are accepted, others are sent, a repair begins, or the order is changed",
        ),
    ),
    Action.REOPEN: Permission(
        frozenset({C, A, S}),
        conditions.waits_for(WaitFor.REOPENING),
        Bilingual(zh="关闭后的可重启期限内", en="while a closed case may still be reopened"),
    ),
}

ROLES: dict[Action, frozenset[Role]] = {action: permission.roles for action, permission in PERMISSIONS.items()}


WHILE_LEAVING = frozenset(
    {
        Action.ADD_WORDS,
        Action.RATE,
        Action.REVIEW,
        Action.NOTE,
        Action.TAG,
        Action.WATCH,
        Action.UNWATCH,
        Action.LINK,
        Action.UNLINK,
        Action.SET_PRIORITY,
    }
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
        and (case.merged is None or action is Action.UNMERGE)
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
    if case.merged is not None and actor.role in PERMISSIONS[action].roles and action not in allowed_actions(case, actor):
        return elsewhere(case.merged, action).model_copy(update={"allowed": allowed_actions(case, actor)})
    now = Bilingual(zh=f"工单当前阶段为 {case.stage}", en=f"The case is at {case.stage}")
    if case.next_stage is not None:
        now = Bilingual(zh=f"工单正转入 {case.next_stage}", en=f"Somebody has just sent the case to {case.next_stage}")
    elif action is Action.WITHDRAW and (bound := binding(case)) is not None:
        now = WORDS[bound]
    elif (said := meanwhile(case, action, actor)) is not None:
        now = Bilingual(zh=f"{now.zh}；{said.zh}", en=f"{now.en}; {said.en}")
    return refusal(action, PERMISSIONS[action], actor, allowed_actions(case, actor), now, "stage × role → actions")
