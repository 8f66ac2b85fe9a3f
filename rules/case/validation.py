"""Whether what a person sends fits the case: checked before anything changes, so that a bad action leaves nothing half-done."""

from datetime import datetime

from models.case.action_bodies import (
    Accept,
    Answer,
    AppealFinding,
    Arbitrate,
    Ask,
    Counter,
    Propose,
    RecordRefund,
    RetryRefund,
    SetPriority,
    Take,
    Transfer,
)
from models.case.actions import Act
from models.case.state import CaseState
from models.common.actors import Actor, EvidenceRef
from models.common.base import Bilingual, Body, Money
from models.common.errors import Fault
from models.common.partners import RefundTo
from models.common.vocabulary import ErrorType, RefundStatus, Role, WaitingOn
from models.investigation.findings import InformationRequest
from models.policy.policy import PolicySlice
from rules.case.appeals import too_late
from rules.common.amounts import refundable
from rules.common.evidence import too_many
from rules.common.format import minor_units, money
from rules.desk.undo import unfit_hold
from rules.money.refund import may_go_to_bank, stays
from rules.remedies.limits import currency_of, other_currency, unfit


def closed_request(case: CaseState, act: Act[Body]) -> Fault | None:
    """An answer that comes when its request is over: said before all else, for nothing but the request is wrong with it."""
    request = _request_to(case, act.actor, act.body) if isinstance(act.body, Answer) else None
    if request is None or request.open:
        return None
    said = Bilingual(
        zh=f"询问 {request.id} 已结束；工单处理期间仍可通过 add_words 补充说明",
        en=f"the request {request.id} is closed; while the case is open, add_words still reaches whoever decides",
    )
    return _conflict("request_id", "INV-2", said)


def unfit_body(case: CaseState, policy: PolicySlice, act: Act[Body], now: datetime) -> Fault | None:
    """The fault of an action's content, naming field and rule; None when it fits."""
    body = act.body
    if isinstance(body, AppealFinding):
        return _appeal(case, policy, body, now) or _crowded(case, policy, body)
    return (
        _crowded(case, policy, body)
        or _expired(case, body, now)
        or _same_priority(case, body)
        or unfit_hold(case, act)
        or _unfit(case, policy, act)
    )


def _expired(case: CaseState, body: Body, now: datetime) -> Fault | None:
    """The proposal's time has passed, although the case has not moved on yet."""
    proposal = case.standing_proposal
    if not isinstance(body, Accept) or proposal is None or proposal.until is None or now < proposal.until:
        return None
    return _conflict("option", "RES-2", Bilingual(zh="该方案已过期", en="the proposal has expired"))


def _same_priority(case: CaseState, body: Body) -> Fault | None:
    if not isinstance(body, SetPriority) or case.grade is None or body.priority is not case.grade.priority:
        return None
    said = Bilingual(zh=f"工单的优先级已是 {body.priority}", en=f"the case's priority is {body.priority} already")
    return _conflict("priority", "CLS-3", said)


def _crowded(case: CaseState, policy: PolicySlice, body: Body) -> Fault | None:
    given: tuple[EvidenceRef, ...] = getattr(body, "evidence", ())
    return too_many(case.evidence, given, policy.max_evidence) if given else None


def _unfit(case: CaseState, policy: PolicySlice, act: Act[Body]) -> Fault | None:
    match act.body:
        case Answer() as body:
            fault = _answer(case, act, body)
        case Ask() as body:
            fault = _ask(case, act.actor, body)
        case Propose() as body:
            fault = _propose(case, policy, act.actor, body)
        case Arbitrate() as body:
            fault = _invalid("remedies", "RES-2", unfit(case, policy, body.remedies, act.actor.role))
        case Accept() as body:
            fault = _accept(case, body)
        case Counter(amount=Money() as amount):
            fault = _counter(case, policy, amount)
        case Take(if_free=True) if case.handler is not None:
            fault = _conflict(
                "if_free",
                "DSP-2",
                Bilingual(
                    zh=f"工单已由 {case.handler.id} 负责；请从队列领取下一件",
                    en=f"the case is {case.handler.id}'s; ask the queue for the next one",
                ),
            )
        case Transfer() as body:
            fault = _transfer(case, act.actor, body)
        case RetryRefund() | RecordRefund() as body:
            fault = _failed_refund(case, body) or _under_way(case, body) or _other_way(case, policy, body)
        case _:
            fault = None
    return fault


def _invalid(field: str, rule: str, said: Bilingual | None) -> Fault | None:
    return Fault(type=ErrorType.INVALID, detail=said.en, detail_zh=said.zh, field=field, rule=rule) if said else None


def _conflict(field: str, rule: str, said: Bilingual) -> Fault:
    return Fault(type=ErrorType.NOT_ALLOWED_NOW, detail=said.en, detail_zh=said.zh, field=field, rule=rule)


def _transfer(case: CaseState, actor: Actor, body: Transfer) -> Fault | None:
    if body.team is None and case.team is None:
        untold = Bilingual(zh="工单尚未分到团队；请指定要转交的团队", en="no team has this case yet; name the one to hand it to")
        return _invalid("team", "DSP-4", untold)
    to_oneself = body.to is not None and body.to == actor.id
    nowhere_new = body.to is None and body.team == case.team and case.handler is None
    said = Bilingual(zh="工单已经由您负责", en="the case is yours already") if to_oneself else None
    if nowhere_new:
        said = Bilingual(zh=f"工单已在 {case.team} 组", en=f"the case is with team {case.team} already")
    return _invalid("to", "DSP-4", said)


def _answer(case: CaseState, act: Act[Body], body: Answer) -> Fault | None:
    if _request_to(case, act.actor, body) is not None:
        return None
    said = Bilingual(
        zh=f"本工单没有向您提出编号为 {body.request_id} 的询问", en=f"there is no request {body.request_id} to you on this case"
    )
    return _invalid("request_id", "INV-2", said)


def _request_to(case: CaseState, actor: Actor, body: Answer) -> InformationRequest | None:
    mine = (request for request in case.requests if request.of.value == actor.role.value and request.recipient == actor.id)
    return next((request for request in mine if request.id == body.request_id), None)


def _appeal(case: CaseState, policy: PolicySlice, body: AppealFinding, now: datetime) -> Fault | None:
    """INV-5: an appeal comes in time, and brings something new."""
    if too_late(case, policy, now):
        return _conflict("words", "INV-5", Bilingual(zh="申诉期限已过", en="the time to appeal has passed"))
    if any(piece.sha256 not in case.evidence for piece in body.evidence):
        return None
    said = Bilingual(
        zh="申诉须提交新的凭证，所附凭证工单中已有", en="an appeal needs new evidence; the case has all of this already"
    )
    return _invalid("evidence", "INV-5", said)


def _counter(case: CaseState, policy: PolicySlice, amount: Money) -> Fault | None:
    currency = currency_of(case, policy)
    if amount.currency != currency:
        return _invalid("amount.currency", "RES-2", other_currency(currency, amount.currency))
    left = refundable(case.payments)
    if not case.payments or amount.minor <= left:
        return None
    asked, rest = money(amount), minor_units(left, currency)
    said = Bilingual(
        zh=f"要求的 {asked.zh} 超过订单剩余可退的 {rest.zh}",
        en=f"{asked.en} is more than the {rest.en} that is left to refund on the order",
    )
    return _invalid("amount", "RES-5", said)


def _ask(case: CaseState, by: Actor, body: Ask) -> Fault | None:
    askable = {WaitingOn.CUSTOMER}
    if case.order is not None:
        askable.add(WaitingOn.MERCHANT)
    if case.shipments and by.role in Role.platform():
        askable.add(WaitingOn.CARRIER)
    askable.discard(WaitingOn(by.role.value) if by.role in {Role.CUSTOMER, Role.MERCHANT} else WaitingOn.NOBODY)
    if body.of in askable:
        return None
    there = sorted(askable)
    said = Bilingual(zh=f"无人可问：本工单涉及 {'、'.join(there)}", en=f"nobody to ask: this case has {', '.join(there)}")
    return _invalid("of", "INV-2", said)


def _propose(case: CaseState, policy: PolicySlice, by: Actor, body: Propose) -> Fault | None:
    for number, option in enumerate(body.options):
        fault = _invalid(f"options.{number}.remedies", "RES-3", unfit(case, policy, option.remedies, by.role))
        if fault is not None:
            return fault
    return None


def _accept(case: CaseState, body: Accept) -> Fault | None:
    proposal = case.standing_proposal
    count = len(proposal.options) if proposal else 0
    said = Bilingual(zh=f"该方案共有 {count} 个选项", en=f"the proposal has {count} option(s)")
    return None if body.option <= count else _invalid("option", "RES-2", said)


def _under_way(case: CaseState, body: RetryRefund | RecordRefund) -> Fault | None:
    """A warning before the customer has the money twice."""
    if isinstance(body, RetryRefund) or body.although_under_way:
        return None
    remedy = next(remedy for remedy in case.remedies if remedy.id == body.remedy_id)
    on_the_way = [part for part in remedy.parts if part.unsettled and part.other_amount is None]
    if not on_the_way:
        return None
    amount = minor_units(sum(part.amount.minor for part in on_the_way), on_the_way[0].amount.currency)
    said = Bilingual(
        zh=f"支付机构仍可能付出其中的 {amount.zh}（{'、'.join(part.key for part in on_the_way)}）：请先在支付机构处撤销；"
        "若确已以其他方式付清，请附 although_under_way: true",
        en=f"the payment provider may still pay {amount.en} of it ({', '.join(part.key for part in on_the_way)}): have it called off "
        "there first; if it was paid another way all the same, send although_under_way: true",
    )
    return _conflict("although_under_way", "RES-5", said)


def _other_way(case: CaseState, policy: PolicySlice, body: RetryRefund | RecordRefund) -> Fault | None:
    """Money goes back to where it came from, unless that way is closed; some of it goes nowhere else (RES-16)."""
    if isinstance(body, RecordRefund) or body.to in {None, RefundTo.ORIGINAL}:
        return None
    remedy = next(remedy for remedy in case.remedies if remedy.id == body.remedy_id)
    tied = sorted({str(part.method) for part in remedy.parts if part.refused and stays(part, policy)})
    if tied:
        said = Bilingual(
            zh=f"以 {'、'.join(tied)} 支付的款项只能原路退回：请重试 to: original，或登记线下退款",
            en=f"what was paid by {', '.join(tied)} goes back there and nowhere else: try `original` again, or record how it was paid",
        )
        return _invalid("to", "RES-16", said)
    if body.to is RefundTo.BANK_ACCOUNT and not may_go_to_bank(remedy.parts, policy):
        reasons = ", ".join(policy.refund_to_bank)
        said = Bilingual(
            zh=f"仅当原支付方式因以下原因拒绝退款时，才可改退银行账户：{reasons}",
            en=f"a refund goes to a bank account only when the way it was paid refused it for one of: {reasons}",
        )
        return _invalid("to", "RES-16", said)
    return None


def _failed_refund(case: CaseState, body: RetryRefund | RecordRefund) -> Fault | None:
    failed = [remedy.id for remedy in case.remedies if remedy.refund_status is RefundStatus.FAILED and remedy.refund_owed]
    if body.remedy_id in failed:
        return None
    said = Bilingual(
        zh=f"没有失败的退款 {body.remedy_id}；失败的有：{'、'.join(failed)}",
        en=f"no failed refund {body.remedy_id}; failed are: {', '.join(failed)}",
    )
    return _invalid("remedy_id", "RES-5", said)
