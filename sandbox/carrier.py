"""The carriers' tracking and service desk: docs/partners/carrier.yaml."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from models.common.base import Identifier
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind, Scan, Shipment, ShipmentStatus, StatementRequest
from sandbox.kit.books import now
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.orders.statements import take_request
from sandbox.returns import is_returned, move_back

router = contract(Partner.CARRIER)
road = APIRouter(tags=["sandbox"])


class Shipments(BaseModel):
    shipments: tuple[Shipment, ...]


@router.get("/shipments")
async def shipments(order_id: Annotated[Identifier, Query()], sandbox: SandboxOf) -> Response:
    entry = sandbox.catalogue.entries.get(order_id)
    return answer(Shipments(shipments=tuple(moved(sandbox, parcel) for parcel in entry.shipments) if entry else ()))


@router.post("/statements", status_code=202)
async def ask(request: StatementRequest, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> None:
    take_request(sandbox, Partner.CARRIER, request, key, faults)


class Moved(BaseModel):
    """Something that happens to a parcel."""

    model_config = ConfigDict(extra="forbid")

    status: ShipmentStatus
    place: str = Field(default="杭州", max_length=100)
    said: str = Field(default="", max_length=200)


@road.post("/parcels/{tracking}/scans")
async def move(tracking: str, news: Moved, sandbox: SandboxOf) -> Response:
    """Let a parcel move on: its trace grows, and the carrier tells of it."""
    if is_returned(sandbox, tracking):
        return answer(move_back(sandbox, tracking, news.status, news.place, news.said))
    parcel = sandbox.catalogue.shipments.get(tracking)
    if parcel is None:
        raise HTTPException(404, f"there is no parcel {tracking}; see /catalogue")
    at = now()
    with sandbox.books.transaction():
        sandbox.books.insert(
            "scans", tracking=tracking, at=at.isoformat(), place=news.place, said=news.said or news.status, status=news.status
        )
        after = moved(sandbox, parcel)
        sandbox.webhooks.add(Partner.CARRIER, NoticeKind.SHIPMENT, after, at, reference=None, order_id=parcel.order_id)
    return answer(after)


def moved(sandbox: Sandbox, parcel: Shipment) -> Shipment:
    """The parcel with what happened to it since the first start."""
    rows = sandbox.books.read("select * from scans where tracking = ? order by at", parcel.tracking)
    if not rows:
        return parcel
    scans = tuple(Scan(at=datetime.fromisoformat(row["at"]), place=row["place"], status=row["said"]) for row in rows)
    last = ShipmentStatus(rows[-1]["status"])
    delivered = {"delivered_at": scans[-1].at, "signed_relation": "self"} if last is ShipmentStatus.DELIVERED else {}
    return parcel.model_copy(update={"scans": (*parcel.scans, *scans), "status": last, **delivered})
