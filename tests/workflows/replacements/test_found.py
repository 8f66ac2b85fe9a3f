"""Goods that were given up turn up while others are made ready in their place (RES-7, RES-9): these are not sent."""

from datetime import timedelta
from itertools import count
from typing import Any

from models.common.partners import Notice, Scan, ShipmentStatus
from models.common.vocabulary import Outcome, Stage
from models.reconciliation.difference import DifferenceKind
from models.replacements.state import ReplacementStage
from tests.support.builders.orders import NOW, parcel
from tests.support.builders.reconciliation import differences, found
from tests.support.builders.replacements import Replacing, reshipping
from tests.support.processes.service import Service
from tests.support.processes.waiting import eventually, until

_numbers = count(1)


async def tell(made: Replacing, payload: dict[str, Any]) -> None:
    """The case's notice, as its carrier's webhook would bring it."""
    notice = Notice(notice_id=f"f{next(_numbers)}", partner="carrier", kind="shipment", payload=payload)
    await made.case.handle.signal("notice", notice)


def delivered() -> dict[str, Any]:
    return parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW).model_dump(mode="json")


async def packing(service: Service) -> Replacing:
    service.world.warehouse.sends_at_once = False
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    await until(lambda: bool(made.warehouse.dispatches))
    return made


async def test_a_reship_that_is_still_packed_is_called_off_when_the_first_parcel_comes(service: Service) -> None:
    made = await packing(service)
    await tell(made, delivered())
    view = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (made.remedy(view).undone, view.outcome) == ("parcel_found", Outcome.RESOLVED)
    assert [known.status.value for known in made.warehouse.dispatches.values()] == ["stopped"]
    assert await made.over() == "called_off"
    assert made.warehouse.held == []
    assert "resolution.replacement_not_needed" in await made.case.messages("C-1")
    assert await differences(service) == []  # the customer has the goods once, as bought


async def test_a_reship_that_left_already_is_for_people_to_decide_on(service: Service) -> None:
    made = await reshipping(service)
    await made.at(ReplacementStage.ON_ITS_WAY)
    await tell(made, delivered())
    row = await found(service, DifferenceKind.PARCEL_FOUND)
    assert row.ours["remedies"] == ["reship"]
    await made.scan(ShipmentStatus.DELIVERED)
    view = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert made.remedy(view).done_at is not None


async def test_a_reship_that_nobody_could_stop_any_more_is_for_people_to_decide_on(service: Service) -> None:
    made = await packing(service)
    made.warehouse.refuses_to_stop = True
    await tell(made, delivered())
    view = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (made.remedy(view).undone, made.remedy(view).done_at is not None) == (None, True)
    assert (await found(service, DifferenceKind.PARCEL_FOUND)).ours["remedies"] == ["reship"]


async def test_when_the_parcel_then_goes_back_to_its_sender_the_customer_has_nothing_and_people_decide(service: Service) -> None:
    made = await packing(service)
    await tell(made, delivered())
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    later = Scan(at=NOW + timedelta(hours=1), place="杭州", status="returned")
    await tell(made, parcel(status=ShipmentStatus.RETURNED, scans=(later,)).model_dump(mode="json"))
    assert (await found(service, DifferenceKind.PARCEL_FOUND)).ours == {"remedies": [], "customer_has_goods": False}


async def test_a_replacement_that_was_given_up_and_comes_is_the_one_that_the_customer_gets(service: Service) -> None:
    made = await reshipping(service)
    first = await made.at(ReplacementStage.ON_ITS_WAY)
    service.world.warehouse.sends_at_once = False
    await made.scan(ShipmentStatus.LOST)
    await made.state(lambda state: state.attempt == 2 and state.stage is ReplacementStage.SENDING)
    await tell(made, made.parcel(str(first.tracking), ShipmentStatus.DELIVERED).model_dump(mode="json"))
    view = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (made.remedy(view).undone, made.remedy(view).done_at is not None) == (None, True)
    assert len(made.warehouse.sent) == 1
    assert await differences(service) == []


async def test_a_replacement_that_was_given_up_and_comes_beside_the_second_is_for_people_to_decide_on(service: Service) -> None:
    made = await reshipping(service)
    first = await made.at(ReplacementStage.ON_ITS_WAY)
    await made.scan(ShipmentStatus.LOST)
    await made.state(lambda state: state.attempt == 2 and state.tracking is not None)
    await tell(made, made.parcel(str(first.tracking), ShipmentStatus.DELIVERED).model_dump(mode="json"))

    async def subjects() -> list[str]:
        return [row.subject for row in await differences(service)]

    assert await eventually(subjects) == [first.tracking]
