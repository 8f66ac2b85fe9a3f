"""The first answer to an inquiry (REC-6): from the knowledge base, unless the issue is sensitive or no entry fits well."""

from models.case.action_bodies import Helped
from models.case.actions import Act
from models.case.activities import HelpedReport, SuggestRequest
from models.common.events import Event
from models.common.vocabulary import ClockName, Outcome, Priority, WaitFor, WaitingOn
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched

GUESSED = "answers-despite-a-guess"
"""Patch: before it, a guess that a question was about something sensitive kept every answer back."""
VERY_QUESTION = 0.9
"""So well an answer fits that it is given although the issue may be a sensitive one: what the classifier only guesses counts less."""


async def offer(context: CaseContext) -> None:
    """Show the best entry once and let the customer judge. After silence a close fit counts as the answer; otherwise, and after a no, a
    person takes over with the conversation.
    """
    case = context.case
    assert case.issue is not None  # noqa: S101  # classification comes first
    asked_before = case.suggestion is not None and (case.suggestion.helped is not None or case.suggestion.unjudged)
    for_people = case.disputed or case.reopened or (sensitive(context) and (sure(context) or not patched(GUESSED)))
    if case.settled or asked_before or for_people or urgent(context):
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
            or urgent(context)
            or case.reply_owed_since is not None  # who asks on is not silent: a person answers
        ),
    )
    close = case.suggestion.score >= context.policy.answered_from
    if not judged and close:
        answered(context)
    elif not judged:
        case.suggestion = case.suggestion.model_copy(update={"unjudged": True})
        context.note(Event.ANSWER_UNJUDGED, entry_id=entry)
        context.clocks.start()
    elif urgent(context) and not case.settled:
        context.clocks.start()  # for a person, as after a no
    helped = case.suggestion.helped if judged else (True if close else None)
    if helped is not None:  # None: a person answers, and the customer did not judge
        await activities.count_helped(HelpedReport(case_id=case.case_id, entry_id=entry, helped=helped))


def urgent(context: CaseContext) -> bool:
    """Harm and danger are no common questions."""
    return context.case.grade is not None and context.case.grade.priority is Priority.P1


def sure(context: CaseContext) -> bool:
    """Whether the issue is known, and not only guessed."""
    classification = context.case.classification
    return classification is not None and classification.confidence >= context.policy.triage_below


def sensitive(context: CaseContext) -> bool:
    issue = context.case.issue
    return issue is not None and context.policy.issues[issue].sensitive


async def found(context: CaseContext) -> bool:
    """Whether an entry fits; it is then before the customer, which keeps the first promises."""
    case = context.case
    request = SuggestRequest(
        case_id=case.case_id,
        text=case.receipt.description,
        issue=case.issue if sure(context) else None,
        locale=case.receipt.locale,
        at_least=max(context.policy.suggest_at_least, VERY_QUESTION if sensitive(context) else 0),
        customer_id=case.receipt.customer_id,
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
