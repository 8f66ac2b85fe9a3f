"""Other goods for the old ones (RES-7): set aside, a difference paid or given back, the old ones brought back, the new ones sent; RES-11."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from models.case.actions import Action
from models.case.child_reports import Report
from models.case.state import CaseState
from models.common.partners import Notice, ShipmentStatus
from models.common.vocabulary import Outcome, RemedyKind, Stage, Tier, WaitFor, WaitingOn
from models.money.charge import Charge, ChargeStatus
from models.replacements.state import ReplacementAction, ReplacementStage
from rules.money.approvals import given_on_order
from rules.money.goods import given_by_line
from tests.support.builders.actors import AGENT, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.orders import line
from tests.support.builders.replacements import Replacing, exchanging
from tests.support.processes.service import Service
from tests.support.processes.waiting import eventually

STAGES = ReplacementStage


async def delivered(made: Replacing) -> None:
    await made.scan(ShipmentStatus.DELIVERED)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def pay(made: Replacing) -> Charge:
    """The customer pays what is asked, and the provider tells."""
    state = await made.state(lambda state: state.charge is not None and state.charge.pay_url is not None)
    assert state.charge is not None
    paid = made.case.service.ordering.pay(state.charge.key)
    await made.handle.signal(
        "notice", Notice(notice_id="paid", partner="payment", kind="charge", payload=paid.model_dump(mode="json"))
    )
    return paid


async def test_the_same_again_is_set_aside_before_the_old_goods_travel_and_sent_after_they_came(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-1": 99_900}  # it got dearer meanwhile, which is nobody's debt
    made = await exchanging(service)
    view = await made.case.waits_for(WaitFor.RETURN_SHIPPING)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.CUSTOMER
    assert len(made.warehouse.held) == 1
    assert made.warehouse.sent == []
    await made.bring_goods_back()
    await made.at(STAGES.ON_ITS_WAY)
    await delivered(made)
    assert made.warehouse.sent != []
    assert service.world.paid_back("O-1") == 0
    (reserved,), (back,) = made.warehouse.orders.values(), service.world.returns.opened.values()
    assert (reserved.return_reference, back.replacement_reference) == (back.reference, reserved.reference)


async def test_a_dearer_article_is_paid_for_before_anything_travels(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    view = await made.case.waits_for(WaitFor.CHARGE)
    state = made.remedy(view).replacement
    assert state is not None
    assert state.charge is not None
    assert state.charge.amount.minor == 3_000
    assert len(service.world.returns.opened) == 1  # whoever may refuse was asked
    assert service.world.returns.labels == {}
    await pay(made)
    await made.bring_goods_back()
    await delivered(made)
    assert len(service.world.returns.opened) == 1
    assert service.world.returns.off == []
    assert [order.items[0].sku for order in made.warehouse.orders.values()] == ["SKU-2"]


async def test_nobody_pays_for_an_exchange_that_the_merchant_refuses(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    service.world.returns.refuses.add("open_return")
    made = await exchanging(service, "SKU-2")
    view = await made.case.until(lambda view: made.remedy(view).undone is not None and view.waiting is not None)
    state = made.remedy(view).replacement
    assert state is not None
    assert (made.remedy(view).undone, state.refusal_code) == ("refused", "no_open_return")
    assert await made.over() == "refused"
    assert service.ordering.charges == {}
    assert made.warehouse.held == []
    assert "return.refused" in await made.case.timeline()
    assert service.world.returns.off == []


async def test_an_offer_that_was_agreed_and_failed_was_a_round_and_after_the_last_a_supervisor_rules(service: Service) -> None:
    service.policy = service.policy.changed(max_rounds=1)
    service.world.returns.refuses.add("open_return")
    made = await exchanging(service)
    view = await made.case.waits_for(WaitFor.ARBITRATION)
    assert made.remedy(view).undone == "refused"
    assert view.tier is Tier.SUPERVISOR


async def test_a_difference_that_is_not_paid_ends_the_case_as_for_an_unpaid_change(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    await made.case.waits_for(WaitFor.CHARGE)
    await made.pass_time(hours=49)
    view = await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert (made.remedy(view).undone, view.outcome) == ("unpaid", Outcome.NOT_PURSUED)
    assert [told["why"] for told in await made.case.told("case.not_pursued")] == ["charge_unpaid"]
    assert await made.over() == "unpaid"
    assert made.warehouse.held == []
    assert service.world.returns.off == [f"{made.case.handle.id}.m1.return"]
    state = made.remedy(view).replacement
    assert state is not None
    assert state.charge is not None
    assert state.charge.status is not ChargeStatus.PAID


async def test_a_cheaper_article_gives_the_difference_back(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-3": 9_900}
    made = await exchanging(service, "SKU-3")
    await made.bring_goods_back()
    await delivered(made)
    assert service.world.paid_back("O-1") == 3_000


async def test_what_was_paid_for_an_exchange_that_comes_to_nothing_goes_back_and_takes_nothing_off_a_refund(
    service: Service,
) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    await pay(made)
    await made.case.waits_for(WaitFor.RETURN_SHIPPING)
    returned = service.client.get_workflow_handle(made.handle.id.replace(".replacement", ".return"))
    await service.environment.fast_forward(returned, timedelta(days=8))
    view = await made.case.until(lambda view: len(view.remedies) == 2 and not any(remedy.open for remedy in view.remedies))
    assert service.world.paid_back("O-1") == 3_000
    row = await made.case.row()
    assert row is not None
    state = CaseState.model_validate(row.state)
    assert [remedy.payment_id is not None for remedy in view.remedies] == [False, True]
    assert given_by_line((state,)) == ()
    assert given_on_order(state) == 0


async def test_stock_stays_set_aside_while_the_old_goods_travel(service: Service) -> None:
    made = await exchanging(service)
    first = await made.at(STAGES.AWAITING_RETURN)
    await made.pass_time(days=3)
    later = await made.state(lambda state: state.reserved_until != first.reserved_until)
    assert first.reserved_until is not None
    assert later.reserved_until is not None
    assert later.reserved_until > first.reserved_until
    assert len(made.warehouse.reservations) == 1
    await made.bring_goods_back()
    await delivered(made)


async def test_a_warehouse_that_holds_goods_for_hours_only_is_asked_again_when_half_of_them_are_over(service: Service) -> None:
    service.world.warehouse.holds_shorter = timedelta(days=2, hours=20)
    made = await exchanging(service)
    first = await made.at(STAGES.AWAITING_RETURN)
    await made.pass_time(hours=3)
    later = await made.state(lambda state: state.reserved_until != first.reserved_until)
    assert first.reserved_until is not None
    assert later.reserved_until is not None
    assert later.reserved_until > first.reserved_until
    await made.bring_goods_back()
    await delivered(made)
    assert made.warehouse.renewals == 1


async def test_a_reservation_that_ended_is_made_again(service: Service) -> None:
    made = await exchanging(service)
    await made.at(STAGES.AWAITING_RETURN)
    made.warehouse.forgets_reservations = True
    await made.pass_time(days=3)
    await made.state(lambda state: state.stage is STAGES.AWAITING_RETURN and len(made.warehouse.reservations) == 2)
    made.warehouse.forgets_reservations = False
    await made.bring_goods_back()
    await delivered(made)


async def test_stock_gone_before_the_return_brings_the_offer_to_take_the_goods_back(service: Service) -> None:
    service.world.warehouse.gone.add("SKU-1")
    made = await exchanging(service)
    view = await made.case.until(lambda view: len(view.proposals) > 1 and view.waiting is not None)
    assert made.remedy(view).undone == "stock_gone"
    assert [remedy.kind for remedy in view.proposals[-1].options[0].remedies] == [RemedyKind.RETURN_AND_REFUND]
    await made.case.act(CUSTOMER, Action.ACCEPT)
    await made.case.waits_for(WaitFor.RETURN_SHIPPING)


async def test_stock_gone_after_the_return_brings_the_money(service: Service) -> None:
    made = await exchanging(service)
    await made.at(STAGES.AWAITING_RETURN)
    made.warehouse.sends_at_once = False
    await made.bring_goods_back()
    await made.at(STAGES.SENDING)
    await made.act(AGENT, ReplacementAction.OUT_OF_STOCK)
    view = await made.case.until(lambda view: len(view.proposals) > 1 and view.waiting is not None)
    assert [remedy.kind for remedy in view.proposals[-1].options[0].remedies] == [RemedyKind.REFUND_ONLY]
    await made.case.act(CUSTOMER, Action.ACCEPT)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 12_900


async def test_what_was_paid_for_a_dearer_article_goes_back_to_where_it_was_paid(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    paid = await pay(made)
    await made.bring_goods_back(inspected=[{"line_id": "L1", "rejected": 1, "reason": "worn"}])
    await made.case.until(lambda view: made.remedy(view).undone == "rejected" and view.remedies[-1].done_at is not None)
    (refund,) = service.world.refunds.values()
    assert (refund.payment_id, refund.amount.minor) == (paid.payment_id, 3_000)


async def test_old_goods_that_are_rejected_bring_no_new_ones(service: Service) -> None:
    made = await exchanging(service)
    await made.bring_goods_back(inspected=[{"line_id": "L1", "rejected": 1, "reason": "worn"}])
    view = await made.case.until(lambda view: made.remedy(view).undone is not None)
    assert made.remedy(view).undone == "rejected"
    assert await made.over() == "called_off"
    assert made.warehouse.sent == []
    assert made.warehouse.held == []


async def test_a_customer_who_keeps_the_old_goods_gets_no_new_ones(service: Service) -> None:
    made = await exchanging(service)
    await made.case.waits_for(WaitFor.RETURN_SHIPPING)
    await service.environment.fast_forward(returning(made), timedelta(days=8))
    view = await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert made.remedy(view).undone == "expired"
    assert await made.over() == "called_off"
    assert made.warehouse.held == []


async def test_a_withdrawal_while_the_customer_should_pay_lets_nobody_pay(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    await made.case.waits_for(WaitFor.CHARGE)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    view = await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert await made.over() == "called_off"
    assert made.warehouse.held == []
    (charge,) = service.ordering.charges.values()
    assert charge.status is ChargeStatus.CANCELLED
    assert made.remedy(view).undone == "withdrawn"


async def test_a_withdrawal_after_the_difference_was_paid_gives_it_back(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    await pay(made)
    await made.case.waits_for(WaitFor.RETURN_SHIPPING)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert await made.over() == "called_off"
    assert service.world.paid_back("O-1") == 3_000


async def test_a_withdrawal_between_payment_and_return_leaves_no_return_open_at_the_merchants(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replacement waits for the old goods already, and its case does not know that yet."""
    withdrawn, paid = asyncio.Event(), asyncio.Event()

    class Late:
        """The way to the case, on which that report is late."""

        def __init__(self, case_id: str) -> None:
            self._handle = service.client.get_workflow_handle(case_id)

        async def signal(self, name: str, report: Report) -> None:
            if report.replacement is not None and report.replacement.stage is STAGES.AWAITING_RETURN:
                paid.set()
                await withdrawn.wait()
            await self._handle.signal(name, report)

    slow = SimpleNamespace(client=lambda: SimpleNamespace(get_workflow_handle=Late))
    monkeypatch.setattr("activities.kit.child_reports.activity", slow)
    service.world.warehouse.prices = {"SKU-2": 15_900}
    made = await exchanging(service, "SKU-2")
    await pay(made)
    await asyncio.wait_for(paid.wait(), 20)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    withdrawn.set()
    await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert await made.over() == "called_off"
    assert service.world.paid_back("O-1") == 3_000
    returns = service.world.returns
    await eventually(lambda: asyncio.sleep(0, set(returns.opened) <= set(returns.off)))
    assert [*returns.opened] == [made.handle.id.replace(".replacement", ".return")]


async def test_a_withdrawal_while_the_old_goods_are_awaited_leaves_nothing_behind(service: Service) -> None:
    made = await exchanging(service)
    await made.case.waits_for(WaitFor.RETURN_SHIPPING)
    await made.case.act(CUSTOMER, Action.WITHDRAW)
    await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert await made.over() == "called_off"
    assert made.warehouse.held == []


async def test_old_goods_that_were_accepted_hold_a_withdrawal_and_are_paid_when_the_customer_is_silent(service: Service) -> None:
    service.world.warehouse.sends_at_once = False
    made = await exchanging(service)
    await made.bring_goods_back()
    await made.at(STAGES.SENDING)
    fault = await made.case.refusal(CUSTOMER, Action.WITHDRAW)
    assert "accepted the goods" in fault.detail
    await made.act(MERCHANT, ReplacementAction.OUT_OF_STOCK)
    await made.case.waits_for(WaitFor.CHOICE)
    assert "accepted the goods" in (await made.case.refusal(CUSTOMER, Action.WITHDRAW)).detail
    await made.case.pass_time(days=30)
    view = await made.case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.NOT_PURSUED
    assert service.world.paid_back("O-1") == 12_900
    assert "resolution.kept_goods_refunded" in await made.case.messages("C-1")


async def test_half_of_the_old_goods_that_stays_is_paid_when_a_supervisor_gives_nothing_else(service: Service) -> None:
    made = await exchanging(service, lines=(line("L1", quantity=2, minor=12_900),))
    await made.bring_goods_back(inspected=[{"line_id": "L1", "accepted": 1, "rejected": 1, "reason": "worn"}])
    view = await made.case.until(lambda view: made.remedy(view).undone is not None and view.waiting is not None)
    assert made.remedy(view).undone == "partly_accepted"
    words = {"kind": "explanation", "words": "so it is"}
    await made.case.act(SUPERVISOR, Action.PROPOSE, options=[{"remedies": [words], "why": "so it is"}])
    await made.case.act(CUSTOMER, Action.ACCEPT)
    await made.case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert service.world.paid_back("O-1") == 6_450


def returning(made: Replacing) -> Any:
    return made.case.service.client.get_workflow_handle(made.handle.id.replace(".replacement", ".return"))


async def test_an_exchange_costs_few_history_events(service: Service) -> None:
    made = await exchanging(service)
    await made.bring_goods_back()
    await delivered(made)
    await made.over()
    total = 0
    for handle in (made.case.handle, made.handle, returning(made)):
        described = await handle.describe()
        total += described.raw_description.workflow_execution_info.history_length
    assert total <= 180
