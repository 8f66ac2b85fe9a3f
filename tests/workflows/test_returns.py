"""A return of every way of sending and every result of the inspection, with the refund that it comes to (RES-6, RES-8, RES-11)."""

from returning_goods import returning
from service import MERCHANT, Service

from models.returns import ReturnAction, ReturnStage, Way
from models.vocabulary import Acceptance, Reception, Reimbursement, Stage


async def test_goods_sent_with_our_label_and_accepted_are_refunded(service: Service) -> None:
    back = await returning(service)
    state = await back.awaiting()
    assert state.rma is not None
    assert state.address is not None
    assert state.label is not None
    assert state.deadline is not None
    await back.scan("picked_up")
    await back.state(lambda state: state.stage is ReturnStage.IN_TRANSIT)
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    remedy = back.remedy(view)
    assert remedy.reception is Reception.RECEIVED
    assert remedy.acceptance is Acceptance.ACCEPTED
    assert remedy.reimbursement is Reimbursement.ARRIVED
    assert remedy.return_ is not None
    assert remedy.return_.way is Way.LABEL
    assert service.world.paid_back("O-1") == 12_900
    told = [event for event in await back.case.timeline() if event.startswith("return.")]
    assert told == ["return.approved", "return.label_ready", "return.on_its_way", "return.received", "return.inspected"]
    assert set(told) <= set(await back.case.messages("C-1"))
    assert await back.over() == "accepted"
