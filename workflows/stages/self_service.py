"""The first answer to an inquiry (REC-6): from the knowledge base, unless the issue is sensitive or no entry fits well."""

from models.case.action_bodies import Helped
from models.case.actions import Act
from models.case.activities import HelpedReport, SuggestRequest
from models.common.events import Event
from models.common.vocabulary import ClockName, Outcome, Priority, WaitFor, WaitingOn
from workflows.kit import activities
from workflows.kit.case_context import CaseContext


async def offer(context: CaseContext) -> None:
    """Show the best entry once and let the customer judge; silence counts as answered, a no brings a person with the conversation."""
    case = context.case
    assert case.issue is not None  # noqa: S101  # classification comes first
    asked_before = case.suggestion is not None and case.suggestion.helped is not None
    for_people = case.disputed or case.reopened or context.policy.issues[case.issue].sensitive
    urgent = case.grade is not None and case.grade.priority is Priority.P1  # harm and danger are no common questions
    if case.settled or asked_before or for_people or urgent:
        return
    if case.suggestion is None and not await found(context):
        return
    assert case.suggestion is not None  # noqa: S101  # just found
    entry = case.suggestion.entry_id
    judged = await context.wait_for(
        WaitingOn.CUSTOMER,
        WaitFor.ANSWER_CHECK,
        lambda: (
            case.suggestion is None
            or case.suggestion.helped is not None
            or case.settled
            or case.reply_owed_since is not None  # who asks on is not silent: a person answers
        ),
    )
    if not judged:
        answered(context)
    helped = case.suggestion.helped if judged else True
    if helped is not None:  # None: a person answered before the customer judged
        await activities.count_helped(HelpedReport(case_id=case.case_id, entry_id=entry, helped=helped))


async def found(context: CaseContext) -> bool:
    """Whether an entry fits; it is then before the customer, which keeps the first promises."""
    case = context.case
    assert case.classification is not None  # noqa: S101
    sure = case.classification.confidence >= context.policy.triage_below
    request = SuggestRequest(
        case_id=case.case_id,
        text=case.receipt.description,
        issue=case.issue if sure else None,
        locale=case.receipt.locale,
        at_least=context.policy.suggest_at_least,
    )
    case.suggestion = (await activities.suggest_answer(request)).suggestion
    if case.suggestion is None or case.settled:
        return False
    context.note(
        Event.ANSWER_SUGGESTED,
        entry_id=case.suggestion.entry_id,
        title=case.suggestion.title,
        body=case.suggestion.body,
        until=context.deadline(WaitFor.ANSWER_CHECK).isoformat(),
    )
    context.clocks.stop(ClockName.FIRST_REPLY, ClockName.PLAN)
    return True


def judge(context: CaseContext, act: Act[Helped]) -> None:
    """The customer says whether the answer helped; a no starts the SLA clocks again, for a person."""
    case = context.case
    assert case.suggestion is not None  # noqa: S101  # rules/case/permissions.py saw to it
    case.suggestion = case.suggestion.model_copy(update={"helped": act.body.helped})
    if act.body.helped:
        context.replied()
        context.note(Event.ANSWER_HELPED, act.actor, entry_id=case.suggestion.entry_id)
        answered(context)
    else:
        context.note(Event.ANSWER_DID_NOT_HELP, act.actor, entry_id=case.suggestion.entry_id)
        context.clocks.stop()
        context.clocks.start()


def answered(context: CaseContext) -> None:
    """The inquiry has its answer."""
    context.case.settled = True
    context.case.outcome = Outcome.ANSWERED
    context.clocks.stop()
