"""What a customer's words set going (WRK-6): a person owes them a reply, or the matter is taken up again."""

from models.case.action_bodies import AddWords, Answer, Counter, Reject
from models.case.actions import Act
from models.common.actors import Actor
from models.common.events import Event
from models.common.vocabulary import ClockName, Role, Stage
from rules.case.replies import asks_for_reply, says_unsolved
from rules.case.room import may_begin_anew
from workflows.kit.assignment import ANSWERED
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched


def hear(context: CaseContext, act: Act[AddWords] | Act[Answer] | Act[Reject] | Act[Counter], words: str) -> None:
    """The customer has said this. Until the first reply is given, its promise counts; thanks wait for nobody."""
    case, replies = context.case, context.policy.replies
    if act.actor.role is not Role.CUSTOMER or context.stage_changed or not patched(ANSWERED):
        return
    in_follow_up = case.stage is Stage.FOLLOW_UP and case.closed_at is None and not case.confirmed
    if in_follow_up and says_unsolved(replies, words) and may_begin_anew(case):
        take_up_unsolved(context, act.actor, words)
    elif asks_for_reply(replies, words) and not context.clocks.runs(ClockName.FIRST_REPLY):
        case.reply_owed_since = case.reply_owed_since or context.now
        context.clocks.await_reply()
        context.mark()


def take_up_unsolved(context: CaseContext, by: Actor, reason: str) -> None:
    """It is not solved: people look for another solution, from the platform upwards."""
    case = context.case
    case.disputed, case.settled, case.outcome, case.automatic = True, False, None, False
    context.note(Event.DISPUTED, by, reason=reason)
    context.clocks.start()
    context.escalate("disputed", by)
    context.change_stage(Stage.RESOLUTION)
