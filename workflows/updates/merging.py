"""Merging cases (WRK-7): what people ask of the case that goes on elsewhere, and what the case does that goes on for it.

The two are different workflows. The first asks the second by an activity that is repeated until it says yes or no, and changes only then
(`workflows/stages/merged.py`); whatever dies meanwhile, both say the same in the end.
"""

from collections.abc import Callable
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.case.actions import Act
from models.case.desk_bodies import Merge, Unmerge
from models.case.merging import Absorb, Absorbed, Merged, Part, Parting
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.base import Body
from models.common.events import Event
from models.common.vocabulary import ClockName, Meaning, Stage
from models.investigation.findings import Saying
from rules.case.access import PARTIES
from rules.case.merging import lines_with, without_words_of
from rules.case.wishes import takes_up_wish
from workflows.kit.case_context import CaseContext
from workflows.kit.grading import grade_case, grade_words
from workflows.stages import investigation

BodyT = TypeVar("BodyT", bound=Body)

CONCLUDES = frozenset({Stage.INVESTIGATION, Stage.RESOLUTION})


def merge(context: CaseContext, act: Act[Merge]) -> None:
    """The stage ends at its next pause; then the other case is asked."""
    context.case.merged = Merged(
        into=act.body.into,
        by=Actor(role=act.actor.role, id=act.actor.id),
        at=context.now,
        reason=act.body.reason,
        stage=context.case.stage,
        request_id=act.request_id,
    )
    context.change_stage(Stage.CLOSED)
    context.mark()


def unmerge(context: CaseContext, act: Act[Unmerge]) -> None:
    case = context.case
    assert case.merged is not None  # noqa: S101  # rules/case/merging.py saw to it
    by = Actor(role=act.actor.role, id=act.actor.id)
    parting = Parting(by=by, at=context.now, reason=act.body.reason, request_id=act.request_id)
    case.merged = case.merged.model_copy(update={"parting": parting})
    context.mark()


async def agreed(context: CaseContext, act: Act[BodyT], do: Callable[[CaseContext, Act[BodyT]], None]) -> CaseView:
    """Do it, and answer once the other case has said yes or no. Raises ApplicationError with its no; the request may then be tried again."""
    context.perform(act, do)
    await workflow.wait_condition(lambda: not asks_the_other(context.case.merged))
    fault = context.refusals.pop(act.request_id, None)
    if fault is None:
        return context.view_for(act)
    seen = context.case.requests_seen
    context.case.requests_seen = {name: digest for name, digest in seen.items() if name != act.request_id}
    raise ApplicationError(fault.detail, fault, type=fault.type.value)


def asks_the_other(merged: Merged | None) -> bool:
    return merged is not None and (not merged.done or merged.parting is not None)


def absorb(context: CaseContext, act: Act[Absorb]) -> None:
    """The case goes on with the other one's matter: its words and evidence, lines, wish, urgency, and the time that the customer waited."""
    case, coming = context.case, act.body
    if any(known.case_id == coming.case_id for known in case.absorbed):
        return
    gives_wish = coming.wanted is not None and takes_up_wish(case)
    case.sayings = (*case.sayings, *coming.sayings)
    before = case.heard
    waited = context.clocks.take_over(coming.clocks)
    absorbed = Absorbed(
        case_id=coming.case_id,
        by=act.actor,
        at=context.now,
        reason=coming.reason,
        kind=coming.kind,
        channel=coming.channel,
        issue=coming.issue,
        opened_at=coming.opened_at,
        handler=coming.handler,
        owner=coming.owner,
        lines=coming.lines,
        questions=coming.questions,
        gave_wish=gives_wish,
        waited=waited,
    )
    context.note(
        Event.ABSORBED,
        act.actor,
        absorbed=coming.case_id,
        opened_at=coming.opened_at.isoformat(),
        channel=coming.channel.value,
        reason=coming.reason,
    )
    case.own_lines = case.receipt.lines if case.own_lines is None else case.own_lines
    case.absorbed = (*case.absorbed, absorbed)
    about_lines(context)
    if gives_wish:
        case.receipt = case.receipt.model_copy(update={"wanted": coming.wanted})
    said = [saying for saying in coming.sayings if saying.by.role in PARTIES]
    words = "\n".join([*map(told_by, said), *coming.dangers])
    grade_words(context, words, said[0].by if said else act.actor, coming.heard)
    fresh = tuple(one for one in case.heard if one not in before)
    case.absorbed = (*case.absorbed[:-1], absorbed.model_copy(update={"heard": fresh}))
    owe_reply(context, coming)
    case.unreached_since = case.unreached_since or coming.unreached_since


def part(context: CaseContext, act: Act[Part]) -> None:
    """The other case goes on by itself: what came along with it leaves, what was said and given since then stays."""
    case = context.case
    absorbed = next((known for known in case.absorbed if known.case_id == act.body.case_id), None)
    if absorbed is None:
        return
    case.absorbed = tuple(known for known in case.absorbed if known is not absorbed)
    case.sayings = without_words_of(case, absorbed)
    about_lines(context)
    if not case.absorbed:
        case.own_lines = None
    if absorbed.gave_wish and not case.settled:
        case.receipt = case.receipt.model_copy(update={"wanted": None})
    context.clocks.give_back(absorbed.waited)
    context.note(Event.PARTED, act.actor, absorbed=absorbed.case_id, reason=act.body.reason)
    case.dangers = tuple(word for word in case.dangers if word not in absorbed.dangers)
    case.heard = tuple(one for one in case.heard if one not in absorbed.heard)
    danger_came = absorbed.dangers or any(one.meaning is Meaning.DANGER for one in absorbed.heard)
    if danger_came and case.grade is not None:
        grade_case(context)


def about_lines(context: CaseContext) -> None:
    """The lines of the order that the case is about by now, and what the facts say of these."""
    case = context.case
    own = case.receipt.lines if case.own_lines is None else case.own_lines
    case.receipt = case.receipt.model_copy(update={"lines": lines_with(own, case.absorbed)})
    if case.stage in CONCLUDES and not case.settled and case.issue is not None:
        investigation.conclude(context)


def owe_reply(context: CaseContext, coming: Absorb) -> None:
    """Whoever waited for an answer there waits for it here (WRK-6); until the first reply, its promise counts."""
    case = context.case
    if coming.reply_owed_since is None or context.clocks.runs(ClockName.FIRST_REPLY):
        return
    case.reply_owed_since = min(case.reply_owed_since or coming.reply_owed_since, coming.reply_owed_since)
    context.clocks.await_reply()


def told_by(saying: Saying) -> str:
    return "\n".join([saying.words, *(piece.name for piece in saying.evidence)])
