"""What the platform's people do about their work on a case: tags, watching, putting it aside, giving it to somebody, closing it (docs/desk.md)."""

from models.case.actions import Act
from models.case.desk_bodies import (
    Assign,
    Close,
    Snooze,
    Tag,
    Unsnooze,
    Unwatch,
    Watch,
)
from models.case.state import Snoozed
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import Outcome, Role, Tier
from models.remedies.remedy import Voided
from workflows.kit.case_context import CaseContext
from workflows.stages.resolution import void_proposal


def tag(context: CaseContext, act: Act[Tag]) -> None:
    """WRK-2; what changes nothing is not told."""
    before = set(context.case.tags)
    after = (before - {*act.body.remove}) | {*act.body.add}
    context.case.tags = tuple(sorted(after))
    if after != before:
        context.note(Event.TAGGED, act.actor, added=[*sorted(after - before)], removed=[*sorted(before - after)])


def watch(context: CaseContext, act: Act[Watch]) -> None:
    """WRK-1; it is on no timeline."""
    unwatch(context, act)
    context.case.watchers = (*context.case.watchers, act.actor)


def unwatch(context: CaseContext, act: Act[Unwatch] | Act[Watch]) -> None:
    context.case.watchers = tuple(known for known in context.case.watchers if not known.is_(act.actor))
    context.mark()


def snooze(context: CaseContext, act: Act[Snooze]) -> None:
    """WRK-2: its clocks and deadlines go on; what these bring about brings it back."""
    until = act.body.until
    context.case.snoozed = Snoozed(by=act.actor, at=context.now, until=until)
    context.note(Event.SNOOZED, act.actor, until=until.isoformat() if until else None)


def unsnooze(context: CaseContext, act: Act[Unsnooze]) -> None:
    context.unsnooze("person", act.actor)


def assign(context: CaseContext, act: Act[Assign]) -> None:
    """DSP-2: a supervisor says who handles it; what a colleague of theirs owned is the new handler's (DSP-3)."""
    case = context.case
    if case.tier is Tier.MERCHANT:
        context.escalate("taken", act.actor)
    case.handler, case.transfer, case.unstaffed = Actor(role=Role.AGENT, id=act.body.to), None, False
    if case.owner is not None and case.owner.role in Role.platform():
        case.owner = case.handler
    context.note(Event.ASSIGNED, act.actor, handler=act.body.to, team=case.team)


def close(context: CaseContext, act: Act[Close]) -> None:
    context.note(Event.CLOSED, act.actor, reason=act.body.reason)
    void_proposal(context, Voided.CLOSED)
    context.end(Outcome.NOT_PURSUED)
