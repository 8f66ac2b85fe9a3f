"""What a chargeback leaves to people (RES-12): one that is nobody's, and money that the customer has twice."""

from pydantic import JsonValue

from models.chargebacks.state import ChargebackState
from models.reconciliation.difference import DifferenceKind, Finding
from rules.reconciliation.money import amount_of


def unknown(state: ChargebackState) -> Finding:
    """No order of ours has its payment; or, without one, the provider itself does not know the chargeback."""
    told = state.told
    theirs: dict[str, JsonValue] = {"provider": state.provider, "payment_id": told.payment_id if told else None}
    amount = amount_of(told.amount) if told else {}
    return Finding(kind=DifferenceKind.CHARGEBACK_UNKNOWN, order_id=None, subject=state.provider_id, theirs={**theirs, **amount})


def twice_found(state: ChargebackState) -> Finding | None:
    """A refund and a chargeback gave the same money: who gets it back from the customer, and whether, is a person's to decide."""
    if state.twice is None or state.told is None:
        return None
    return Finding(
        kind=DifferenceKind.CHARGEBACK_TWICE,
        order_id=state.order_id,
        subject=state.chargeback_id,
        case_id=state.case_id,
        ours={"refunded_too": state.twice.minor, "currency": state.twice.currency},
        theirs={"status": state.told.status.value, **amount_of(state.told.amount)},
    )
