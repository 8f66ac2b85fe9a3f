"""What goods that were sent back are worth to the customer (RES-6, RES-8, RES-13). Pure, exact in minor units."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil

from models.common.base import Money
from models.common.currencies import payable
from models.common.vocabulary import Party
from models.remedies.remedy import Remedy
from models.returns.settlement import Settlement
from models.returns.state import PickupState, ReturnResult, ReturnState, Way


def share(state: ReturnState) -> Fraction:
    """How much of the goods' worth was accepted. Lines weigh what was paid for them; when nothing was, every piece the same."""
    if state.inspection is None:
        return Fraction(1 if state.result in ReturnResult.giving() else 0)
    accepted = {line.line_id: line.accepted for line in state.inspection.lines}
    worth = _of_a_piece(state)
    whole = sum(worth[line.line_id] * line.quantity for line in state.lines)
    return sum((worth[line.line_id] * accepted.get(line.line_id, 0) for line in state.lines), Fraction(0)) / whole


def _lost_share(state: ReturnState, worth: Mapping[str, Fraction]) -> Fraction:
    """What is lost of the goods' whole worth by the shares; `worth`: of a piece, by line."""
    counted = state.worth.counts if state.worth is not None and state.inspection is not None else ()
    whole = sum(worth[line.line_id] * line.quantity for line in state.lines)
    lost = (worth[one.line_id] * one.quantity * (1 - Fraction(one.share)) for one in counted)
    return sum(lost, Fraction(0)) / whole


def _of_a_piece(state: ReturnState) -> dict[str, Fraction]:
    free = not any(line.paid_minor for line in state.lines)
    return {line.line_id: Fraction(1) if free else Fraction(line.paid_minor, line.quantity) for line in state.lines}


def settle(state: ReturnState) -> Settlement:
    """What the return comes to. Halves of the smallest amount that can be paid go to the customer; never more than was agreed for the goods.

    What is withheld (RES-13) is taken of what the goods are worth, never of the order's freight that goes back with them. The fee for
    taking goods back goes with what is paid for them: none for what was rejected, a share for what is worth less, none for a lost parcel.
    """
    currency = state.agreed.currency
    step = payable(currency)
    accepted, lost = share(state), _lost_share(state, _of_a_piece(state))
    goods = min(int(state.agreed.minor * accepted / step + Fraction(1, 2)) * step, state.agreed.minor)
    of_goods = min(state.agreed.minor, sum(line.paid_minor for line in state.lines) or state.agreed.minor)
    reduced = min(ceil(of_goods * lost / step - Fraction(1, 2)) * step, goods)
    fee = state.restocking.minor if state.restocking is not None and state.result is not ReturnResult.LOST else 0
    restocking = min(int(fee * (accepted - lost) / step) * step, goods - reduced)
    travelled = state.payer is Party.CUSTOMER and state.result is not ReturnResult.LOST
    deducted = min(_our_price(state), goods - reduced - restocking) if travelled else 0
    given = state.freight is not None and state.result in ReturnResult.giving()
    freight = state.freight.allowed.minor if state.freight and given else 0
    return Settlement(
        goods=Money(minor=goods, currency=currency),
        reduced=Money(minor=reduced, currency=currency),
        restocking=Money(minor=restocking, currency=currency),
        deducted=Money(minor=deducted, currency=currency),
        freight=Money(minor=freight, currency=currency),
    )


def withheld_by(remedies: Iterable[Remedy]) -> dict[str, Settlement]:
    """What the returns that were paid for came to, by remedy, where less than the goods' price goes back."""
    return {
        remedy.id: settlement
        for remedy in remedies
        if remedy.return_ is not None and remedy.undone is None and remedy.return_.result in ReturnResult.giving()
        if (remedy.parts or remedy.done_at) and remedy.return_.agreed.minor
        if (settlement := settle(remedy.return_)).withheld
    }


def _our_price(state: ReturnState) -> int:
    """What our label or pick-up cost, where it was used; no more than the customer was told. In another return's box it is that one's."""
    if state.travels_with is not None:
        return 0
    match state.way:
        case Way.LABEL if state.label is not None:
            price = state.label.price
        case Way.PICKUP if state.pickup is not None and state.pickup.state is PickupState.COLLECTED:
            price = state.pickup.price
        case _:
            price = None
    if price is None or price.currency != state.agreed.currency:
        return 0
    return price.minor if state.freight_most is None else min(price.minor, state.freight_most.minor)
