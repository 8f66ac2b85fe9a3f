"""A parcel's trace: its state follows the time of its latest scan, not the number of scans nor the order in which notices come."""

from collections.abc import Iterable
from datetime import datetime

from models.common.partners import Scan, Shipment, ShipmentStatus
from models.returns.partner import ReturnParcel


def latest(scans: Iterable[Scan]) -> datetime | None:
    """When the parcel was last scanned; None: the trace is empty."""
    return max((scan.at for scan in scans), default=None)


def is_older(told: datetime | None, known: datetime | None) -> bool:
    """Whether a trace that ends at `told` is an earlier state of the one known until `known`. A trace without scans is the earliest."""
    return known is not None and (told is None or told < known)


def newest(known: Iterable[Shipment], told: Iterable[Shipment]) -> tuple[Shipment, ...]:
    """The parcels that are told of, each in its latest state: an answer may be older than what a notice said meanwhile."""
    before = {shipment.tracking: shipment for shipment in known}
    return tuple(before[one.tracking] if one.tracking in before and stale(one, before[one.tracking]) else one for one in told)


def stale(told: Shipment, known: Shipment) -> bool:
    """Whether it is an earlier state of the known parcel, which came late."""
    return is_older(latest(told.scans), latest(known.scans))


def moved(known: Shipment, told: ReturnParcel, status: ShipmentStatus) -> Shipment:
    """The order's parcel after what a tracking service tells of it; what only the carrier knows stays."""
    last = latest(told.scans)
    shipped = None if status is ShipmentStatus.CREATED else min((scan.at for scan in told.scans), default=None)
    return known.model_copy(
        update={
            "status": status,
            "scans": told.scans or known.scans,
            "shipped_at": known.shipped_at or shipped,
            "delivered_at": known.delivered_at or last if status is ShipmentStatus.DELIVERED else None,
        }
    )
