"""A return for every result of the inspection: what is refunded, what goes back to the customer, what is negotiated again (RES-6)."""

from typing import Any

from models.case.actions import Action
from models.common.actors import EvidenceRef
from models.common.lines import LineQuantity
from models.common.partners import Upload
from models.common.vocabulary import Acceptance, Reception, RefundStatus, Role, Stage, Tier, WaitFor, WaitingOn
from models.returns.state import ReturnAction, ReturnResult, ReturnStage
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT
from tests.support.builders.returns import Returning, returning, two_lines
from tests.support.processes.service import Service
from tests.support.processes.waiting import eventually

PHOTO = EvidenceRef(sha256="2" * 64, media_type="image/jpeg", size=10, name="scratch.jpg")


WARNING = "case.deadline_near"


async def warned(back: Returning, times: int) -> None:
    """The return tells its case, which writes it down."""
    await eventually(back.case.timeline, lambda timeline: timeline.count(WARNING) == times)


async def at_the_merchants(service: Service, **of: Any) -> Returning:
    """Goods that have come back."""
    back = await returning(service, **of)
    await back.awaiting()
    await back.scan("in transit")
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    return back


async def negotiated_again(back: Returning) -> None:
    view = await back.case.waits_for(WaitFor.PLAN)
    assert view.stage is Stage.RESOLUTION


async def test_everything_accepted(service: Service) -> None:
    back = await at_the_merchants(service, lines=two_lines())
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 2}, {"line_id": "L2", "accepted": 1}])
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert back.remedy(view).acceptance is Acceptance.ACCEPTED
    assert service.world.paid_back("O-1") == 25_000
    assert back.world.back == {}


async def test_a_part_rejected_is_sent_back_and_negotiated_again_while_the_rest_is_refunded(service: Service) -> None:
    back = await at_the_merchants(service, lines=two_lines())
    lines = [
        {"line_id": "L1", "accepted": 1, "rejected": 1, "reason": "杯口有使用痕迹"},
        {"line_id": "L2", "accepted": 1},
    ]
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=lines, evidence=[PHOTO.model_dump()])
    await negotiated_again(back)
    assert service.world.paid_back("O-1") == 15_000
    state = await back.state(lambda state: state.sent_back is not None)
    assert state.result is ReturnResult.PARTLY
    assert state.sent_back is not None
    (order,) = back.world.back.values()
    assert order.lines == (LineQuantity(line_id="L1", quantity=1),)
    view = await back.case.seen_by(CUSTOMER)
    remedy = back.remedy(view)
    assert (remedy.acceptance, remedy.refund_status) == (Acceptance.PARTIAL, RefundStatus.ARRIVED)
    await back.scan("delivered", state.sent_back.tracking)
    await back.state(lambda state: state.handed_back_at is not None)
    assert await back.over() == "partly_accepted"
    timeline = await back.case.timeline()
    assert timeline.index("return.inspected") < timeline.index("return.sent_back") < timeline.index("return.handed_back")


async def test_the_rejected_piece_may_be_agreed_on_anew(service: Service) -> None:
    back = await at_the_merchants(service, lines=two_lines())
    lines = [{"line_id": "L1", "accepted": 1, "rejected": 1, "reason": "有划痕"}, {"line_id": "L2", "accepted": 1}]
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=lines)
    await negotiated_again(back)
    again = {"kind": "return_and_refund", "amount": {"minor": 5_000}, "lines": [{"line_id": "L1", "quantity": 1}]}
    await back.case.act(AGENT, Action.PROPOSE, options=[{"remedies": [again], "why": "折价后再退一次"}])
    await back.case.act(CUSTOMER, Action.ACCEPT)
    view = await back.case.until(
        lambda view: any(remedy.return_ and remedy.return_.stage is ReturnStage.AWAITING for remedy in view.remedies)
    )
    assert [remedy.undone for remedy in view.remedies] == [None, None]


async def test_everything_rejected_is_not_refunded(service: Service) -> None:
    back = await at_the_merchants(service)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "rejected": 1, "reason": "人为损坏"}])
    await negotiated_again(back)
    view = await back.case.seen_by(AGENT)
    remedy = back.remedy(view)
    assert (remedy.acceptance, remedy.undone) == (Acceptance.REJECTED, "rejected")
    assert service.world.paid_back("O-1") == 0
    assert "return.inspected" in await back.case.messages("C-1")
    back.world.scan(f"B-{back.handle.id}", "妥投")
    await back.state(lambda state: state.sent_back is not None)
    await back.pass_time(hours=25)
    await back.state(lambda state: state.handed_back_at is not None)


async def test_missing_pieces_are_not_refunded_and_nothing_is_sent_back(service: Service) -> None:
    back = await at_the_merchants(service, lines=two_lines())
    await back.act(
        MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1, "missing": 1}, {"line_id": "L2", "accepted": 1}]
    )
    await negotiated_again(back)
    view = await back.case.seen_by(AGENT)
    assert back.remedy(view).reception is Reception.SHORT
    assert service.world.paid_back("O-1") == 15_000
    assert await back.over() == "partly_accepted"
    assert back.world.back == {}


async def test_something_else_in_the_parcel_goes_back(service: Service) -> None:
    back = await at_the_merchants(service)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "wrong": 1, "reason": "寄回的是另一款"}])
    await negotiated_again(back)
    view = await back.case.seen_by(AGENT)
    assert back.remedy(view).reception is Reception.WRONG_ITEM
    assert service.world.paid_back("O-1") == 0
    await back.state(lambda state: state.sent_back is not None)


async def test_a_silent_merchant_has_accepted(service: Service) -> None:
    back = await at_the_merchants(service)
    await back.pass_time(hours=49)
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    state = back.remedy(view).return_
    assert state is not None
    assert state.inspection is not None
    assert state.inspection.by.role is Role.SYSTEM
    assert service.world.paid_back("O-1") == 12_900


async def test_the_merchant_is_warned_twice_while_the_inspection_is_due(service: Service) -> None:
    back = await at_the_merchants(service)
    for hours, warnings in ((23, 0), (2, 1), (12, 1), (2, 2), (8, 2)):
        await back.pass_time(hours=hours)
        await warned(back, warnings)
    assert (await back.case.messages(MERCHANT.id)).count(WARNING) == 2
    assert WARNING not in await back.case.messages(CUSTOMER.id)
    await back.pass_time(hours=2)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (await back.case.timeline()).count(WARNING) == 2


async def test_a_merchant_who_inspected_is_not_warned_any_more(service: Service) -> None:
    back = await at_the_merchants(service)
    await back.pass_time(hours=25)
    await warned(back, 1)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (await back.case.timeline()).count(WARNING) == 1


async def test_the_merchants_own_system_tells_of_the_inspection(service: Service) -> None:
    back = await at_the_merchants(service, lines=two_lines())
    await back.tell("inspection", {"lines": [{"line_id": "L9", "rejected": 1, "reason": "?"}]})
    told = {"lines": [{"line_id": "L2", "rejected": 1, "reason": "包装缺失"}], "evidence": [PHOTO.sha256]}
    uploads = (Upload(by="M-1", piece=PHOTO), Upload(by="M-2", piece=PHOTO.model_copy(update={"sha256": "3" * 64})))
    await back.tell("inspection", told, uploads=uploads)
    await back.tell("inspection", {"lines": []})
    await negotiated_again(back)
    state = await back.state(lambda state: state.inspection is not None)
    assert state.inspection is not None
    assert state.inspection.evidence == (PHOTO,)
    assert [(line.accepted, line.rejected) for line in state.inspection.lines] == [(2, 0), (0, 1)]
    assert service.world.paid_back("O-1") == 20_000


async def test_an_inspection_before_the_carrier_tells_counts_as_come(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.act(MERCHANT, ReturnAction.RECEIVE)
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "accepted": 1}])
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_an_inspection_of_goods_that_nobody_told_of_as_sent_counts_as_come_unless_nothing_came(service: Service) -> None:
    back = await returning(service)
    await back.awaiting()
    await back.tell("inspection", {"lines": [{"line_id": "L1", "missing": 1}]})
    assert (await back.awaiting()).received_at is None
    await back.tell("inspection", {"lines": []})
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900


async def test_a_merchant_that_will_not_send_goods_back_is_for_a_person(service: Service) -> None:
    back = await at_the_merchants(service)
    back.world.refuses.add("send_back")
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=[{"line_id": "L1", "rejected": 1, "reason": "人为损坏"}])
    assert await back.over() == "rejected"
    await back.told("return.stuck")
    (told,) = await back.case.told("return.stuck")
    assert (told["refusal"], told["refusal_code"]) == ("we do not send_back", "no_send_back")
    assert "return.sent_back" not in await back.case.timeline()
    view = await back.case.waits_for(WaitFor.PLAN)
    assert view.waiting is not None
    assert (view.tier, view.waiting.on) == (Tier.PLATFORM, WaitingOn.AGENT)
