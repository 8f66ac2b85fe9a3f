"""Dispatch (DSP-1): which team, and who is asked first. The handler is found when a person is needed (`workflows/kit/assignment.py`)."""

from models.common.events import Event
from models.common.vocabulary import Tier
from rules.case.assignment import is_entered_by_phone
from rules.case.routing import route
from workflows.kit.assignment import HELD
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched

HEIGHT = {Tier.MERCHANT: 0, Tier.PLATFORM: 1, Tier.SUPERVISOR: 2}


async def find_a_team(context: CaseContext) -> None:
    """The most specific row of the routing table; a case that rose to a higher tier stays there."""
    case = context.case
    assert case.issue is not None  # noqa: S101  # classification comes first
    assert case.grade is not None  # noqa: S101
    row = route(
        context.policy,
        kind=case.kind,
        issue=case.issue,
        priority=case.grade.priority,
        region=case.order.region if case.order else None,
        merchant=case.order.merchant_id if case.order else None,
    )
    tier = row.tier if case.order is not None else Tier.PLATFORM  # without an order there is no merchant to ask
    by_phone = not case.dispatched and _has_whoever_entered_it(context)
    if by_phone:
        tier = max(tier, Tier.PLATFORM, key=lambda one: HEIGHT[one])  # as if taken: a merchant's case is not theirs to do
    if case.team != row.team and not by_phone:
        case.handler, case.unstaffed = None, False
    case.team = row.team
    if not case.dispatched or HEIGHT[tier] > HEIGHT[case.tier]:
        case.tier = tier
        context.clocks.hand_over(tier)
    case.dispatched = True
    context.note(Event.DISPATCHED, team=row.team, tier=case.tier.value, row=row.id)


def _has_whoever_entered_it(context: CaseContext) -> bool:
    case = context.case
    theirs = is_entered_by_phone(case.receipt) and case.handler is not None and case.handler.is_(case.receipt.opened_by)
    return theirs and patched(HELD)
