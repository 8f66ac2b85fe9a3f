"""What differs between our books and the payment provider's about charges (docs/changes.md). Pure: values in, findings out."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from models.case.state import CaseState
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from models.money.charge import Charge, ChargeStatus
from models.reconciliation.difference import DifferenceKind, Finding, Word
from rules.reconciliation.money import Limits, amount_of

PENDING, FAILED, PAID = ChargeStatus.PENDING, ChargeStatus.FAILED, ChargeStatus.PAID
UNPAYABLE = (ChargeStatus.EXPIRED, ChargeStatus.CANCELLED, ChargeStatus.REFUSED)
KINDS: Mapping[tuple[ChargeStatus, ChargeStatus | None], DifferenceKind] = {
    (PENDING, None): DifferenceKind.CHARGE_UNKNOWN,
    (FAILED, None): DifferenceKind.CHARGE_UNKNOWN,
    (PAID, None): DifferenceKind.CHARGE_UNKNOWN,
    (PENDING, FAILED): DifferenceKind.CHARGE_AHEAD,
    **{(ours, theirs): DifferenceKind.CHARGE_AHEAD for ours in (PENDING, FAILED) for theirs in (PAID, *UNPAYABLE)},
    **{(PAID, theirs): DifferenceKind.CHARGE_BEHIND for theirs in (PENDING, FAILED, *UNPAYABLE)},
    **{(ours, theirs): DifferenceKind.CHARGE_OPEN for ours in UNPAYABLE for theirs in (PENDING, FAILED)},
    **{(ours, PAID): DifferenceKind.CHARGE_LATE for ours in UNPAYABLE},
}
"""By our state of a charge and the provider's (None: it does not know it); every other pair agrees."""


class Bill(NamedTuple):
    """A charge that our books know, and the workflow that waits for it."""

    workflow_id: str
    case_id: str
    charge: Charge
    since: datetime
    """When our books last changed about it, at the latest."""


def bills_of(case: CaseState, since: datetime) -> Iterator[Bill]:
    """What the case asked its customer to pay: for a changed order itself, for dearer goods and repairs by the child workflow."""
    for remedy in case.remedies:
        if remedy.ordering is not None and remedy.ordering.charge is not None:
            yield Bill(case.case_id, case.case_id, remedy.ordering.charge, since)
        if remedy.replacement is not None and remedy.replacement.charge is not None:
            yield Bill(remedy.replacement.workflow_id, case.case_id, remedy.replacement.charge, since)


def in_charges(order_id: str, bill: Bill, told: Charge | None, limits: Limits) -> Iterator[Finding]:
    """`told`: the charge as the provider has it; None: it does not know it."""
    if limits.now - bill.since < limits.grace:
        return
    kind = KINDS.get((bill.charge.status, told.status if told else None))
    being_asked = told is None and bill.charge.pay_url is None and not bill.charge.over
    if kind is not None and not being_asked:
        yield _finding(kind, order_id, bill, told)
    if told is not None and told.amount != bill.charge.amount:
        yield _finding(DifferenceKind.CHARGE_AMOUNT, order_id, bill, told)


def _finding(kind: DifferenceKind, order_id: str, bill: Bill, told: Charge | None) -> Finding:
    return Finding(
        kind=kind,
        order_id=order_id,
        subject=bill.charge.key,
        case_id=bill.case_id,
        ours=_seen(bill.charge),
        theirs=_seen(told) if told else {},
        word=_news(bill, told) if told and kind is DifferenceKind.CHARGE_AHEAD else None,
    )


def _seen(charge: Charge) -> dict[str, JsonValue]:
    return {"state": charge.status.value, **amount_of(charge.amount)}


def _news(bill: Bill, told: Charge) -> Word:
    return Word(
        workflow_id=bill.workflow_id, partner=Partner.PAYMENT, kind=NoticeKind.CHARGE, payload=told.model_dump(mode="json")
    )
