"""Who may answer a chargeback, and when (RES-12): one table of action × role × state; and a chargeback as it is seen."""

from collections.abc import Callable
from dataclasses import dataclass

from models.chargebacks.actions import CHARGEBACK_BODIES, ChargebackAction
from models.chargebacks.partner import ChargebackStatus, EvidencePack
from models.chargebacks.state import AnswerState, ChargebackState
from models.chargebacks.views import AnswerView, ChargebackActionView, ChargebackBrief, ChargebackView
from models.common.actors import Actor
from models.common.base import Bilingual, Body, Money
from models.common.decides import Decides, Named
from models.common.errors import Fault
from models.common.vocabulary import Role
from models.policy.policy import Policy
from rules.chargebacks.bookings import fees_of
from rules.chargebacks.evidence import digest_of
from rules.common.decided import not_what_stands
from rules.common.rates import figure_in
from rules.common.readers import as_seen
from rules.common.refusal import refusal

RULE = "RES-12"


@dataclass(frozen=True)
class Permission:
    """Who may do it, in which state, and that in words for the error."""

    roles: frozenset[Role]
    when: Callable[[ChargebackState, Actor], bool]
    state: Bilingual


def awaits_answer(state: ChargebackState, _: Actor) -> bool:
    """The bank waits for us, and nobody has answered or is about to."""
    free = state.answer is None or state.answer.state is AnswerState.REFUSED
    return free and state.status is ChargebackStatus.NEEDS_RESPONSE


def may_contest(state: ChargebackState, actor: Actor) -> bool:
    return awaits_answer(state, actor) and state.missed_at is None and state.order_id is not None


def of_another(state: ChargebackState, actor: Actor) -> bool:
    """Another person has proposed an answer."""
    answer = state.answer
    return state.open and answer is not None and answer.state is AnswerState.PROPOSED and not answer.by.is_(actor)


AWAITED = Bilingual(zh="支付机构等待答复、且尚未作答时", en="while the provider awaits an answer and none was given")
PROPOSED = Bilingual(zh="他人的答复等待审批时", en="while another person's answer awaits approval")
PERMISSIONS: dict[ChargebackAction, Permission] = {
    ChargebackAction.CONTEST: Permission(
        Role.platform(),
        may_contest,
        Bilingual(
            zh="支付机构规定的期限之前、尚未作答时",
            en="until the provider's deadline, while no answer was given, for an order of ours",
        ),
    ),
    ChargebackAction.ACCEPT: Permission(Role.platform(), awaits_answer, AWAITED),
    ChargebackAction.APPROVE: Permission(frozenset({Role.SUPERVISOR}), of_another, PROPOSED),
    ChargebackAction.DECLINE: Permission(frozenset({Role.SUPERVISOR}), of_another, PROPOSED),
}


def allowed_actions(state: ChargebackState, actor: Actor) -> tuple[ChargebackAction, ...]:
    """What the actor, who may see the chargeback, may do now."""
    return tuple(action for action, row in PERMISSIONS.items() if actor.role in row.roles and row.when(state, actor))


def may_see(state: ChargebackState, actor: Actor) -> bool:
    """The order's merchant, the case's team, supervisors and analysts."""
    match actor.role:
        case Role.MERCHANT:
            return state.merchant_id == actor.id
        case Role.AGENT:
            return state.team is None or state.team in actor.teams
        case Role.SUPERVISOR | Role.ANALYST | Role.SYSTEM:
            return True
        case _:
            return False


def forbidden(state: ChargebackState, actor: Actor, action: ChargebackAction) -> Fault | None:
    """Why the actor, who sees the chargeback, may not do this. None: go ahead."""
    now = Bilingual(zh=f"该拒付当前为 {state.status}", en=f"The chargeback is {state.status}")
    return refusal(action, PERMISSIONS[action], actor, allowed_actions(state, actor), now, RULE)


def overtaken(state: ChargebackState, body: Body, pack: EvidencePack | None) -> Fault | None:
    """WRK-5: what was decided on is not what stands now."""
    changed = Bilingual(zh="内容已变化", en="it has changed meanwhile")
    return not_what_stands(body, _named(type(body), state, pack), lambda _: changed)


def needs_approval(state: ChargebackState, policy: Policy) -> bool:
    """RES-4: above an agent's limit, or in a currency without a rate, another person has to agree to either answer."""
    told = state.told
    if told is None:
        return True
    most = figure_in(policy, policy.approval.agent, told.amount.currency)
    return most is None or told.amount.minor > most


def brief_of(state: ChargebackState) -> ChargebackBrief:
    told = state.told
    lost = told.lost_minor if told else 0
    return ChargebackBrief(
        chargeback_id=state.chargeback_id,
        provider=state.provider,
        provider_id=state.provider_id,
        order_id=state.order_id,
        case_id=state.case_id,
        payment_id=told.payment_id if told else None,
        phase=told.phase if told else None,
        status=state.status,
        reason=told.reason if told else None,
        amount=told.amount if told else None,
        lost=Money(minor=lost, currency=told.amount.currency) if told and lost else None,
        answer_by=told.answer_by if told else None,
        answer_state=state.answer.state if state.answer else None,
        missed=state.missed_at is not None,
        heard_at=state.heard_at,
        closed_at=state.closed_at,
    )


def view_of(state: ChargebackState, actor: Actor, policy: Policy, pack: EvidencePack | None) -> ChargebackView:
    """What the viewer may see of it, and do. `pack`: what speaks for us as things stand."""
    answer, told = state.answer, state.told
    stands = answer is not None and answer.state is not AnswerState.REFUSED
    shown = answer.evidence if answer is not None and stands and answer.evidence is not None else pack
    approval = needs_approval(state, policy)
    view = ChargebackView(
        **brief_of(state).model_dump(),
        fee=told.fee if told and fees_of(told) else None,
        twice=state.twice,
        answer=AnswerView.from_state(answer) if answer else None,
        evidence=shown,
        evidence_digest=digest_of(pack) if pack else None,
        available_actions=tuple(
            ChargebackActionView(
                action=action,
                href=f"/v1/chargebacks/{state.chargeback_id}/{action}",
                decides=_named(CHARGEBACK_BODIES[action], state, pack),
                needs_approval=approval and action in {ChargebackAction.CONTEST, ChargebackAction.ACCEPT},
            )
            for action in allowed_actions(state, actor)
        ),
    )
    return as_seen(view, actor)


def _named(body: type[Body], state: ChargebackState, pack: EvidencePack | None) -> Named:
    if not issubclass(body, Decides):
        return {}
    stands: dict[str, str | int | None] = {
        "answer": state.answer.number if state.answer else None,
        "evidence_digest": digest_of(pack) if pack else None,
    }
    return {name: value for name in body.NAMED_BY if (value := stands[name]) is not None}
