"""Goods that come back are taken at a reduced worth (RES-13): the customer has a word on it, and nothing moves before."""

from typing import Any

import pytest

from models.case.actions import Action
from models.common.actors import EvidenceRef
from models.common.lines import LineQuantity
from models.common.partners import Upload
from models.common.vocabulary import Acceptance, RefundStatus, Stage, WaitFor, WaitingOn
from models.policy.policy import PolicySlice
from models.returns.state import ReturnAction, ReturnStage
from models.returns.views import ReturnDetails
from models.returns.worth import OnSilence, WorthAnswer
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.returns import Returning, returned_without_a_reason, returning, two_lines
from tests.support.processes.service import Service

PICTURE = EvidenceRef(sha256="2" * 64, media_type="image/jpeg", size=10, name="scratch.jpg")
SCRATCHED = {"line_id": "L1", "quantity": 1, "share": "0.7", "reason": "杯口有划痕", "picture": PICTURE.model_dump()}
LINES = [{"line_id": "L1", "accepted": 2}, {"line_id": "L2", "accepted": 1}]


async def offered(service: Service, *reduced: dict[str, Any], policy: PolicySlice | None = None) -> Returning:
    """Goods that have come back, of which the merchant takes some at a share."""
    if policy is None:
        back, lines = await returning(service, lines=two_lines()), LINES
    else:
        back, lines = await returned_without_a_reason(service, policy), [{"line_id": "L1", "accepted": 1}]
    await back.awaiting()
    await back.scan("in transit")
    await back.scan("delivered")
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=lines, reduced=reduced or [SCRATCHED])
    return back


async def waiting(back: Returning, on: WaitingOn = WaitingOn.CUSTOMER, for_: WaitFor = WaitFor.REDUCED_WORTH) -> ReturnDetails:
    view = await back.case.waits_for(for_)
    assert view.waiting is not None
    assert view.waiting.on is on
    return await back.state(lambda state: state.worth is not None)


async def nothing_moved(back: Returning) -> None:
    view = await back.case.seen_by(AGENT)
    assert back.remedy(view).refund_status is RefundStatus.NONE
    assert back.case.service.world.paid_back("O-1") == 0
    assert back.world.back == {}


async def test_a_customer_who_agrees_is_paid_what_the_goods_are_worth_and_nobody_before(service: Service) -> None:
    back = await offered(service)
    await waiting(back)
    await nothing_moved(back)
    assert "return.worth_reduced" in await back.case.messages(CUSTOMER.id)
    (told,) = await back.case.told("return.worth_reduced")
    assert (told["amount_minor"], told["whole_minor"], told["shares"]) == (22_000, 25_000, ["L1 × 1: 70%"])
    await back.act(CUSTOMER, ReturnAction.AGREE_WORTH)
    view = await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    remedy = back.remedy(view)
    assert (remedy.acceptance, remedy.refund_status) == (Acceptance.ACCEPTED, RefundStatus.ARRIVED)
    assert service.world.paid_back("O-1") == 22_000
    assert back.world.back == {}
    timeline = await back.case.timeline()
    assert timeline.index("return.worth_reduced") < timeline.index("return.worth_agreed") < timeline.index("return.inspected")
    (inspected,) = await back.case.told("return.inspected")
    assert (inspected["amount_minor"], inspected["reduced_minor"]) == (22_000, 3_000)


async def test_what_the_customer_refuses_goes_home_without_a_refund_and_the_rest_is_refunded(service: Service) -> None:
    back = await offered(service)
    await waiting(back)
    await back.act(CUSTOMER, ReturnAction.REFUSE_WORTH, reason="太低了")
    await back.case.waits_for(WaitFor.PLAN)
    assert service.world.paid_back("O-1") == 15_000
    state = await back.state(lambda state: state.sent_back is not None)
    (order,) = back.world.back.values()
    assert order.lines == (LineQuantity(line_id="L1", quantity=1),)
    assert state.worth is not None
    assert state.worth.answer is WorthAnswer.REFUSED
    assert state.sent_back is not None
    await back.scan("delivered", state.sent_back.tracking)
    assert await back.over() == "partly_accepted"
    again = {"kind": "return_and_refund", "amount": {"minor": 5_000}, "lines": [{"line_id": "L1", "quantity": 1}]}
    await back.case.act(AGENT, Action.PROPOSE, options=[{"remedies": [again], "why": "再退一次"}])


async def test_on_an_appeal_a_supervisor_finds_the_worth_and_the_customer_agrees(service: Service) -> None:
    back = await offered(service)
    await waiting(back)
    await back.act(CUSTOMER, ReturnAction.APPEAL_WORTH, words="收到时就有划痕", evidence=[PICTURE.model_dump()])
    await waiting(back, WaitingOn.SUPERVISOR, WaitFor.APPEAL)
    assert (await back.refusal(CUSTOMER, ReturnAction.AGREE_WORTH)).rule == "RES-6"
    await nothing_moved(back)
    shares = [{"line_id": "L1", "share": "0.9"}]
    state = await back.act(SUPERVISOR, ReturnAction.RULE_WORTH, shares=shares, reason="划痕轻微")
    shown = await waiting(back)
    await nothing_moved(back)
    assert shown.offer_version == state.offer_version
    assert (await back.refusal(CUSTOMER, ReturnAction.AGREE_WORTH, version=state.offer_version - 1)).rule == "WRK-5"
    assert (await back.refusal(CUSTOMER, ReturnAction.APPEAL_WORTH, words="仍不同意")).rule == "RES-6"
    await back.act(CUSTOMER, ReturnAction.AGREE_WORTH, version=state.offer_version)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 24_000


async def test_a_customer_may_have_the_goods_back_after_the_ruling_too(service: Service) -> None:
    back = await offered(service)
    await waiting(back)
    await back.act(CUSTOMER, ReturnAction.APPEAL_WORTH, words="收到时就有划痕")
    await back.act(SUPERVISOR, ReturnAction.RULE_WORTH, reason="与照片一致")
    await waiting(back)
    await back.act(CUSTOMER, ReturnAction.REFUSE_WORTH)
    await back.case.waits_for(WaitFor.PLAN)
    assert service.world.paid_back("O-1") == 15_000


async def test_a_ruling_that_finds_the_goods_whole_is_refunded_at_once(service: Service) -> None:
    back = await offered(service)
    await waiting(back)
    await back.act(CUSTOMER, ReturnAction.APPEAL_WORTH, words="收到时就有划痕")
    await back.act(SUPERVISOR, ReturnAction.RULE_WORTH, shares=[{"line_id": "L1", "share": "1"}], reason="非顾客造成")
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 25_000


async def test_a_silent_customer_has_a_supervisor_look_at_it_who_is_told_again_and_silence_after_the_ruling_is_agreement(
    service: Service,
) -> None:
    back = await offered(service)
    await waiting(back)
    await back.pass_time(hours=73)
    await waiting(back, WaitingOn.SUPERVISOR, WaitFor.APPEAL)
    (told,) = await back.case.told("return.worth_appealed")
    assert told["silent"] is True
    await back.pass_time(hours=49)
    await back.told("return.worth_overdue")
    await nothing_moved(back)
    await back.act(SUPERVISOR, ReturnAction.RULE_WORTH, shares=[{"line_id": "L1", "share": "0.8"}], reason="轻微")
    await waiting(back)
    await back.pass_time(hours=73)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 23_000


@pytest.mark.parametrize(("silence", "refunded", "home"), [(OnSilence.AGREE, 9_030, 0), (OnSilence.REFUSE, 0, 1)])
async def test_silence_counts_as_what_the_policy_says(service: Service, silence: OnSilence, refunded: int, home: int) -> None:
    returns = service.policy.returns.model_copy(update={"silent_on_worth": silence})
    back = await offered(service, policy=service.policy.changed(returns=returns))
    await waiting(back)
    await back.pass_time(hours=73)
    await back.state(lambda state: state.result is not None)
    await back.case.until(
        lambda view: view.stage is Stage.FOLLOW_UP or (view.waiting is not None and view.waiting.for_ is WaitFor.PLAN)
    )
    freight = 800  # the label of a return without a reason
    assert service.world.paid_back("O-1") == max(refunded - freight, 0)
    assert len(back.world.back) == home
    state = await back.state(lambda state: state.worth is not None)
    assert state.worth is not None
    assert state.worth.silent


async def test_shares_that_cannot_be_change_nothing(service: Service) -> None:
    back = await returning(service, lines=two_lines())
    await back.awaiting()
    await back.act(MERCHANT, ReturnAction.RECEIVE)
    before = await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    wrong = {
        "reduced.0.quantity": [{**SCRATCHED, "quantity": 3}],
        "reduced.1.line_id": [SCRATCHED, SCRATCHED],
        "reduced.0.picture": [{**SCRATCHED, "picture": PICTURE.model_copy(update={"media_type": "text/plain"}).model_dump()}],
    }
    for field, reduced in wrong.items():
        fault = await back.refusal(MERCHANT, ReturnAction.INSPECT, lines=LINES, reduced=reduced)
        assert (fault.field, fault.rule) == (field, "RES-13")
    assert await back.state(lambda state: state.inspection is None) == before
    await back.act(MERCHANT, ReturnAction.INSPECT, lines=LINES, reduced=[{**SCRATCHED, "share": "1"}])
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 25_000


async def test_the_merchants_own_system_tells_of_reduced_worth(service: Service) -> None:
    back = await returning(service, lines=two_lines())
    await back.awaiting()
    await back.act(MERCHANT, ReturnAction.RECEIVE)
    await back.state(lambda state: state.stage is ReturnStage.RECEIVED)
    told = {"line_id": "L2", "quantity": 1, "share": "0.5", "reason": "包装缺失", "picture": PICTURE.sha256}
    uploads = (Upload(by="M-1", piece=PICTURE),)
    for wrong in ({"share": "0"}, {"share": "1.5"}, {"picture": "9" * 64}, {"quantity": 2}, {"reason": ""}):
        await back.tell("inspection", {"reduced": [told | wrong], "evidence": [PICTURE.sha256]}, uploads=uploads)
    assert (await back.state(lambda state: state.stage is ReturnStage.RECEIVED)).inspection is None
    await back.tell("inspection", {"reduced": [told], "evidence": [PICTURE.sha256]}, uploads=uploads)
    state = await waiting(back)
    assert state.worth is not None
    assert [(one.line_id, str(one.share), one.picture) for one in state.worth.pieces] == [("L2", "0.5", PICTURE)]
    assert [one["status"] for one in await back.case.told("investigation.partner_notice")] == ["unfit_worth"] * 5
    await back.act(CUSTOMER, ReturnAction.AGREE_WORTH)
    await back.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 22_500


async def test_a_case_that_is_withdrawn_meanwhile_has_all_of_the_goods_sent_home(service: Service) -> None:
    back = await offered(service)
    await waiting(back)
    await back.case.act(CUSTOMER, Action.WITHDRAW, reason="不退了")
    await back.case.until(lambda view: back.remedy(view).undone is not None)
    await back.state(lambda state: state.sent_back is not None)
    (order,) = back.world.back.values()
    assert {line.line_id: line.quantity for line in order.lines} == {"L1": 2, "L2": 1}
    assert service.world.paid_back("O-1") == 0
