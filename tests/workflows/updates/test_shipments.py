"""What carriers tell a case of its order's parcels."""

from datetime import timedelta
from itertools import count

from models.case.state import CaseState
from models.common.partners import Notice, Scan, Shipment, ShipmentStatus
from models.common.vocabulary import Issue
from tests.support.builders.orders import NOW, order, parcel
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import eventually

_numbers = count(1)


async def tell(case: Case, told: Shipment) -> None:
    notice = Notice(notice_id=f"s{next(_numbers)}", partner="carrier", kind="shipment", payload=told.model_dump(mode="json"))
    await case.handle.signal("notice", notice)


async def test_a_notice_whose_scans_are_five_hours_older_does_not_undo_a_delivery(service: Service) -> None:
    arrived = Scan(at=NOW, place="青岛", status="delivered")
    early = tuple(Scan(at=NOW - timedelta(hours=hours), place="杭州", status="in_transit") for hours in (9, 8, 7, 6, 5))
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.DELAY)
    await case.until(lambda view: any(fact.name == "delivery.delivered" for fact in view.facts))
    await tell(case, parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW, scans=(arrived,)))
    await tell(case, parcel(scans=early))

    async def told() -> list[str]:
        return [notice["status"] for notice in await case.told("investigation.partner_notice")]

    assert await eventually(told, lambda statuses: len(statuses) == 2) == ["delivered", "already_known"]
    row = await case.row()
    assert row is not None
    (known,) = CaseState.model_validate(row.state).shipments
    assert known.status is ShipmentStatus.DELIVERED
