"""What became of goods that were sent back (RES-6, RES-8). What that is worth: `rules/money/settlement.py`. Pure, exact in minor units."""

from datetime import datetime

from models.case.state import CaseState
from models.common.actors import SYSTEM
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import PaymentStatus, ProviderRefundStatus
from models.common.vocabulary import Acceptance, Issue, Party, Reception, RefundStatus
from models.policy.policy import PolicySlice
from models.remedies.remedy import Remedy
from models.returns.partner import ToldInspection
from models.returns.state import (
    InspectedLine,
    Inspection,
    Purpose,
    ReturnLine,
    ReturnPolicy,
    ReturnResult,
    ReturnState,
)
from rules.common.amounts import in_currency
from rules.common.rates import figure_in
from rules.money.goods import concerned


def lines_of(case: CaseState, remedy: Remedy) -> tuple[ReturnLine, ...]:
    """The pieces that come back: the remedy's, else the case's, else the whole order; each with its share of what was paid."""
    if case.order is None:
        return ()
    bought = {line.line_id: line for line in case.order.lines}
    named = concerned(case.order, remedy.lines, case.receipt.lines)
    return tuple(
        ReturnLine(
            line_id=line.line_id,
            quantity=line.quantity,
            paid_minor=bought[line.line_id].paid.minor * line.quantity // bought[line.line_id].quantity,
        )
        for line in named
        if line.line_id in bought
    )


def payer_of(case: CaseState, remedy: Remedy) -> Party | None:
    """RES-8: who pays the way back; what the option said, else the customer when it is theirs alone."""
    if remedy.freight is not None:
        return remedy.freight
    if case.issue is Issue.NO_REASON_RETURN or (case.finding is not None and case.finding.party is Party.CUSTOMER):
        return Party.CUSTOMER
    return case.finding.party if case.finding else None


def all_accepted(state: ReturnState, at: datetime) -> Inspection:
    """The default when the merchant is silent."""
    lines = tuple(InspectedLine(line_id=line.line_id, accepted=line.quantity) for line in state.lines)
    return Inspection(at=at, lines=lines, by=SYSTEM)


def told_lines(state: ReturnState, told: ToldInspection) -> tuple[InspectedLine, ...] | None:
    """The lines of a merchant's notice; None when its figures do not fit the return."""
    named = {line.line_id: line for line in told.lines}
    due = {line.line_id: line.quantity for line in state.lines}
    if len(named) != len(told.lines) or not set(named) <= set(due):
        return None
    read: list[InspectedLine] = []
    for line_id, quantity in due.items():
        line = named.get(line_id)
        taken = [line.rejected, line.missing, line.wrong] if line else [0, 0, 0]
        if min(taken) < 0 or sum(taken) > quantity or (line and line.rejected + line.wrong and not line.reason):
            return None
        rejected, missing, wrong = taken
        accepted = quantity - sum(taken)
        reason = line.reason[:1000] if line and line.reason else None
        read.append(
            InspectedLine(line_id=line_id, accepted=accepted, rejected=rejected, missing=missing, wrong=wrong, reason=reason)
        )
    return tuple(read)


def result_of(inspection: Inspection) -> ReturnResult:
    accepted = sum(line.accepted for line in inspection.lines)
    if accepted == sum(line.pieces for line in inspection.lines):
        return ReturnResult.ACCEPTED
    return ReturnResult.PARTLY if accepted else ReturnResult.REJECTED


def reception_of(inspection: Inspection) -> Reception:
    """What really lay in the parcel."""
    if any(line.wrong for line in inspection.lines):
        return Reception.WRONG_ITEM
    return Reception.SHORT if any(line.missing for line in inspection.lines) else Reception.RECEIVED


ACCEPTANCE = {
    ReturnResult.ACCEPTED: Acceptance.ACCEPTED,
    ReturnResult.PARTLY: Acceptance.PARTIAL,
    ReturnResult.REJECTED: Acceptance.REJECTED,
}


def to_send_back(inspection: Inspection) -> tuple[LineQuantity, ...]:
    """What lies at the merchant's and was not taken."""
    return tuple(
        LineQuantity(line_id=line.line_id, quantity=line.at_the_merchants) for line in inspection.lines if line.at_the_merchants
    )


def accepted_lines(state: ReturnState) -> tuple[LineQuantity, ...]:
    told = state.inspection.lines if state.inspection else ()
    return tuple(LineQuantity(line_id=line.line_id, quantity=line.accepted) for line in told if line.accepted)


def claim(state: ReturnState, policy: ReturnPolicy, amount: Money) -> Money:
    """RES-8: what the policy covers of a customer's own freight."""
    return Money(minor=min(amount.minor, policy.most_freight_minor or 0), currency=state.agreed.currency)


def policy_in(policy: PolicySlice, currency: str) -> ReturnPolicy:
    """What a return of an order in that currency takes along."""
    most = policy.returns.most_freight_minor
    return policy.returns.model_copy(update={"most_freight_minor": None if most is None else figure_in(policy, most, currency)})


def room(case: CaseState, remedy: Remedy) -> int:
    """What the order's payments could still give beyond the case's other remedies, as far as the case knows: freight is paid from it."""
    payments = in_currency(case.payments, case.order.total.currency) if case.order else case.payments
    paid = sum(payment.amount.minor for payment in payments if payment.status is PaymentStatus.CAPTURED)
    gone = sum(
        refund.amount.minor
        for payment in payments
        for refund in payment.refunds
        if refund.status is not ProviderRefundStatus.REFUSED and not refund.key.startswith(f"{case.case_id}.")
    )
    ours = sum(
        other.amount.minor
        for other in case.remedies
        if other.id != remedy.id and other.amount and not other.undone and other.refund_status in RefundStatus.moving()
    )
    return max(paid - gone - ours, 0)


def inspects(state: ReturnState) -> bool:
    return state.purpose is not Purpose.REPAIR
