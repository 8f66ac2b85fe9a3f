"""A case's returns as rows of `returns` (RES-6)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from models.case.state import CaseState
from models.common.actors import EvidenceRef
from models.common.vocabulary import Role
from models.returns.state import ReturnState
from models.returns.worth import ReducedWorth


def return_rows(case: CaseState, at: datetime) -> list[dict[str, Any]]:
    """A row for each remedy whose goods come back."""
    return [
        _row(case, remedy.id, remedy.return_, at)
        for remedy in case.remedies
        if remedy.return_ is not None and case.order is not None
    ]


def _row(case: CaseState, remedy_id: str, state: ReturnState, at: datetime) -> dict[str, Any]:
    assert case.order is not None  # noqa: S101
    parcel = state.parcel
    expected = next((one for one in (parcel, state.pickup, state.label) if one is not None and one.tracking), None)
    return {
        "workflow_id": state.workflow_id,
        "case_id": case.case_id,
        "remedy_id": remedy_id,
        "version": case.version,
        "order_id": case.order.order_id,
        "customer_id": case.receipt.customer_id,
        "merchant_id": case.order.merchant_id,
        "purpose": state.purpose,
        "stage": state.stage,
        "result": state.result,
        "rma": state.rma,
        "way": state.way,
        "carrier_id": expected.carrier_id if expected else None,
        "tracking": expected.tracking if expected else None,
        "sent_back_tracking": state.sent_back.tracking if state.sent_back else None,
        "deadline": state.deadline,
        "inspect_until": state.inspect_until,
        "opened_at": state.opened_at,
        "shipped_at": state.shipped_at,
        "received_at": state.received_at,
        "updated_at": at,
    }


def return_evidence(case: CaseState) -> list[tuple[EvidenceRef, Role, datetime]]:
    """What was given with inspections, freight claims and appeals belongs to the case like everything else (INV-3)."""
    states = [remedy.return_ for remedy in case.remedies if remedy.return_ is not None]
    inspections = [state.inspection for state in states if state.inspection is not None]
    return [
        *((ref, told.by.role, told.at) for told in inspections for ref in told.evidence),
        *((state.freight.receipt, Role.CUSTOMER, state.shipped_at or state.opened_at) for state in states if state.freight),
        *(one for state in states if state.worth is not None for one in _of_worth(state, state.worth)),
    ]


def _of_worth(state: ReturnState, worth: ReducedWorth) -> Iterator[tuple[EvidenceRef, Role, datetime]]:
    told = state.inspection
    if told is not None:
        yield from ((one.picture, told.by.role, told.at) for one in worth.pieces)
    if worth.appeal is not None:
        yield from ((ref, worth.appeal.by.role, worth.appeal.at) for ref in worth.appeal.evidence)
