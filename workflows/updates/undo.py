"""Words and proposals that may be taken back for some seconds (WRK-5): they are said when these are over, if that may still be done then."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from models.case.actions import BODIES, Act, Action
from models.case.desk_bodies import Undo
from models.case.held import Held
from models.common.events import Event
from rules.desk.undo import is_undoable
from workflows.kit.case_context import CaseContext
from workflows.updates import case as actions
from workflows.updates import negotiation

Do = Callable[[CaseContext, Act[Any]], None]
SAYS: Mapping[Action, Do] = {Action.REPLY: actions.reply, Action.PROPOSE: negotiation.propose}


def say(action: Action) -> Do:
    """Do it at once, or hold it back where its sender wants so."""
    return partial(_say, action=action)


def _say(context: CaseContext, act: Act[Any], *, action: Action) -> None:
    case = context.case
    if not is_undoable(act.body):
        SAYS[action](context, act)
        return
    case.holds += 1
    case.held = Held(
        id=f"h{case.holds}",
        action=action,
        by=act.actor,
        at=context.now,
        due=context.now + context.policy.replies.undo_within,
        locale=act.locale,
        body=act.body.model_copy(update={"undoable": False}).model_dump(mode="json", exclude_defaults=True),
    )
    context.note(Event.HELD, act.actor, action=action.value, until=case.held.due.isoformat())


def undo(context: CaseContext, act: Act[Undo]) -> None:
    held, context.case.held = context.case.held, None
    if held is not None:
        context.note(Event.TAKEN_BACK, act.actor, action=held.action.value, whose=held.by.id, body=held.body)


def say_held(context: CaseContext) -> None:
    """Its time is over."""
    held = context.case.held
    if held is None:
        return
    body = BODIES[held.action].model_validate(held.body)
    act = Act[Any](actor=held.by, request_id=f"held {held.id}", locale=held.locale, body=body)
    if context.fault_of(held.action, act) is not None:
        context.drop_held()
        return
    context.case.held = None
    SAYS[held.action](context, act)
    context.heard(act)
