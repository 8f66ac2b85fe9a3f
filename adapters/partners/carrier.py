"""The carriers' tracking and service desks over HTTP: docs/partners/carrier.yaml."""

from datetime import UTC, datetime
from typing import Annotated

from adapters.partners.http import PartnerHttp
from adapters.partners.protocols import Tracking
from models.common.partners import FromPartner, Shipment, StatementRequest, each_once

LAST = datetime.max.replace(tzinfo=UTC)


class Shipments(FromPartner):
    shipments: Annotated[tuple[Shipment, ...], each_once("tracking")]


class HttpCarrier:
    """A `Carrier`."""

    def __init__(self, http: PartnerHttp, tracking: Tracking | None = None) -> None:
        self._http = http
        self._tracking = tracking

    async def shipments(self, order_id: str) -> tuple[Shipment, ...]:
        answer = await self._http.read("/shipments", Shipments, order_id=order_id)
        found = answer.shipments if answer else ()
        if any(shipment.order_id != order_id for shipment in found):
            raise self._http.invalid_response(f"asked for parcels of order {order_id}, it tells of another's")
        traced = [await self._traced(shipment) for shipment in found]
        return tuple(sorted(traced, key=lambda shipment: shipment.shipped_at or LAST))

    async def ask(self, request: StatementRequest) -> None:
        await self._http.write("/statements", request, request.key)

    async def _traced(self, shipment: Shipment) -> Shipment:
        if self._tracking is None or shipment.scans:
            return shipment
        return await self._tracking.traced(shipment)
