"""EasyPost, a service that tracks parcels of many carriers (RES-6): API v2, docs.easypost.com/docs/trackers and /docs/webhooks.

The carriers' desk stays the first to be asked; what it does not know, or lists without a trace, is looked up here.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, Field, JsonValue

from adapters.partners.http import PartnerHttp
from models.common.base import Identifier, Instant
from models.common.errors import PartnerError
from models.common.identifiers import TrackingNumber
from models.common.partners import FromPartner, Scan, Shipment, ShipmentStatus
from models.common.vocabulary import ErrorType
from models.returns.partner import ReturnParcel

NAME = "easypost"
STATUSES: Final[Mapping[str, ShipmentStatus]] = {
    "unknown": ShipmentStatus.CREATED,
    "pre_transit": ShipmentStatus.CREATED,
    "in_transit": ShipmentStatus.IN_TRANSIT,
    "out_for_delivery": ShipmentStatus.IN_TRANSIT,
    "available_for_pickup": ShipmentStatus.PICKUP_POINT,
    "delivered": ShipmentStatus.DELIVERED,
    "return_to_sender": ShipmentStatus.RETURNED,
    "failure": ShipmentStatus.EXCEPTION,
    "cancelled": ShipmentStatus.EXCEPTION,
    "error": ShipmentStatus.EXCEPTION,
}
"""`status` of a Tracker → ours."""


class Location(FromPartner):
    city: str | None = None
    state: str | None = None
    country: str | None = None


class Detail(FromPartner):
    """A `TrackingDetail`: one scan."""

    datetime: Instant
    status: str
    message: str | None = None
    tracking_location: Location | None = None


class Tracker(FromPartner):
    """A `Tracker`: a parcel as EasyPost knows it."""

    tracking_code: TrackingNumber
    carrier: Identifier
    status: str
    signed_by: str | None = None
    tracking_details: tuple[Detail, ...] = ()

    @property
    def unheard_of(self) -> bool:
        """Whether the carrier has told EasyPost nothing of it yet."""
        return self.status == "unknown" and not self.tracking_details

    @property
    def parcel(self) -> ReturnParcel:
        return ReturnParcel(tracking=self.tracking_code, carrier_id=self.carrier, status=self.status, scans=self.scans)

    @property
    def scans(self) -> tuple[Scan, ...]:
        return tuple(
            Scan(at=one.datetime, place=_place(one.tracking_location), status=one.status) for one in self.tracking_details
        )

    def traced(self, known: Shipment) -> Shipment:
        """The order's parcel with what EasyPost knows of its way. A status that we do not know leaves it as it is."""
        status = STATUSES.get(self.status)
        if status is None or self.unheard_of:
            return known
        came = [one.datetime for one in self.tracking_details if one.status == "delivered"]
        sent = [one.datetime for one in self.tracking_details if STATUSES.get(one.status) is not ShipmentStatus.CREATED]
        return known.model_copy(
            update={
                "status": status,
                "scans": self.scans,
                "shipped_at": known.shipped_at or min(sent, default=None),
                "delivered_at": max(came, default=None) if status is ShipmentStatus.DELIVERED else None,
                "signed_by": self.signed_by or known.signed_by,
            }
        )


class Event(FromPartner):
    """A webhook's body. `description` says what happened: `tracker.created`, `tracker.updated`, or what is none of ours."""

    id: str = Field(min_length=1, max_length=200)
    description: str
    result: JsonValue

    @property
    def tracker(self) -> Tracker | None:
        """The tracker of which it tells, if it does. Raises ValidationError when that is no tracker."""
        return Tracker.model_validate_json(json.dumps(self.result)) if self.description.startswith("tracker.") else None


class _Wanted(BaseModel):
    class Of(BaseModel):
        tracking_code: str

    tracker: Of


def _place(location: Location | None) -> str:
    parts = (location.city, location.state, location.country) if location else ()
    return ", ".join(part for part in parts if part)


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `X-Hmac-Signature` is EasyPost's of this body."""
    key = unicodedata.normalize("NFKD", secret).encode()
    expected = f"hmac-sha256-hex={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    return hmac.compare_digest(expected.encode(), signature.encode())


class EasyPost:
    """A `Tracking`. A tracker is made by asking for it; asked again, the same one answers."""

    def __init__(self, http: PartnerHttp) -> None:
        self.http = http

    async def tracker(self, tracking: str) -> Tracker | None:
        """Where the parcel is; None when no carrier of EasyPost's knows the number. May raise `PartnerError`."""
        wanted = _Wanted(tracker=_Wanted.Of(tracking_code=tracking))
        try:
            found = self.http.parse(await self.http.write("/trackers", wanted, tracking), Tracker)
        except PartnerError as error:
            if error.type in {ErrorType.NOT_FOUND, ErrorType.PARTNER_REFUSED}:
                return None
            raise
        if found.tracking_code != tracking:
            raise self.http.invalid_response(f"asked for parcel {tracking}, it tells of {found.tracking_code}")
        return None if found.unheard_of else found

    async def parcel(self, tracking: str) -> ReturnParcel | None:
        tracker = await self.tracker(tracking)
        return tracker.parcel if tracker else None

    async def traced(self, shipment: Shipment) -> Shipment:
        tracker = await self.tracker(shipment.tracking)
        return tracker.traced(shipment) if tracker else shipment
