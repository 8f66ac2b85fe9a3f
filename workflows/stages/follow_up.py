"""Follow-up (FUP-1…3): the formal answer, the survey, and the customer's confirmation."""

from models.common.events import Event
from models.common.vocabulary import Outcome, WaitFor, WaitingOn
from workflows.kit.assignment import answer_customer, wait_or_escalate
from workflows.kit.case_context import CaseContext


async def confirm(context: CaseContext) -> None:
    """Resolution hands over only what is verified (FUP-1); then the customer confirms, disputes, or is silent until the wait `confirmation` ends.

    A customer who asks on is not silent: a person answers, and the wait begins anew (WRK-6).

    An appeal that is open then is decided before the case is closed (INV-5); one that came after closing brings it back here.
    """
    case = context.case
    if case.closed_at is None:
        await customers_word(context)
    await wait_or_escalate(context, WaitFor.APPEAL, lambda: case.appeal is None or not case.appeal.pending, WaitingOn.SUPERVISOR)


async def customers_word(context: CaseContext) -> None:
    case = context.case
    if case.outcome is None:
        case.outcome = Outcome.RESOLVED
    if case.wait is None:
        case.solutions += 1
        until = context.deadline(WaitFor.CONFIRMATION)
        context.note(Event.RESOLVED, outcome=case.outcome.value, until=until.isoformat())
    while not case.confirmed:
        if not await context.wait_for(
            WaitingOn.CUSTOMER, WaitFor.CONFIRMATION, lambda: case.confirmed or case.reply_owed_since is not None
        ):
            context.note(Event.SILENT_CONFIRMATION)
            return
        await answer_customer(context, lambda: case.confirmed)
