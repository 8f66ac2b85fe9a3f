"""Which line lies in which parcel (INV-1): what happens to a parcel says nothing of goods that came in another."""

from collections import Counter
from collections.abc import Iterable

from models.case.state import CaseState
from models.claims.found import FoundParcel
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderStatus, Shipment, ShipmentStatus
from models.common.vocabulary import Issue

TROUBLE = {ShipmentStatus.LOST: 3, ShipmentStatus.RETURNED: 2, ShipmentStatus.EXCEPTION: 1}
ONE_SELF = frozenset({"self", "family"})


def parcels_with(shipments: tuple[Shipment, ...], line_ids: Iterable[str]) -> tuple[Shipment, ...]:
    """The parcels in which one of these lines lies, or may lie because nobody says what does; without lines, all of them."""
    wanted = set(line_ids)
    return tuple(one for one in shipments if not wanted or not one.lines or wanted & {line.line_id for line in one.lines})


def in_use(order: Order, shipments: tuple[Shipment, ...]) -> tuple[Shipment, ...]:
    """Without labels that were printed and never used, because the goods went with another: no time waits for these.

    They are known where the merchant says that everything came, or where what the other parcels carry is all of the order.
    """
    used = tuple(one for one in shipments if _left(one))
    carried = Counter[str]()
    for shipment in used:
        for line in shipment.lines:
            carried[line.line_id] += line.quantity
    everything = order.status is OrderStatus.DELIVERED or all(carried[line.line_id] >= line.quantity for line in order.lines)
    return used if used and everything else shipments


def _left(shipment: Shipment) -> bool:
    """Whether the parcel was handed over, as far as anybody says."""
    moves = shipment.shipped_at is not None or shipment.delivered_at is not None
    return moves or shipment.status is not ShipmentStatus.CREATED


def parcel_in_question(shipments: tuple[Shipment, ...], lines: tuple[LineQuantity, ...] = ()) -> Shipment | None:
    """Of those with these lines the one in most trouble: lost, sent back, with an exception, signed for by others, under way; of equals
    one that has left, then the last.
    """

    def trouble(shipment: Shipment) -> tuple[int, bool, bool, bool]:
        left = _left(shipment)
        return TROUBLE.get(shipment.status, 0), signed_by_other(shipment), left and shipment.delivered_at is None, left

    return max(reversed(parcels_with(shipments, (line.line_id for line in lines))), key=trouble, default=None)


def signed_by_other(shipment: Shipment) -> bool:
    return shipment.signed_relation is not None and shipment.signed_relation not in ONE_SELF


def lost_pieces(shipments: tuple[Shipment, ...]) -> Counter[str] | None:
    """Pieces by line that lie in lost parcels; None: no parcel is lost, or nobody says what lay in it."""
    lost = [shipment for shipment in shipments if shipment.status is ShipmentStatus.LOST]
    if not lost or not all(shipment.lines for shipment in lost):
        return None
    pieces = Counter[str]()
    for shipment in lost:
        for line in shipment.lines:
            pieces[line.line_id] += line.quantity
    return pieces


def as_given_up(shipments: tuple[Shipment, ...], found: Iterable[FoundParcel]) -> tuple[Shipment, ...]:
    """As they were when something was given for the loss: what was found since counts as lost."""
    numbers = {one.tracking for one in found}
    lost = {"status": ShipmentStatus.LOST}
    return tuple(one.model_copy(update=lost) if one.tracking in numbers else one for one in shipments)


def lines_in_question(case: CaseState) -> tuple[LineQuantity, ...]:
    """What the case is about: the lines that the customer named, and where goods were lost, of these what lay in a lost parcel.

    Empty: the whole order.
    """
    named, lost = case.receipt.lines, lost_pieces(as_given_up(case.shipments, case.found))
    if case.order is None or case.issue is not Issue.LOST or lost is None:
        return named
    asked = named or tuple(LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in case.order.lines)
    found = tuple(
        LineQuantity(line_id=line.line_id, quantity=min(line.quantity, lost[line.line_id]))
        for line in asked
        if lost[line.line_id]
    )
    return named if not found or found == asked else found
