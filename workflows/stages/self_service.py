"""The first answer to an inquiry (REC-6): from the knowledge base, unless the issue is sensitive or no entry fits well."""

from models.case.action_bodies import Helped
from models.case.actions import Act
from models.case.activities import HelpedReport, SuggestRequest
from models.common.events import Event
from models.common.vocabulary import ClockName, Outcome, Priority, WaitFor, WaitingOn
from workflows.kit import activities
from workflows.kit.case_context import Desk


async def offer(desk: Desk) -> None:
    """Show the best entry once and let the customer judge; silence counts as answered, a no brings a person with the conversation."""
    case = desk.case
    assert case.issue is not None  # noqa: S101  # classification comes first
    asked_before = case.suggestion is not None and case.suggestion.helped is not None
    for_people = case.disputed or case.reopened or desk.policy.issues[case.issue].sensitive
    urgent = case.grade is not None and case.grade.priority is Priority.P1  # harm and danger are no common questions
    if case.settled or asked_before or for_people or urgent:
        return
    if case.suggestion is None and not await found(desk):
        return
    assert case.suggestion is not None  # noqa: S101  # just found
    entry = case.suggestion.entry_id
    judged = await desk.wait_for(
        WaitingOn.CUSTOMER,
        WaitFor.ANSWER_CHECK,
        lambda: case.suggestion is None or case.suggestion.helped is not None or case.settled,
    )
    if not judged:
        answered(desk)
    helped = case.suggestion.helped if judged else True
    if helped is not None:  # None: a person answered before the customer judged
        await activities.count_helped(HelpedReport(case_id=case.case_id, entry_id=entry, helped=helped))


async def found(desk: Desk) -> bool:
    """Whether an entry fits; it is then before the customer, which keeps the first promises."""
    case = desk.case
    assert case.classification is not None  # noqa: S101
    sure = case.classification.confidence >= desk.policy.triage_below
    request = SuggestRequest(
        case_id=case.case_id,
        text=case.receipt.description,
        issue=case.issue if sure else None,
        locale=case.receipt.locale,
        at_least=desk.policy.suggest_at_least,
    )
    case.suggestion = (await activities.suggest_answer(request)).suggestion
    if case.suggestion is None or case.settled:
        return False
    desk.note(
        Event.ANSWER_SUGGESTED,
        entry_id=case.suggestion.entry_id,
        title=case.suggestion.title,
        body=case.suggestion.body,
        until=desk.deadline(WaitFor.ANSWER_CHECK).isoformat(),
    )
    desk.clocks.stop(ClockName.FIRST_REPLY, ClockName.PLAN)
    return True


def judge(desk: Desk, act: Act[Helped]) -> None:
    """The customer's word on the answer; a no starts the promises anew, for a person."""
    case = desk.case
    assert case.suggestion is not None  # noqa: S101  # rules/case/permissions.py saw to it
    case.suggestion = case.suggestion.model_copy(update={"helped": act.body.helped})
    if act.body.helped:
        desk.note(Event.ANSWER_HELPED, act.actor, entry_id=case.suggestion.entry_id)
        answered(desk)
    else:
        desk.note(Event.ANSWER_DID_NOT_HELP, act.actor, entry_id=case.suggestion.entry_id)
        desk.clocks.stop()
        desk.clocks.start()


def answered(desk: Desk) -> None:
    """The inquiry has its answer."""
    desk.case.settled = True
    desk.case.outcome = Outcome.ANSWERED
    desk.clocks.stop()
