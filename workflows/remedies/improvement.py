"""A service improvement (RES-3): a task with a deadline for whoever is responsible, followed in `/v1/improvements` until it is proved done."""

from models.case.activities import Improvement
from models.common.events import Event
from models.common.vocabulary import Party
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.kit.remedies import find, replace


async def begin(context: CaseContext, remedy_id: str) -> None:
    """For the customer it is done when the task stands, with its owner and date; the case does not wait for it."""
    case, remedy = context.case, find(context, remedy_id)
    responsible = case.finding.party if case.finding else Party.PLATFORM
    merchant = case.order.merchant_id if case.order and responsible is Party.MERCHANT else None
    carrier = case.shipments[-1].carrier_id if case.shipments and responsible is Party.CARRIER else None
    party = responsible if merchant or carrier else Party.PLATFORM
    due = context.now + context.policy.improve_within
    await activities.begin_improvement(
        Improvement(
            improvement_id=f"{case.case_id}.{remedy_id}",
            case_id=case.case_id,
            party=party,
            party_id=merchant or carrier or case.team or "platform",
            issue=case.issue,
            words=remedy.words or "",
            opened_at=context.now,
            due=due,
        )
    )
    context.note(Event.IMPROVEMENT_BEGUN, remedy_id=remedy_id, words=remedy.words, party=party.value, due=due.isoformat())
    replace(context, find(context, remedy_id).model_copy(update={"done_at": context.now}))
