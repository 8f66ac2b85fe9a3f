"""That a parcel turned up is told to its claim when the case that refunded it as lost is over (RES-9)."""

import json
from typing import Any

import httpx

from models.claims.state import ClaimCause
from models.common.partners import Shipment, ShipmentStatus
from models.returns.partner import ReturnParcel
from tests.support.builders.claims import close, lost_parcel
from tests.support.builders.notices import signed
from tests.support.builders.orders import NOW, parcel
from tests.support.processes.api import Web


async def send(web: Web, payload: dict[str, Any]) -> httpx.Response:
    content = json.dumps({"kind": "shipment", "order_id": payload.get("order_id"), "payload": payload})
    return await web.http.post("/v1/webhooks/carrier", content=content, headers=signed(web.settings, content, of="carrier"))


def of_its_carrier(status: ShipmentStatus) -> dict[str, Any]:
    came: Shipment = parcel(status=status, delivered_at=NOW if status is ShipmentStatus.DELIVERED else None)
    return came.model_dump(mode="json")


def of_a_tracking_service(status: ShipmentStatus) -> dict[str, Any]:
    """It knows the number alone."""
    came = ReturnParcel(tracking="T-O-1", carrier_id="K-1", status=status.value, scans=parcel().scans)
    return came.model_dump(mode="json")


async def test_a_claim_hears_that_its_parcel_came_after_its_case_is_over(web: Web) -> None:
    case, life = await lost_parcel(web.service)
    await close(case)
    for told in (of_its_carrier, of_a_tracking_service):
        under_way = await send(web, told(ShipmentStatus.IN_TRANSIT))
        assert (under_way.status_code, under_way.json()) == (202, {"result": "unknown"})
    for told in (of_a_tracking_service, of_its_carrier):
        assert (await send(web, told(ShipmentStatus.DELIVERED))).json() == {"result": "taken"}
    late = await life.until(lambda state: state.claim.cause is ClaimCause.LATE)
    assert late.claim.amount.minor == 2_000
    await life.party_heard("open", "change")
