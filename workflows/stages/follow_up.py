"""Follow-up (FUP-1…3): the formal answer, the survey, and the customer's word that it is solved."""

from models.common.events import Event
from models.common.vocabulary import Outcome, Stage, WaitFor, WaitingOn
from workflows.kit.assignment import insist
from workflows.kit.case_context import Desk


async def confirm(desk: Desk) -> Stage:
    """Resolution hands over only what is verified (FUP-1); then the customer confirms, disputes, or is silent for 7 days.

    An appeal that is open then is decided before the case is closed (INV-5); one that came after closing brings it back here.
    """
    case = desk.case
    if case.closed_at is None:
        await customers_word(desk)
    await insist(desk, WaitFor.APPEAL, lambda: case.appeal is None or not case.appeal.pending, WaitingOn.SUPERVISOR)
    return Stage.ARCHIVAL


async def customers_word(desk: Desk) -> None:
    case = desk.case
    if case.outcome is None:
        case.outcome = Outcome.RESOLVED
    if case.wait is None:
        until = desk.deadline(WaitFor.CONFIRMATION)
        desk.note(Event.RESOLVED, outcome=case.outcome.value, until=until.isoformat())
    if not await desk.wait_for(WaitingOn.CUSTOMER, WaitFor.CONFIRMATION, lambda: case.confirmed):
        desk.note(Event.SILENT_CONFIRMATION)
