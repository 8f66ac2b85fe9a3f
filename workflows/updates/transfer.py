"""Transfers (DSP-3, DSP-4): offered, accepted, declined."""

from models.case.action_bodies import AcceptTransfer, DeclineTransfer, Transfer
from models.case.actions import Act
from models.case.state import TransferOffer
from models.common.events import Event
from models.common.vocabulary import ClockName, Tier
from rules.common import sla_clock, working_time
from workflows.kit.assignment import HELD
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched


def offer(context: CaseContext, act: Act[Transfer]) -> None:
    """DSP-4: with a reason, to be accepted within the policy's time."""
    case, body = context.case, act.body
    promise = sla_clock.target_for(
        context.policy, ClockName.TRANSFER, kind=case.kind, group=None, channel=case.receipt.channel, priority=None
    )
    calendar = context.policy.calendars[promise.calendar]
    due = working_time.add_working(calendar, context.now, promise.within)
    provisional = working_time.provisional(calendar, due)
    team = body.team or case.team
    assert team is not None  # noqa: S101  # a case with a handler has a team
    case.transfers += 1
    case.transfer = TransferOffer(
        id=f"t{case.transfers}",
        by=act.actor,
        to=body.to,
        team=team,
        reason=body.reason,
        due=due,
        provisional=provisional,
    )
    context.note(Event.TRANSFER_ASKED, act.actor, to=body.to, team=team, reason=body.reason, due=due.isoformat())


def accept(context: CaseContext, act: Act[AcceptTransfer]) -> None:
    """DSP-3: the successor who accepts is the owner from now on."""
    case, offered = context.case, context.case.transfer
    assert offered is not None  # noqa: S101  # rules/case/permissions.py saw to it
    if case.tier is Tier.MERCHANT and patched(HELD):
        context.escalate("taken", act.actor)
    case.handler = case.owner = act.actor
    case.team, case.transfer, case.unstaffed = offered.team, None, False
    context.note(Event.TRANSFERRED, act.actor, handler=act.actor.id, team=case.team)


def decline(context: CaseContext, act: Act[DeclineTransfer]) -> None:
    context.case.transfer = None
    context.note(Event.TRANSFER_DECLINED, act.actor, reason=act.body.reason)
