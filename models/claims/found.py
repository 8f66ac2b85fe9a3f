"""A parcel that was given up as lost and has turned up after all (RES-9)."""

from models.common.base import Frozen, Instant
from models.common.identifiers import TrackingNumber
from models.common.partners import ShipmentStatus


class FoundParcel(Frozen):
    """Where it is now: delivered to where it was sent, or returned to where it came from."""

    tracking: TrackingNumber
    status: ShipmentStatus
    at: Instant
    """When it was scanned there; without a scan, when we heard of it."""
