"""What became of goods that were sent back, and what that is worth (RES-6, RES-8, RES-13). Pure, exact in minor units."""

from datetime import datetime
from fractions import Fraction
from math import ceil

from models.case.state import CaseState
from models.common.actors import SYSTEM
from models.common.base import Money
from models.common.currencies import payable
from models.common.lines import LineQuantity
from models.common.partners import PaymentStatus, ProviderRefundStatus
from models.common.vocabulary import Acceptance, Issue, Party, Reception, RefundStatus
from models.policy.policy import PolicySlice
from models.remedies.remedy import Remedy
from models.returns.partner import ToldInspection
from models.returns.state import (
    InspectedLine,
    Inspection,
    PickupState,
    Purpose,
    ReturnLine,
    ReturnPolicy,
    ReturnResult,
    ReturnState,
    Settlement,
    Way,
)
from rules.common.amounts import in_currency
from rules.common.rates import figure_in
from rules.money.goods import concerned
from rules.returns.worth import lost_share


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


def share(state: ReturnState) -> Fraction:
    """How much of the goods' worth was accepted. Lines weigh what was paid for them; when nothing was, every piece the same."""
    if state.inspection is None:
        return Fraction(1 if state.result in ReturnResult.giving() else 0)
    accepted = {line.line_id: line.accepted for line in state.inspection.lines}
    worth = _of_a_piece(state)
    whole = sum(worth[line.line_id] * line.quantity for line in state.lines)
    return sum((worth[line.line_id] * accepted.get(line.line_id, 0) for line in state.lines), Fraction(0)) / whole


def _of_a_piece(state: ReturnState) -> dict[str, Fraction]:
    free = not any(line.paid_minor for line in state.lines)
    return {line.line_id: Fraction(1) if free else Fraction(line.paid_minor, line.quantity) for line in state.lines}


def settle(state: ReturnState) -> Settlement:
    """What the return comes to. Halves of the smallest amount that can be paid go to the customer; never more than was agreed for the goods.

    A reduced worth (RES-13) takes of what the goods are worth, never of the order's freight that goes back with them.
    """
    currency = state.agreed.currency
    step = payable(currency)
    goods = min(int(state.agreed.minor * share(state) / step + Fraction(1, 2)) * step, state.agreed.minor)
    of_goods = min(state.agreed.minor, sum(line.paid_minor for line in state.lines) or state.agreed.minor)
    reduced = min(ceil(of_goods * lost_share(state, _of_a_piece(state)) / step - Fraction(1, 2)) * step, goods)
    travelled = state.payer is Party.CUSTOMER and state.result is not ReturnResult.LOST
    deducted = min(_our_price(state), goods - reduced) if travelled else 0
    given = state.freight is not None and state.result in ReturnResult.giving()
    freight = state.freight.allowed.minor if state.freight and given else 0
    return Settlement(
        goods=Money(minor=goods, currency=currency),
        reduced=Money(minor=reduced, currency=currency),
        deducted=Money(minor=deducted, currency=currency),
        freight=Money(minor=freight, currency=currency),
    )


def _our_price(state: ReturnState) -> int:
    """What our label or pick-up cost, where it was used."""
    match state.way:
        case Way.LABEL if state.label is not None:
            price = state.label.price
        case Way.PICKUP if state.pickup is not None and state.pickup.state is PickupState.COLLECTED:
            price = state.pickup.price
        case _:
            price = None
    return price.minor if price is not None and price.currency == state.agreed.currency else 0


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
