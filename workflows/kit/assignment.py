"""Who handles a case (DSP-2…4): found when a person is needed, kept until a successor accepts."""

from collections.abc import Callable
from datetime import datetime

from models.case.activities import AssignRequest
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Role, Tier, WaitFor, WaitingOn
from rules.common.sla_clock import HOLDERS
from workflows.kit import activities
from workflows.kit.case_context import CaseContext

ANSWERED = "customers-words-are-answered"
"""Patch: before it, words that came later waited for nobody, and silence counted although nobody had answered them."""
HELD = "held-by-somebody-who-can-act"
"""Patch: before it, a hotline case was nobody's who had entered it, a merchant's case could have a handler of ours who could not act on it, and
a case that was reopened did not look for a handler again.
"""


async def wait_or_escalate(context: CaseContext, for_: WaitFor, done: Callable[[], bool], on: WaitingOn | None = None) -> None:
    """Wait on whoever holds the case until it is done; every deadline that passes goes one tier up (DSP-5).

    Nobody is above the supervisors: they are reminded, ever more seldom.
    """
    until = None
    while not done():
        held_by = context.case.tier
        person = on or HOLDERS[held_by]
        if person is WaitingOn.AGENT:
            await find_a_handler(context)
        if await context.wait_for(person, for_, lambda held=held_by: done() or context.case.tier is not held, until):
            context.case.reminders, until = 0, None
        elif held_by is Tier.SUPERVISOR:
            until = remind(context, for_)
        else:
            context.escalate("deadline", waiting_for=for_.value)


async def answer_customer(context: CaseContext, done: Callable[[], bool]) -> None:
    """The customer said what asks for a reply: a person answers it first, for so long the customer's silence means nothing (WRK-6).

    `done`: the customer has moved after all.
    """
    await wait_or_escalate(context, WaitFor.REPLY, lambda: context.case.reply_owed_since is None or done())


def remind(context: CaseContext, for_: WaitFor) -> datetime:
    """The supervisors hear of it again; by when it should be done now."""
    usual, most = context.policy.waits[for_].within, context.policy.remind_at_least_every
    context.case.reminders += 1
    longer = usual * 2 ** min(context.case.reminders, 10)
    until = context.deadline(for_, max(usual, min(longer, most)))
    context.note(Event.OVERDUE, waiting_for=for_.value, until=until.isoformat())
    return until


async def find_a_handler(context: CaseContext) -> None:
    """The least loaded of the team who is on shift and can do it; nobody there: it waits in the queue, the supervisor is told once."""
    case = context.case
    if case.handler is not None or case.team is None or case.issue is None or case.tier is not Tier.PLATFORM or case.unstaffed:
        return
    owner = case.owner.id if case.owner is not None and case.owner.role is Role.AGENT else None
    request = AssignRequest(case_id=case.case_id, team=case.team, issue=case.issue, at=context.now, owner=owner)
    assigned = await activities.assign_handler(request)
    if case.handler is not None:
        return  # somebody took it meanwhile
    if assigned.handler is None:
        case.unstaffed = True
        context.note(Event.NOBODY_ON_SHIFT, team=case.team)
    else:
        case.handler = Actor(role=Role.AGENT, id=assigned.handler)
        context.note(Event.ASSIGNED, handler=assigned.handler, team=case.team)
