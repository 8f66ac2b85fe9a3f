"""Several returns in one box (RES-6): one leads, the others travel with it. What people say of it, and what the returns tell each other."""

from enum import StrEnum

from models.common.base import Body, Frozen, Identifier, Instant
from models.common.identifiers import TrackingNumber
from models.returns.partner import Label, ReturnAddress


class Join(Body):
    """Put these goods into the box of another return of yours to the same merchant: its label and deadline hold for both."""

    reference: Identifier
    """Of the return that leads, such as `RD-0123456789AB.m1.return`; of one that travels itself, the one that it travels with."""


class Leave(Body):
    """Send these goods on their own after all, with a label and a deadline of their own."""


class NoRoom(StrEnum):
    """Why a return cannot travel with another."""

    ITSELF = "itself"
    NOT_WAITING = "box_not_waiting"
    TRAVELS = "box_travels"
    FULL = "box_full"
    OTHER_MERCHANT = "box_other_merchant"
    OTHER_ADDRESS = "box_other_address"


class BoxParcel(Frozen):
    """The box on its way: who brings it, and how (a `Way`)."""

    way: str
    tracking: TrackingNumber
    carrier_id: Identifier


class Companion(Frozen):
    """What a return says to the one that it travels with: the signal `companion`."""

    workflow_id: Identifier
    merchant_id: Identifier
    address: ReturnAddress
    along: bool
    """Whether it wants to travel along; said again, it asks how the box stands."""


class Leading(Frozen):
    """What the leading return says to one that travels with it: the signal `leading`. An older word than the last one says nothing."""

    workflow_id: Identifier
    at: Instant
    along: bool
    why: str | None = None
    """Why it does not travel along: a `NoRoom`, or how the leading return ended."""
    label: Label | None = None
    deadline: Instant | None = None
    parcel: BoxParcel | None = None
    received_at: Instant | None = None


class TellReturn(Frozen):
    """A word for another return: one of the two."""

    to: Identifier
    companion: Companion | None = None
    leading: Leading | None = None


class Heard(Frozen):
    """Whether that return is still at work."""

    heard: bool
