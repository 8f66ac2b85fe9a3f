"""Classification (CLS-1…4): what went wrong, how sure that is, and how urgent it is."""

from models.case.known import Words
from models.case.state import Classification
from models.common.events import Event
from models.common.vocabulary import Kind, Priority, WaitFor
from rules.case.known import known_of
from rules.case.routing import route
from workflows.kit import activities
from workflows.kit.assignment import wait_or_escalate
from workflows.kit.case_context import CaseContext
from workflows.kit.grading import grade_case
from workflows.stages import self_service
from workflows.stages.self_service import sure


async def classify(context: CaseContext) -> None:
    """The customer's own choice, or the words; a person decides where these are not sure enough, on a clock (CLS-2)."""
    if context.case.classification is None:
        await read_the_words(context)
    grade_case(context)
    if not sure(context):
        await triage(context)
        grade_case(context)


async def triage(context: CaseContext) -> None:
    """A question may find its answer at once (REC-6); what is still unclear then, a person of the likely team decides."""
    case = context.case
    assert case.classification is not None  # noqa: S101  # the words were read
    case.team = route(context.policy, kind=case.kind, issue=case.classification.issue, priority=Priority.P4).team
    if case.kind is Kind.INQUIRY:
        await self_service.offer(context)
    if case.wait is None and not case.settled:
        until = context.deadline(WaitFor.TRIAGE)
        context.note(Event.TRIAGE_NEEDED, until=until.isoformat(), suggestion=case.classification.issue.value)
    await wait_or_escalate(context, WaitFor.TRIAGE, lambda: sure(context) or case.settled)


async def read_the_words(context: CaseContext) -> None:
    receipt = context.case.receipt
    if receipt.issue is not None:
        classification = Classification(issue=receipt.issue, confidence=1.0, by="customer")
    else:
        classification = await activities.classify(Words(text=receipt.description, known=known_of(context.case)))
    context.case.classification = classification
    if sure(context):
        tell_issue(context)


def tell_issue(context: CaseContext) -> None:
    """Put the issue on the timeline, with its name in both languages."""
    classification = context.case.classification
    assert classification is not None  # noqa: S101  # callers have just set it
    name = context.policy.issues[classification.issue].name
    context.note(
        Event.CLASSIFIED,
        issue=classification.issue.value,
        issue_zh=name.zh,
        issue_en=name.en,
        confidence=round(classification.confidence, 2),
        by=classification.by,
    )
