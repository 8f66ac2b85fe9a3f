"""What a whole damaged parcel costs in history events, its return included (RES-6; docs/architecture.md, Temporal)."""

from datetime import timedelta
from typing import Any

from models.case.actions import Action
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import Issue, Outcome, Stage, WaitFor
from models.returns.state import ReturnAction, ReturnStage
from tests.support.builders.actors import CUSTOMER, MERCHANT
from tests.support.builders.orders import NOW, order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.builders.returns import accepted
from tests.support.processes.service import Service

WHOLE: dict[str, Any] = {
    "options": [{"remedies": [{"kind": "return_and_refund", "amount": {"minor": 12_900}}], "why": "退货退款"}]
}
PART: dict[str, Any] = {"options": [{"remedies": [{"kind": "price_adjustment", "amount": {"minor": 2_000}}], "why": "部分退款"}]}


async def test_a_damaged_parcel_with_counter_return_inspection_refund_and_survey_takes_at_most_120_events(
    service: Service,
) -> None:
    delivered = parcel(status=ShipmentStatus.DELIVERED, delivered_at=NOW - timedelta(days=2), signed_relation="self")
    service.world.add(order(status=OrderStatus.DELIVERED), delivered)
    case = await service.open(issue=Issue.DAMAGED, description="外箱压坏，杯子碎了", evidence=(UPLOADED,))
    await case.until(lambda view: view.waiting is not None and view.requests != ())
    await case.act(MERCHANT, Action.PROPOSE, **PART)
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.COUNTER, reason="碎了没法用，要退货退款")
    await case.waits_for(WaitFor.PLAN)
    await case.act(MERCHANT, Action.PROPOSE, **WHOLE)
    await case.waits_for(WaitFor.CHOICE)
    back = await accepted(service, case)
    await back.awaiting()
    await back.scan("picked_up")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await case.act(CUSTOMER, Action.CONFIRM, rating={"speed": 5, "solution": 5, "attitude": 4})
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.RESOLVED
    assert service.world.paid_back("O-1") == 12_900
    of_the_case, of_the_return = await case.events(), await back.events()
    assert of_the_case + of_the_return <= 120, (of_the_case, of_the_return)
