"""Goods repaired (RES-7): at the workshop, diagnosed, agreed to when it costs something, sent back; or replaced. RES-11."""

from typing import Any

import pytest

from models.case.actions import Action
from models.common.partners import Notice, ShipmentStatus
from models.common.vocabulary import ErrorType, Issue, Outcome, RemedyKind, Stage, WaitFor, WaitingOn
from models.replacements.partner import RepairStatus
from models.replacements.state import ReplacementAction, ReplacementStage
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import order
from tests.support.builders.replacements import Replacing, agreed, repairing
from tests.support.processes.service import Service

A = ReplacementAction
ESTIMATE: dict[str, Any] = {"in_warranty": False, "estimate": {"minor": 4_500}, "words": "进水，不在保修范围"}
BACK = {"tracking": "BACK-1", "carrier_id": "K-9"}


async def home(made: Replacing) -> None:
    """The parcel reaches the customer."""
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def asked(made: Replacing) -> None:
    """The workshop says what the repair costs."""
    await made.workshop(RepairStatus.DIAGNOSED, **ESTIMATE)
    await made.case.waits_for(WaitFor.REPAIR_ESTIMATE)


async def pay(made: Replacing) -> None:
    state = await made.state(lambda state: state.charge is not None and state.charge.pay_url is not None)
    assert state.charge is not None
    paid = made.case.service.ordering.pay(state.charge.key)
    notice = Notice(notice_id="paid", partner="payment", kind="charge", payload=paid.model_dump(mode="json"))
    await made.handle.signal("notice", notice)


async def test_a_repair_under_warranty_costs_nothing_and_comes_home(service: Service) -> None:
    made = await repairing(service)
    await made.workshop(RepairStatus.DIAGNOSED, in_warranty=True, words="电路板")
    await made.at(ReplacementStage.REPAIR)
    await made.workshop(RepairStatus.REPAIRED)
    await made.at(ReplacementStage.SENDING_BACK)
    await made.workshop(RepairStatus.SENT_BACK, **BACK)
    await home(made)
    told = await made.case.messages("C-1")
    assert "resolution.repaired" in told
    assert "resolution.repair_sent_back" in told
    assert "resolution.repair_estimated" not in told
    assert service.ordering.charges == {}


async def test_a_repair_out_of_warranty_that_costs_nothing_needs_no_word_of_the_customer(service: Service) -> None:
    made = await repairing(service)
    await made.workshop(RepairStatus.DIAGNOSED, in_warranty=False, estimate={"minor": 0, "currency": "CNY"})
    await made.at(ReplacementStage.REPAIR)
    await made.workshop(RepairStatus.REPAIRED)
    await made.at(ReplacementStage.SENDING_BACK)
    await made.workshop(RepairStatus.SENT_BACK, **BACK)
    await home(made)
    assert service.ordering.charges == {}


async def test_a_repair_out_of_warranty_goes_on_when_the_customer_agreed_and_paid(service: Service) -> None:
    made = await repairing(service)
    await asked(made)
    assert (await made.refusal(MERCHANT, A.ACCEPT_ESTIMATE)).type is ErrorType.NOT_ALLOWED_FOR_ROLE
    await made.act(CUSTOMER, A.ACCEPT_ESTIMATE)
    view = await made.case.waits_for(WaitFor.CHARGE)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.CUSTOMER
    await pay(made)
    await made.at(ReplacementStage.REPAIR)
    assert list(made.warehouse.decisions.values()) == [True]
    await made.workshop(RepairStatus.REPAIRED)
    await made.workshop(RepairStatus.SENT_BACK, **BACK)
    await home(made)
    (charge,) = service.ordering.charges.values()
    assert charge.amount.minor == 4_500


async def test_a_price_that_is_refused_brings_the_goods_home_as_they_are(service: Service) -> None:
    made = await repairing(service)
    await asked(made)
    await made.act(CUSTOMER, A.REFUSE_ESTIMATE, reason="太贵")
    assert (await made.refusal(CUSTOMER, A.ACCEPT_ESTIMATE)).type is ErrorType.NOT_ALLOWED_NOW
    await made.workshop(RepairStatus.SENT_BACK, **BACK)
    await home(made)
    assert list(made.warehouse.decisions.values()) == [False]
    view = await made.case.seen_by(CUSTOMER)
    assert (made.remedy(view).undone, view.outcome) == ("estimate_refused", Outcome.NOT_PURSUED)


async def test_silence_on_the_price_counts_as_a_no(service: Service) -> None:
    made = await repairing(service)
    await asked(made)
    await made.pass_time(hours=73)
    await made.at(ReplacementStage.SENDING_BACK)
    await made.workshop(RepairStatus.SENT_BACK, **BACK)
    await home(made)
    assert list(made.warehouse.decisions.values()) == [False]


async def test_a_price_that_was_agreed_to_and_not_paid_counts_as_a_no(service: Service) -> None:
    made = await repairing(service)
    await asked(made)
    await made.act(CUSTOMER, A.ACCEPT_ESTIMATE)
    await made.case.waits_for(WaitFor.CHARGE)
    await made.pass_time(hours=49)
    await made.workshop(RepairStatus.SENT_BACK, **BACK)
    await home(made)
    assert list(made.warehouse.decisions.values()) == [False]


async def test_goods_that_cannot_be_repaired_are_replaced(service: Service) -> None:
    made = await repairing(service)
    await made.workshop(RepairStatus.NOT_REPAIRABLE, in_warranty=True)
    await made.at(ReplacementStage.ON_ITS_WAY)
    assert len(made.warehouse.sent) == 1
    await home(made)
    assert "resolution.not_repairable" in await made.case.messages("C-1")


async def test_goods_that_can_neither_be_repaired_nor_replaced_bring_the_offer_of_a_refund(service: Service) -> None:
    made = await repairing(service)
    made.warehouse.gone.add("SKU-1")
    await made.workshop(RepairStatus.DIAGNOSED, in_warranty=True)
    await made.workshop(RepairStatus.NOT_REPAIRABLE)
    view = await made.case.until(lambda view: len(view.proposals) > 1 and view.waiting is not None)
    assert [remedy.kind for remedy in view.proposals[-1].options[0].remedies] == [RemedyKind.REFUND_ONLY]
    await made.case.act(CUSTOMER, Action.ACCEPT)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900


async def test_a_paid_repair_that_fails_gives_the_money_back(service: Service) -> None:
    made = await repairing(service)
    await asked(made)
    await made.act(CUSTOMER, A.ACCEPT_ESTIMATE)
    await pay(made)
    await made.at(ReplacementStage.REPAIR)
    await made.workshop(RepairStatus.NOT_REPAIRABLE)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None and view.waiting is not None)
    assert made.remedy(view).undone == "not_repairable"
    assert service.world.paid_back("O-1") == 4_500


async def test_a_workshop_without_a_system_is_played_by_its_merchant(service: Service) -> None:
    made = await repairing(service)
    fault = await made.refusal(MERCHANT, A.DIAGNOSE, in_warranty=False)
    assert (fault.type, fault.field, fault.rule) == (ErrorType.INVALID, "estimate", "RES-7")
    assert (await made.refusal(MERCHANT, A.DIAGNOSE, in_warranty=True, estimate={"minor": 1})).field == "estimate"
    other = {"minor": 1, "currency": "EUR"}
    assert (await made.refusal(MERCHANT, A.DIAGNOSE, in_warranty=False, estimate=other)).field == "estimate"
    await made.act(MERCHANT, A.DIAGNOSE, in_warranty=True, words="电路板")
    await made.act(AGENT, A.REPAIRED)
    await made.at(ReplacementStage.SENDING_BACK)
    await made.act(MERCHANT, A.SENT, **BACK)
    await home(made)


async def test_a_workshops_words_that_come_twice_and_out_of_order_change_nothing(service: Service) -> None:
    made = await repairing(service)
    await made.workshop(RepairStatus.DIAGNOSED, notice_id="n", in_warranty=True)
    await made.at(ReplacementStage.REPAIR)
    await made.workshop(RepairStatus.REPAIRED)
    await made.at(ReplacementStage.SENDING_BACK)
    await made.workshop(RepairStatus.DIAGNOSED, **ESTIMATE)
    await made.workshop(RepairStatus.NOT_REPAIRABLE)
    await made.workshop(RepairStatus.SENT_BACK, **BACK)
    await home(made)
    timeline = await made.case.timeline()
    assert timeline.count("resolution.repair_diagnosed") == 1
    assert "resolution.not_repairable" not in timeline
    assert made.warehouse.sent == []


async def test_a_workshop_that_tells_nothing_is_asked(service: Service) -> None:
    made = await repairing(service)
    key = f"{made.handle.id}.repair"
    made.warehouse.repairs[key] = made.warehouse.repairs[key].model_copy(
        update={"status": RepairStatus.SENT_BACK, **BACK, "in_warranty": True}
    )
    await made.pass_time(hours=13)
    await home(made)


@pytest.mark.long
async def test_a_repair_that_takes_too_long_is_a_persons(service: Service) -> None:
    made = await repairing(service)
    await made.pass_time(days=16)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None and view.waiting is not None)
    assert made.remedy(view).undone == "repair_late"
    assert view.waiting is not None
    assert view.waiting.for_ is WaitFor.PLAN
    assert await made.over() == "repair_late"
    assert list(made.warehouse.decisions.values()) == [False]


async def test_goods_lost_on_the_way_to_the_workshop_are_replaced(service: Service) -> None:
    line = order().lines[0].model_copy(update={"warranty_months": 12})
    made = await agreed(service, {"kind": "repair"}, issue=Issue.WARRANTY_REPAIR, lines=(line,))
    await made.case.waits_for(WaitFor.RETURN_SHIPPING)
    back = service.client.get_workflow_handle(made.handle.id.replace(".replacement", ".return"))
    for status in ("in_transit", "lost"):
        told = service.world.returns.scan(f"LB-{back.id}", status)
        notice = Notice(notice_id=status, partner="carrier", kind="shipment", payload=told.model_dump(mode="json"))
        await back.signal("notice", notice)
    await made.at(ReplacementStage.ON_ITS_WAY)
    await home(made)
    assert len(made.warehouse.sent) == 1


async def test_a_repair_that_was_lost_on_its_way_home_is_replaced(service: Service) -> None:
    made = await repairing(service)
    await made.workshop(RepairStatus.SENT_BACK, in_warranty=True, **BACK)
    await made.scan(ShipmentStatus.LOST)
    await made.state(lambda state: state.attempt == 2 and state.tracking is not None)
    assert len(made.warehouse.sent) == 1
    await home(made)


async def test_a_withdrawal_while_the_goods_are_at_the_workshop_has_them_sent_back(service: Service) -> None:
    made = await repairing(service)
    await asked(made)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    view = await made.case.until(lambda view: view.stage is Stage.CLOSED)
    state = made.remedy(view).replacement
    assert state is not None
    assert state.kept == ("goods_at_the_workshop",)
    assert await made.over() == "called_off"
    assert list(made.warehouse.decisions.values()) == [False]


async def test_a_repair_that_was_paid_for_and_done_is_not_withdrawn_and_stays_paid(service: Service) -> None:
    made = await repairing(service)
    await asked(made)
    await made.act(CUSTOMER, A.ACCEPT_ESTIMATE)
    await pay(made)
    await made.at(ReplacementStage.REPAIR)
    assert "repair has begun" in (await made.case.refusal(CUSTOMER, Action.WITHDRAW)).detail
    await made.workshop(RepairStatus.REPAIRED)
    await made.at(ReplacementStage.SENDING_BACK)
    assert "repair has begun" in (await made.case.refusal(CUSTOMER, Action.WITHDRAW)).detail
    await made.handle.signal("call_off", "withdrawn")  # one that was on its way already
    view = await made.case.until(lambda view: made.remedy(view).undone is not None)
    state = made.remedy(view).replacement
    assert state is not None
    assert state.kept == ("goods_at_the_workshop",)
    assert list(made.warehouse.decisions.values()) == [True]
    assert service.world.paid_back("O-1") == 0


async def test_goods_lost_twice_on_their_way_home_from_the_workshop_are_paid_when_nobody_gives_others(service: Service) -> None:
    made = await repairing(service)
    await made.workshop(RepairStatus.SENT_BACK, in_warranty=True, **BACK)
    await made.scan(ShipmentStatus.LOST)
    await made.state(lambda state: state.attempt == 2 and state.tracking is not None)
    await made.scan(ShipmentStatus.LOST)
    view = await made.case.until(lambda view: made.remedy(view).undone is not None and view.waiting is not None)
    assert made.remedy(view).undone == "lost_again"
    assert (await made.case.refusal(CUSTOMER, Action.WITHDRAW)).type is ErrorType.NOT_ALLOWED_NOW
    words = {"kind": "explanation", "words": "so it is"}
    await made.case.act(SUPERVISOR, Action.PROPOSE, options=[{"remedies": [words], "why": "so it is"}])
    await made.case.act(CUSTOMER, Action.ACCEPT)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900
