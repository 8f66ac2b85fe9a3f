"""The carriers' tracking and service desks over HTTP: docs/partners/carrier.yaml."""

from datetime import UTC, datetime

from adapters.partners.http import PartnerHttp
from models.common.partners import FromPartner, Shipment, StatementRequest

LAST = datetime.max.replace(tzinfo=UTC)


class Shipments(FromPartner):
    shipments: tuple[Shipment, ...]


class HttpCarrier:
    """A `Carrier`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def shipments(self, order_id: str) -> tuple[Shipment, ...]:
        answer = await self._http.read("/shipments", Shipments, order_id=order_id)
        found = answer.shipments if answer else ()
        if any(shipment.order_id != order_id for shipment in found):
            raise self._http.invalid_response(f"asked for parcels of order {order_id}, it tells of another's")
        return tuple(sorted(found, key=lambda shipment: shipment.shipped_at or LAST))

    async def ask(self, request: StatementRequest) -> None:
        await self._http.write("/statements", request, request.key)
