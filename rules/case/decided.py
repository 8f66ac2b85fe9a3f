"""What each decision of a case is about (WRK-5): a row for each action, read by validators, by `available_actions`, and by refusals.

A row says what stands now, as a body names it, and what became of something that a body names.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.case.actions import Action
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.decides import Named
from models.common.vocabulary import Role
from models.remedies.remedy import Proposal, Voided
from rules.case.replies import ANSWERING
from rules.case.sayings import is_private
from rules.common.decided import quoted
from rules.common.format import money

VOIDED = {
    Voided.RECLASSIFIED: Bilingual(zh="工单已重新分类", en="the case was classified anew"),
    Voided.WITHDRAWN: Bilingual(zh="工单已撤回", en="the case was withdrawn"),
    Voided.CLOSED: Bilingual(zh="工单已被客服关闭", en="the case was closed"),
    Voided.SPLIT: Bilingual(zh="部分商品已转为单独工单", en="some of its lines have a case of their own"),
    Voided.MERGED: Bilingual(zh="工单已并入其他工单", en="the case was merged into another one"),
}


@dataclass(frozen=True)
class Subject:
    """What is decided on."""

    stands: Callable[[CaseState], Named]
    """Empty: nothing."""
    became: Callable[[CaseState, Actor, Named], Bilingual]
    """What became of what is named, for that reader."""


def decides(case: CaseState, action: Action) -> Named:
    """What a body of the action names now; empty: nothing."""
    return SUBJECTS[action].stands(case) if action in SUBJECTS else {}


def meanwhile(case: CaseState, action: Action, reader: Actor) -> Bilingual | None:
    """What was said last of what the action is about: whoever comes too late for it learns what others did."""
    if action is Action.PROPOSE or SUBJECTS.get(action) in {ON_THE_TABLE, AWAITING_APPROVAL}:
        last = next(reversed(tuple(_known(case, reader))), None)
        return said_of(last, reader) if last else None
    if SUBJECTS.get(action) is TRANSFER:
        return _handed_on(case, reader, {})
    if action is Action.DECIDE_APPEAL and case.appeal is not None and not case.appeal.pending:
        return _heard(case, reader, {"appeal_id": case.appeal.id})
    return None


def _on_the_table(case: CaseState) -> Named:
    proposal = case.standing_proposal
    return {} if proposal is None or proposal.needs_approval else _named(proposal)


def _awaiting_approval(case: CaseState) -> Named:
    proposal = case.standing_proposal
    return _named(proposal) if proposal is not None and proposal.needs_approval else {}


def _named(proposal: Proposal) -> Named:
    return {"proposal_id": proposal.id, "version": proposal.version}


def _fate(case: CaseState, reader: Actor, named: Named) -> Bilingual:
    """What became of a proposal; one that the reader may not know of is none."""
    last = case.proposals[-1].id if case.proposals else None
    name = named.get("proposal_id", last)
    proposal = next((one for one in _known(case, reader) if one.id == name), None)
    return said_of(proposal, reader) if proposal else Bilingual(zh="本工单没有该方案", en="the case has no such proposal")


def _known(case: CaseState, reader: Actor) -> Iterator[Proposal]:
    """What was never before the customer is for the platform, and whoever proposed it."""
    for proposal in case.proposals:
        put = not proposal.needs_approval and proposal.declined is None
        if put or reader.role in Role.platform() or proposal.by.role is reader.role:
            yield proposal


def said_of(proposal: Proposal, reader: Actor) -> Bilingual:
    """Where a proposal stands, and what was said of it."""
    said = _standing(proposal, reader)
    match proposal:
        case Proposal(accepted=int() as option):
            said = Bilingual(zh=f"已被接受（选项 {option}）", en=f"was accepted (option {option})")
        case Proposal(refused=str() as why):
            said = Bilingual(zh=f"已被顾客拒绝：“{quoted(why)}”", en=f"was turned down by the customer: “{quoted(why)}”")
        case Proposal(declined=str() as why):
            said = Bilingual(zh=f"已被驳回：“{quoted(why)}”", en=f"was declined: “{quoted(why)}”")
        case Proposal(voided=Voided() as why):
            said = Bilingual(zh=f"已作废，{VOIDED[why].zh}", en=f"is void, for {VOIDED[why].en}")
        case Proposal(lapsed=True):
            said = Bilingual(zh="已过期", en="lapsed")
        case _:
            pass
    return Bilingual(zh=f"{proposal.id} {said.zh}", en=f"{proposal.id} {said.en}")


def _standing(proposal: Proposal, reader: Actor) -> Bilingual:
    amount = money(proposal.amount)
    if proposal.needs_approval:
        return Bilingual(zh=f"（{amount.zh}）等待审批", en=f"(of {amount.en}) awaits approval")
    approved = proposal.approved_by if reader.role in Role.platform() else None
    by = (
        Bilingual(zh=f"已由 {approved.id} 批准，", en=f"was approved by {approved.id} and ")
        if approved
        else Bilingual(zh="", en="")
    )
    why = quoted(proposal.options[0].why) if proposal.options else "—"
    return Bilingual(
        zh=f"（{amount.zh}）{by.zh}待顾客选择：“{why}”", en=f"(of {amount.en}) {by.en}is before the customer: “{why}”"
    )


def _transfer(case: CaseState) -> Named:
    return {"transfer_id": case.transfer.id} if case.transfer else {}


def _handed_on(case: CaseState, _: Actor, __: Named) -> Bilingual:
    offer = case.transfer
    if offer is not None:
        whom = offer.to or offer.team
        return Bilingual(
            zh=f"{offer.by.id} 已另行转交给 {whom}：“{quoted(offer.reason)}”",
            en=f"{offer.by.id} offers the case to {whom} anew: “{quoted(offer.reason)}”",
        )
    if case.handler is not None:
        return Bilingual(zh=f"工单现由 {case.handler.id} 负责", en=f"the case is {case.handler.id}'s now")
    return Bilingual(zh=f"转交已结束，工单在 {case.team} 组", en=f"the transfer is over, the case is with team {case.team}")


def _appeal(case: CaseState) -> Named:
    return {"appeal_id": case.appeal.id} if case.appeal is not None and case.appeal.pending else {}


def _heard(case: CaseState, _: Actor, named: Named) -> Bilingual:
    appeal = next((one for one in case.appeals if one.id == named.get("appeal_id")), None)
    if appeal is None or appeal.decided_by is None:
        return Bilingual(zh="本工单没有该申诉", en="the case has no such appeal")
    who, why = appeal.decided_by.id, quoted(appeal.reason or "—")
    if appeal.granted:
        return Bilingual(zh=f"{who} 已支持该申诉：“{why}”", en=f"{who} granted it: “{why}”")
    return Bilingual(zh=f"{who} 已驳回该申诉：“{why}”", en=f"{who} denied it: “{why}”")


def _answer(case: CaseState) -> Named:
    shown = case.suggestion
    return {"entry_id": shown.entry_id} if shown is not None and shown.helped is None else {}


def _judged(case: CaseState, _: Actor, named: Named) -> Bilingual:
    shown = case.suggestion
    if shown is None or shown.entry_id != named.get("entry_id"):
        return Bilingual(zh="当前未推荐该答案", en="that answer is not suggested")
    return Bilingual(zh="您已反馈过该答案", en="you have said whether it helped")


def _solution(case: CaseState) -> Named:
    return {"solution": case.solutions} if case.solutions else {}


def _solved_anew(case: CaseState, _: Actor, __: Named) -> Bilingual:
    return Bilingual(zh=f"工单此后又有了第 {case.solutions} 个处理结果", en=f"since then there is solution {case.solutions}")


def _talk(case: CaseState) -> Named:
    return {"seen": sum(saying.by.role in ANSWERING for saying in case.sayings)}


def _said_meanwhile(case: CaseState, reader: Actor, _: Named) -> Bilingual:
    said = (saying for saying in reversed(case.sayings) if saying.by.role in ANSWERING)
    last = next((saying for saying in said if reader.role in Role.platform() or not is_private(case, saying)), None)
    if last is None:
        return Bilingual(zh="此前还没有人答复过", en="nobody has answered so far")
    who = last.by.id if reader.role in Role.platform() else last.by.role.value
    return Bilingual(zh=f"{who} 刚刚说：“{quoted(last.words)}”", en=f"{who} has just said: “{quoted(last.words)}”")


def _held(case: CaseState) -> Named:
    return {"held_id": case.held.id} if case.held else {}


def _said_by_now(_: CaseState, __: Actor, ___: Named) -> Bilingual:
    return Bilingual(zh="该内容已发出或已撤回", en="that was sent by now, or taken back")


ON_THE_TABLE = Subject(_on_the_table, _fate)
AWAITING_APPROVAL = Subject(_awaiting_approval, _fate)
TRANSFER = Subject(_transfer, _handed_on)
SOLUTION = Subject(_solution, _solved_anew)

SUBJECTS: dict[Action, Subject] = {
    Action.ACCEPT_TRANSFER: TRANSFER,
    Action.DECLINE_TRANSFER: TRANSFER,
    Action.HELPED: Subject(_answer, _judged),
    Action.REPLY: Subject(_talk, _said_meanwhile),
    Action.UNDO: Subject(_held, _said_by_now),
    Action.APPROVE: AWAITING_APPROVAL,
    Action.DECLINE: AWAITING_APPROVAL,
    Action.ACCEPT: ON_THE_TABLE,
    Action.REJECT: ON_THE_TABLE,
    Action.COUNTER: ON_THE_TABLE,
    Action.DECIDE_APPEAL: Subject(_appeal, _heard),
    Action.CONFIRM: SOLUTION,
    Action.DISPUTE: SOLUTION,
}
