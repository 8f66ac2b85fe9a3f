"""How urgent a case is (CLS-3): graded by what was said, at once by every new word of a party (WRK-6), or set by a person."""

from typing import Any

from models.case.action_bodies import SetPriority
from models.case.actions import Act
from models.case.heard import MOST, Heard
from models.case.state import CaseState, Grade
from models.common.actors import SYSTEM, Actor
from models.common.events import Event
from models.common.vocabulary import Meaning, Priority, Role, Tier
from rules.case.access import PARTIES
from rules.case.grading import grade, heard_so_far, listed, raised, said_in
from rules.case.routing import route
from rules.common.amounts import cost_of
from workflows.kit.case_deadlines import CaseDeadlines
from workflows.kit.patches import patched

HEARD = "danger-told-later"
"""Patch: before it, a case was graded when it was classified, and never again by what was said after."""


def grade_case(context: CaseDeadlines) -> None:
    """CLS-3, and the promises that follow from it (CLS-4). The priority that a person set stays."""
    before = context.case.grade
    heard = heard_so_far(context.case, context.policy.grading)
    graded = graded_by(context, heard)
    if before is not None and before.by is not None:
        graded = graded.model_copy(update={"priority": before.priority, "by": before.by})
    if graded != before:
        _change(context, graded)


def graded_by(context: CaseDeadlines, heard: tuple[Heard, ...]) -> Grade:
    """What the case amounts to with this."""
    case, receipt = context.case, context.case.receipt
    assert case.issue is not None  # noqa: S101  # only a classified case is graded
    concerned = {line.line_id for line in receipt.lines}
    lines = [line for line in case.order.lines if not concerned or line.line_id in concerned] if case.order else []
    return grade(
        context.policy,
        issue=case.issue,
        kind=case.kind,
        dangers=case.dangers,
        heard=heard,
        at_stake=cost_of(case.order, receipt.lines) if case.order else None,
        lines=len(lines),
        marks=frozenset[str]().union(*(line.marks for line in lines)),
        waited=context.now - (receipt.happened_at or receipt.received_at),
        repeats=case.reopened,
    )


def grade_again(context: CaseDeadlines, act: Act[Any]) -> None:
    """New words may make a case more urgent, never less. New danger is told at once to whoever holds the case and to the supervisors,
    and counts over a priority that a person had set before it.
    """
    if act.actor.role in PARTIES:
        grade_words(context, said_in(act.body), act.actor, act.heard)


def grade_words(context: CaseDeadlines, words: str, by: Actor, read: tuple[Heard, ...] | None) -> None:
    """As `grade_again`, for words that somebody may have said elsewhere. `read`: what they mean; None: nobody read them."""
    case = context.case
    unread = case.grade is None and case.receipt.heard is None and read is None  # then all is read when the case is graded
    if not words or unread:
        return
    earlier = case.heard
    heard = listed(context.policy.grading, words) if read is None else read
    case.heard = tuple(dict.fromkeys((*case.heard, *heard)))[-MOST:]
    if case.grade is None:
        return
    dangers = _new_dangers(case, earlier, heard)
    graded = raised(context.policy, case.grade, graded_by(context, heard))
    higher = graded.priority < case.grade.priority and (bool(dangers) or case.grade.by is None)
    if not (dangers or higher) or not patched(HEARD):
        return
    if higher:
        _change(context, graded)
    if dangers:
        bring_to_the_platform(context)
        context.note(Event.DANGER_TOLD, by, words=list(dangers))


def _new_dangers(case: CaseState, earlier: tuple[Heard, ...], heard: tuple[Heard, ...]) -> tuple[str, ...]:
    """The words that say a danger which is news. A word of the list is, once; what a model read is, unless the case is of P1 for a danger."""
    told = {*case.dangers, *(one.words for one in earlier if one.meaning is Meaning.DANGER)}
    known = bool(told) or any(one.meaning is Meaning.DANGER for one in case.receipt.heard or ())
    at_the_top = known and case.grade is not None and case.grade.priority is Priority.P1
    said = (one for one in heard if one.meaning is Meaning.DANGER and one.words not in told)
    return tuple(one.words for one in said if one.by is None or not at_the_top)


def set_priority(context: CaseDeadlines, act: Act[SetPriority]) -> None:
    """A person's judgement, with its reason. An agent who finds it too high asks: a supervisor lowers it."""
    case, wanted = context.case, act.body.priority
    assert case.grade is not None  # noqa: S101  # rules/case/permissions.py saw to it
    before = case.grade.priority
    told = {"priority": wanted.value, "before": before.value, "reason": act.body.reason}
    if wanted > before and act.actor.role is not Role.SUPERVISOR:
        context.note(Event.PRIORITY_ASKED, act.actor, **told)
        return
    case.grade = case.grade.model_copy(update={"priority": wanted, "by": Actor(role=act.actor.role, id=act.actor.id)})
    context.note(Event.PRIORITY_SET, act.actor, **told)
    context.clocks.retarget("graded")
    if wanted is Priority.P1:
        bring_to_the_platform(context, act.actor)


def bring_to_the_platform(context: CaseDeadlines, by: Actor = SYSTEM) -> None:
    """The most urgent do not wait for a merchant, and not for a team of another matter unless somebody there has them (DSP-1)."""
    case = context.case
    if not case.dispatched or case.settled or case.issue is None or case.grade is None:
        return
    order = case.order
    row = route(
        context.policy,
        kind=case.kind,
        issue=case.issue,
        priority=case.grade.priority,
        region=order.region if order else None,
        merchant=order.merchant_id if order else None,
    )
    at_the_merchant = case.tier is Tier.MERCHANT and row.tier is not Tier.MERCHANT
    if at_the_merchant or case.handler is None:
        case.team, case.unstaffed = row.team, False
    if at_the_merchant:
        context.escalate("danger" if by is SYSTEM else "priority", by, row.tier)


def _change(context: CaseDeadlines, graded: Grade) -> None:
    context.case.grade = graded
    context.note(Event.GRADED, priority=graded.priority.value, reasons=list(graded.reasons))
    context.clocks.retarget("graded")
