"""The case's side of a parcel that was given up as lost and turns up (RES-9): claims, what is still being packed, people who decide."""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import FailureError

from models.claims.found import FoundParcel
from models.common.events import Event
from models.common.partners import Shipment
from models.reconciliation.difference import Reported
from models.remedies.remedy import Remedy
from models.returns.partner import ReturnParcel
from rules.case.room import FOUND as MOST_FOUND
from rules.claims.found import PARCEL_FOUND, as_found, is_news, to_call_off, to_decide, with_the_customer
from rules.reconciliation.found import decision_on
from workflows.claims.from_case import open_claims
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.kit.patches import patched
from workflows.kit.remedies import replace

FOUND = "lost-then-found"
"""Patch: before it, such a parcel was taken down and nothing was done."""


def hear_of_parcel(context: CaseContext, told: Shipment | ReturnParcel) -> bool:
    """Deal with a parcel that turns up; to be asked before it is taken down. False: it is no news of one that was given up."""
    case, found = context.case, as_found(told, context.policy.returns, context.now)
    if found is None or not is_news(case, found) or len(case.found) >= MOST_FOUND or not patched(FOUND):
        return False
    case.found = (*case.found, found)
    context.note(
        Event.PARCEL_FOUND,
        tracking=found.tracking,
        status=found.status.value,
        at=found.at.isoformat(),
        customer_has=with_the_customer(case, found),
        to_decide=to_decide(case, found),
    )
    if case.claims:
        context.in_background(open_claims(context, PARCEL_FOUND))
    for remedy in to_call_off(case, found):
        _call_off(context, remedy, found)
    report_to_people(context, found)
    return True


def report_to_people(context: CaseContext, found: FoundParcel) -> None:
    """Who keeps what is a task of the supervisors (docs/money.md)."""
    finding = decision_on(context.case, found)
    if finding is not None:
        context.in_background(activities.report_difference(Reported(finding=finding, at=context.now)))


def _call_off(context: CaseContext, remedy: Remedy, found: FoundParcel) -> None:
    """Nothing is sent for goods that the customer has; the remedy ends when its child workflow says what came of that."""
    context.note(Event.REPLACEMENT_NOT_NEEDED, remedy_id=remedy.id, kind=remedy.kind.value, tracking=found.tracking)
    if remedy.child is None:
        replace(context, remedy.model_copy(update={"undone": PARCEL_FOUND}))
    else:
        context.in_background(_tell_child(remedy.child.workflow_id))


async def _tell_child(name: str) -> None:
    with suppress(FailureError):  # it ended by itself; its last report is on its way
        await workflow.get_external_workflow_handle(name).signal("call_off", PARCEL_FOUND)
