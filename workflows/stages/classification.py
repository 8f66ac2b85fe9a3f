"""Classification (CLS-1…4): what went wrong, how sure that is, and how urgent it is."""

from models.case.state import Classification
from models.common.events import Event
from models.common.vocabulary import Kind, Priority, Stage, WaitFor
from rules.case.grading import grade
from rules.case.routing import route
from rules.common.amounts import cost_of
from workflows.kit import activities
from workflows.kit.assignment import insist
from workflows.kit.case_context import Desk
from workflows.stages import self_service


async def classify(desk: Desk) -> Stage:
    """The customer's own choice, or the words; a person decides where these are not sure enough, on a clock (CLS-2)."""
    if desk.case.classification is None:
        await read_the_words(desk)
    grade_case(desk)
    if not sure(desk):
        await triage(desk)
        grade_case(desk)
    return Stage.DISPATCH


async def triage(desk: Desk) -> None:
    """A question may find its answer at once (REC-6); what is still unclear then, a person of the likely team decides."""
    case = desk.case
    assert case.classification is not None  # noqa: S101  # the words were read
    case.team = route(desk.policy, kind=case.kind, issue=case.classification.issue, priority=Priority.P4).team
    if case.kind is Kind.INQUIRY:
        await self_service.offer(desk)
    if case.wait is None and not case.settled:
        until = desk.deadline(WaitFor.TRIAGE)
        desk.note(Event.TRIAGE_NEEDED, until=until.isoformat(), suggestion=case.classification.issue.value)
    await insist(desk, WaitFor.TRIAGE, lambda: sure(desk) or case.settled)


async def read_the_words(desk: Desk) -> None:
    receipt = desk.case.receipt
    if receipt.issue is not None:
        classification = Classification(issue=receipt.issue, confidence=1.0, by="customer")
    else:
        classification = await activities.classify(receipt.description)
    desk.case.classification = classification
    if sure(desk):
        tell_issue(desk)


def sure(desk: Desk) -> bool:
    classification = desk.case.classification
    return classification is not None and classification.confidence >= desk.policy.triage_below


def tell_issue(desk: Desk) -> None:
    """Put the issue on the timeline, with its name in both languages."""
    classification = desk.case.classification
    assert classification is not None  # noqa: S101  # callers have just set it
    name = desk.policy.issues[classification.issue].name
    desk.note(
        Event.CLASSIFIED,
        issue=classification.issue.value,
        issue_zh=name.zh,
        issue_en=name.en,
        confidence=round(classification.confidence, 2),
        by=classification.by,
    )


def grade_case(desk: Desk) -> None:
    """CLS-3, and the promises that follow from it (CLS-4)."""
    case = desk.case
    assert case.issue is not None  # noqa: S101  # only a classified case is graded
    receipt = case.receipt
    concerned = {line.line_id for line in receipt.lines}
    lines = [line for line in case.order.lines if not concerned or line.line_id in concerned] if case.order else []
    graded = grade(
        desk.policy,
        issue=case.issue,
        kind=case.kind,
        text=" ".join((receipt.description, *(saying.words for saying in case.sayings))),
        money_at_stake_minor=cost_of(case.order, receipt.lines).minor if case.order else 0,
        lines=len(lines),
        marks=frozenset[str]().union(*(line.marks for line in lines)),
        waited=desk.now - (receipt.happened_at or receipt.received_at),
        repeats=case.reopened,
    )
    if graded == case.grade:
        return
    case.grade = graded
    desk.note(Event.GRADED, priority=case.grade.priority.value, reasons=list(case.grade.reasons))
    desk.clocks.retarget("graded")
