"""When something may be done to a case: each looks at its state and at who acts, and is a row's `when` in `permissions.py`."""

from collections.abc import Callable

from models.case.state import CaseState
from models.common.actors import Actor
from models.common.vocabulary import Kind, RefundStatus, Role, Stage, Tier, WaitFor
from rules.case.withdrawal import binding

LOOKING_FOR_A_SOLUTION = frozenset({Stage.INVESTIGATION, Stage.RESOLUTION})
DISPATCHED = LOOKING_FOR_A_SOLUTION | {Stage.DISPATCH}

Test = Callable[[CaseState, Actor], bool]


def is_open(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.open_stages()


def is_graded(case: CaseState, actor: Actor) -> bool:
    return is_open(case, actor) and case.grade is not None


def waits_for(reason: WaitFor) -> Test:
    return lambda case, _: case.wait is not None and case.wait.for_ is reason


def awaits_order(case: CaseState, _: Actor) -> bool:
    """Also while a person helps the customer to find it (WRK-6)."""
    helped = case.stage is Stage.RECEIPT and case.reply_owed_since is not None
    return case.wait is not None and (case.wait.for_ is WaitFor.ORDER_CORRECTION or helped)


def awaits_word(case: CaseState, _: Actor) -> bool:
    """The customer has not said already, a moment ago, that it is solved; a person may owe them a reply before (WRK-6)."""
    asked_on = case.stage is Stage.FOLLOW_UP and case.closed_at is None and case.reply_owed_since is not None
    return case.wait is not None and (case.wait.for_ is WaitFor.CONFIRMATION or asked_on) and not case.confirmed


def awaits_ruling(case: CaseState, _: Actor) -> bool:
    """Nobody has ruled a moment ago."""
    return case.wait is not None and case.wait.for_ is WaitFor.ARBITRATION and case.arbitration


def is_asked(case: CaseState, actor: Actor) -> bool:
    return any(request.of.value == actor.role.value and request.recipient == actor.id for request in case.open_requests)


def unsolved(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.before_follow_up() and not case.settled


def dispatched_unsettled(case: CaseState, _: Actor) -> bool:
    return case.stage in DISPATCHED and not case.settled


def can_rise(case: CaseState, actor: Actor) -> bool:
    return dispatched_unsettled(case, actor) and case.tier is not Tier.SUPERVISOR


def can_take(case: CaseState, actor: Actor) -> bool:
    free = case.handler is None or case.handler.id != actor.id
    return case.stage in Stage.open_stages() and free and (case.tier is not Tier.SUPERVISOR or actor.role is Role.SUPERVISOR)


def holds_the_case(case: CaseState, actor: Actor) -> bool:
    """A merchant while the case is the merchant's; the platform's people once it is theirs, a supervisor always."""
    if actor.role is Role.SUPERVISOR:
        return True
    return (case.tier is Tier.MERCHANT) is (actor.role is Role.MERCHANT)


def can_hand_on(case: CaseState, actor: Actor) -> bool:
    mine = case.handler is not None and case.handler.id == actor.id
    return case.stage in Stage.open_stages() and case.transfer is None and (mine or actor.role is Role.SUPERVISOR)


def can_assign(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.open_stages() and case.tier is not Tier.SUPERVISOR


def is_offered(case: CaseState, actor: Actor) -> bool:
    """Offered to the actor by name, or to a team of theirs; a supervisor may always step in."""
    offer = case.transfer
    if offer is None or offer.by.is_(actor):
        return False
    of_the_team = offer.to is None and offer.team in actor.teams
    return offer.to == actor.id or of_the_team or actor.role is Role.SUPERVISOR


def answer_shown(case: CaseState, _: Actor) -> bool:
    return case.suggestion is not None and case.suggestion.helped is None and case.stage in Stage.before_follow_up()


def can_propose(case: CaseState, actor: Actor) -> bool:
    return (
        case.kind is not Kind.INQUIRY
        and case.stage in LOOKING_FOR_A_SOLUTION
        and not case.settled
        and not case.arbitration
        and case.standing_proposal is None
        and holds_the_case(case, actor)
    )


def can_reply(case: CaseState, actor: Actor) -> bool:
    return case.stage in Stage.open_stages() and holds_the_case(case, actor)


def awaits_approval(case: CaseState, actor: Actor) -> bool:
    proposal = case.standing_proposal
    return proposal is not None and proposal.needs_approval and proposal.by.id != actor.id


def on_the_table(case: CaseState, _: Actor) -> bool:
    proposal = case.standing_proposal
    return case.stage is Stage.RESOLUTION and proposal is not None and not proposal.needs_approval


def refund_failed(case: CaseState, _: Actor) -> bool:
    return any(remedy.refund_status is RefundStatus.FAILED for remedy in case.remedies if remedy.refund_owed)


def can_withdraw(case: CaseState, _: Actor) -> bool:
    return case.stage in Stage.before_follow_up() and case.outcome is None and binding(case) is None


def can_ask(case: CaseState, actor: Actor) -> bool:
    """The platform's people whenever they look for a solution; a party one thing at a time, while it talks with the other (RES-2)."""
    if actor.role in Role.platform():
        return dispatched_unsettled(case, actor)
    waiting = any(request.by.role is actor.role for request in case.open_requests)
    return case.stage in LOOKING_FOR_A_SOLUTION and not case.settled and case.order is not None and not waiting


def to_be_reviewed(case: CaseState, _: Actor) -> bool:
    return case.review is not None and case.review.agrees is None


def can_rate(case: CaseState, _: Actor) -> bool:
    return case.survey is None and case.stage in {Stage.FOLLOW_UP, Stage.CLOSED}
