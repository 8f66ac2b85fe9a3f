"""What may be done to a claim (RES-9): one table of action × role × status, read by the workflow's validators and by every view alike.

And the claim as one viewer may see it: the same from the workflow's answer and from the table's row.
"""

from dataclasses import dataclass

from models.case.actions import Act
from models.claims.actions import CLAIM_BODIES, AcceptPart, ClaimAction, SettleClaim
from models.claims.state import ClaimState, ClaimStatus
from models.claims.views import (
    ClaimActionView,
    ClaimBrief,
    ClaimItemView,
    ClaimLimitView,
    ClaimPaymentView,
    ClaimView,
    ClaimWaitView,
)
from models.common.actors import Actor
from models.common.base import Bilingual, Body, Money
from models.common.errors import Fault
from models.common.partner_registry import Partner
from models.common.vocabulary import ErrorType, Locale, Role, WaitingOn
from rules.common.decided import named_by, stale
from rules.common.format import money
from rules.common.readers import as_seen
from rules.common.refusal import refusal
from rules.common.room import Full, full_state

PARTIES, OURS = Partner.roles(), Role.platform()
OPEN = frozenset(ClaimStatus) - ClaimStatus.over()
PAYMENTS = 100
"""That a claim holds."""
WRITE_OFF = Bilingual(zh="请一次结清余额，或由主管核销", en="have a supervisor write off what is left")


@dataclass(frozen=True)
class Permission:
    """Who may do it, in which status, and that in words for the error."""

    roles: frozenset[Role]
    when: frozenset[ClaimStatus]
    state: Bilingual


UNANSWERED = Bilingual(zh="等待您答复时", en="while your answer is awaited")
PERMISSIONS: dict[ClaimAction, Permission] = {
    ClaimAction.ACCEPT: Permission(PARTIES, ClaimStatus.unanswered(), UNANSWERED),
    ClaimAction.ACCEPT_PART: Permission(PARTIES, ClaimStatus.unanswered(), UNANSWERED),
    ClaimAction.REJECT: Permission(PARTIES, ClaimStatus.unanswered(), UNANSWERED),
    ClaimAction.DISPUTE: Permission(
        OURS,
        ClaimStatus.disputable(),
        Bilingual(
            zh="对方拒绝或部分接受、且仍可异议时", en="after an answer that is no whole yes, as often as the policy allows"
        ),
    ),
    ClaimAction.REMIND: Permission(
        OURS,
        ClaimStatus.unanswered() | {ClaimStatus.ACCEPTED},
        Bilingual(zh="等待对方答复或付款时", en="while the party's answer or payment is awaited"),
    ),
    ClaimAction.SETTLE: Permission(
        OURS,
        ClaimStatus.collecting() | {ClaimStatus.OWED},
        Bilingual(zh="款项尚未结清时", en="while money is to come, or to be paid"),
    ),
    ClaimAction.WRITE_OFF: Permission(
        frozenset({Role.SUPERVISOR}), OPEN - {ClaimStatus.OWED}, Bilingual(zh="索赔未结束时", en="until the claim is over")
    ),
}


def allowed_actions(state: ClaimState, actor: Actor) -> tuple[ClaimAction, ...]:
    """What the actor, who may see the claim, may do now."""
    return tuple(
        action
        for action, permission in PERMISSIONS.items()
        if actor.role in permission.roles
        and state.status in permission.when
        and (action is not ClaimAction.DISPUTE or state.disputes < state.terms.disputes)
    )


def may_see(state: ClaimState, actor: Actor) -> bool:
    """The party itself, the case's team, supervisors; an analyst sees figures, never a claim."""
    claim = state.claim
    match actor.role:
        case role if role in PARTIES:
            return claim.kind.of.value == actor.role.value and claim.who == actor.id
        case Role.AGENT:
            return claim.team is None or claim.team in actor.teams
        case Role.SUPERVISOR | Role.SYSTEM:
            return True
        case _:
            return False


def not_there(state: ClaimState, actor: Actor) -> Fault | None:
    """A foreign claim looks like none."""
    if may_see(state, actor):
        return None
    return Fault(type=ErrorType.NOT_FOUND, detail="There is nothing here for you to see.", detail_zh="未找到，或您无权查看。")


def forbidden(state: ClaimState, actor: Actor, action: ClaimAction) -> Fault | None:
    """Why the actor, who sees the claim, may not do this. None: go ahead."""
    now = Bilingual(zh=f"索赔当前为 {state.status}", en=f"The claim is {state.status}")
    return refusal(action, PERMISSIONS[action], actor, allowed_actions(state, actor), now, "RES-9")


def overtaken(state: ClaimState, act: Act[Body], action: ClaimAction) -> Fault | None:
    """WRK-5: the claim is not any more what the actor decided on. None: go ahead."""
    claimed = money(state.claim.amount)
    now = Bilingual(zh=f"索赔现为 {state.status}，金额 {claimed.zh}", en=f"the claim is {state.status} by now, for {claimed.en}")
    stands = named_by(type(act.body), state)
    return stale(act, PERMISSIONS[action], stands, lambda _: now, allowed_actions(state, act.actor))


def unfit_body(state: ClaimState, act: Act[Body]) -> Fault | None:
    """The fault of an action's amount, or of what the claim cannot hold any more; None when it fits."""
    full = full_state(state, act, WRITE_OFF)
    if isinstance(act.body, SettleClaim) and len(state.payments) >= PAYMENTS:
        full = Full(Bilingual(zh="付款记录", en="payments"), PAYMENTS, WRITE_OFF)
    if full is not None:
        return full.fault
    match act.body:
        case AcceptPart(amount=amount):
            return _unfit(amount, state.claim.amount, whole="accept")
        case SettleClaim(amount=Money() as amount):
            return _unfit(amount, Money(minor=to_come(state), currency=state.claim.currency))
        case _:
            return None


def to_come(state: ClaimState) -> int:
    """Minor units that are still to come in; where we owe, to go out. A payment may be for all that is claimed, whatever was accepted."""
    if state.status is ClaimStatus.OWED:
        return state.owed_minor
    return max(state.claim.amount.minor - state.received_minor, 0)


def _unfit(amount: Money, most: Money, whole: str | None = None) -> Fault | None:
    if amount.currency != most.currency:
        return _invalid("amount.currency", f"the claim is in {most.currency}", f"索赔币种为 {most.currency}")
    if amount.minor == 0:
        return _invalid("amount.minor", "name more than nothing; say no with reject", "金额须大于零；拒绝请用 reject")
    if amount.minor > most.minor or (whole and amount.minor == most.minor):
        hint = f"; {whole} takes all of it" if whole else ""
        return _invalid("amount.minor", f"the claim is for {most.minor}{hint}", f"索赔金额为 {most.minor}")
    return None


def _invalid(field: str, en: str, zh: str) -> Fault:
    return Fault(type=ErrorType.INVALID, detail=f"{field}: {en}.", detail_zh=f"{field}：{zh}。", field=field, rule="RES-9")


def brief_of(state: ClaimState) -> ClaimBrief:
    claim, currency = state.claim, state.claim.currency
    return ClaimBrief(
        claim_id=claim.claim_id,
        kind=claim.kind,
        status=state.status,
        case_id=claim.case_id,
        order_id=claim.order_id,
        of=claim.kind.of,
        who=claim.who,
        cause=claim.cause,
        claimed=claim.amount,
        accepted=state.accepted,
        recovered=Money(minor=max(state.received_minor, 0), currency=currency),
        written_off=Money(minor=state.written_off_minor, currency=currency),
        waiting_on=state.wait.on if state.wait else WaitingOn.NOBODY,
        due=state.wait.until if state.wait else None,
        opened_at=claim.opened_at,
        closed_at=state.closed_at,
    )


def view_of(state: ClaimState, actor: Actor, locale: Locale = Locale.ZH) -> ClaimView:
    """What the viewer may see of the claim, and do."""
    claim, wait = state.claim, state.wait
    waiting = None
    if wait is not None:
        then = state.terms.waits[wait.for_].then.in_(locale)
        waiting = ClaimWaitView(on=wait.on, for_=wait.for_, until=wait.until, then=then)
    brief = brief_of(state).model_dump(exclude={"waiting_on", "due"})
    view = ClaimView(
        **brief,
        version=state.version,
        offer_version=state.offer_version,
        issue=claim.issue,
        tracking=claim.tracking,
        items=tuple(map(ClaimItemView.from_state, claim.items)),
        limit=claim.limit and ClaimLimitView.from_state(claim.limit),
        finding=claim.finding,
        facts=claim.facts,
        evidence=claim.evidence,
        owed=Money(minor=state.owed_minor, currency=claim.currency),
        payments=tuple(map(ClaimPaymentView.from_state, state.payments)),
        disputes_left=max(state.terms.disputes - state.disputes, 0),
        partner_reference=state.partner_reference,
        undelivered=state.undelivered,
        reason=state.reason,
        waiting=waiting,
        available_actions=tuple(
            ClaimActionView(
                action=action,
                href=f"/v1/claims/{claim.claim_id}/{action}",
                decides=named_by(CLAIM_BODIES[action], state),
            )
            for action in allowed_actions(state, actor)
        ),
    )
    return as_seen(view, actor)
