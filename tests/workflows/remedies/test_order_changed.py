"""Orders changed before they are shipped: the difference paid, given back, or not paid (RES-1, RES-3, RES-10, RES-11)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.database.engine import insert_if_absent
from models.case.actions import Action
from models.common.base import Money
from models.common.partners import Notice, OrderStatus
from models.common.timeline import Viewer
from models.common.vocabulary import Issue, Outcome, RemedyKind, Stage, WaitFor, WaitingOn
from models.money.charge import Charge, ChargeRequest
from models.tables.addresses import AddressRow
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.order_changes import items, not_shipped, on, paying, quantities, solved, tell, waits
from tests.support.processes.service import Service
from workflows.money import charge as charging


async def test_fewer_pieces_give_the_difference_back(service: Service) -> None:
    service.world.add(not_shipped(quantity=3))
    case = await service.open(issue=Issue.CHANGE, wanted=quantities(2))
    view = await case.until(solved)
    assert view.automatic
    assert service.world.paid_back("O-1") == 4_300
    assert service.world.orders["O-1"].lines[0].quantity == 2
    assert "resolution.order_changed" in await case.messages("C-1")


async def test_more_pieces_are_paid_before_the_change_stands(service: Service) -> None:
    service.world.add(not_shipped())
    case, charge = await paying(service, quantities(2))
    assert charge.amount == Money(minor=12_900)
    asked = [message for message in await case.messages("C-1") if message == "resolution.charge_asked"]
    assert asked
    await tell(case, "payment", "charge", service.ordering.pay(charge.key))
    view = await case.until(solved)
    assert service.world.orders["O-1"].lines[0].quantity == 2
    assert (view.outcome, service.world.paid_back("O-1")) == (Outcome.RESOLVED, 0)
    assert "resolution.charge_paid" in await case.messages("C-1")


async def test_a_cheaper_article_gives_the_difference_back_and_a_dearer_one_is_charged(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.price = -2_000
    case = await service.open(issue=Issue.CHANGE, wanted=items("SKU-1-LITE"))
    await case.until(solved)
    assert service.world.paid_back("O-1") == 2_000
    service.world.add(not_shipped(order_id="O-2", payment_method="wechat_pay"))
    service.ordering.price = 2_000
    dearer = await service.open(issue=Issue.CHANGE, wanted=items(), order_id="O-2")
    await dearer.until(on(WaitingOn.CUSTOMER))
    (charge,) = service.ordering.charges.values()
    assert charge.amount == Money(minor=2_000)
    assert [bill.method for bill in service.ordering.bills] == ["wechat_pay"]


async def test_who_pays_before_the_provider_has_answered_us_has_paid(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.world.add(not_shipped())
    answer = service.ordering.charge

    async def paid_meanwhile(order: ChargeRequest, merchant_id: str) -> Charge:
        told = await answer(order, merchant_id)
        paid = service.ordering.pay(order.key).model_dump(mode="json")
        notice = Notice(notice_id="n1", partner="payment", kind="charge", payload=paid)
        await service.client.get_workflow_handle(order.reference).signal("notice", notice)
        await service.client.get_workflow_handle(order.reference).query("view", Viewer(actor=CUSTOMER))  # it has heard that
        return told

    monkeypatch.setattr(service.ordering, "charge", paid_meanwhile)
    case = await service.open(issue=Issue.CHANGE, wanted=quantities(2))
    await case.until(solved)


async def test_a_lost_notice_of_a_payment_is_found_by_asking(service: Service) -> None:
    service.world.add(not_shipped())
    case, charge = await paying(service, quantities(2))
    service.ordering.pay(charge.key)
    await case.pass_time(hours=7)
    await case.until(solved)


async def test_a_payment_that_fails_may_be_tried_again(service: Service) -> None:
    service.world.add(not_shipped())
    case, charge = await paying(service, quantities(2))
    await tell(case, "payment", "charge", service.ordering.decline(charge.key))
    await tell(case, "payment", "charge", service.ordering.pay(charge.key), "n2")
    await case.until(solved)
    assert "resolution.charge_failed" in await case.timeline()


async def test_an_unpaid_difference_leaves_the_order_as_it_was(service: Service) -> None:
    service.world.add(not_shipped())
    case, charge = await paying(service, quantities(2))
    await case.pass_time(hours=49)
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.NOT_PURSUED
    assert service.world.orders["O-1"].lines[0].quantity == 1
    assert service.ordering.charges[charge.key].over
    assert "resolution.change_called_off" in await case.messages("C-1")


async def test_who_pays_at_the_last_moment_has_the_change(service: Service) -> None:
    service.world.add(not_shipped())
    case, charge = await paying(service, quantities(2))
    await case.pass_time(hours=47)
    service.ordering.pay(charge.key)
    await case.pass_time(hours=2)
    await case.until(solved)
    assert service.world.orders["O-1"].lines[0].quantity == 2


@pytest.mark.long
async def test_a_provider_that_will_not_call_a_charge_off_holds_no_case_for_ever(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charging, "THEN_GIVE_UP", timedelta(hours=1))  # the server skips no more than 200 retries
    service.world.add(not_shipped())
    service.ordering.keeps_charges = True
    case, _ = await paying(service, quantities(2))
    await case.pass_time(hours=47)
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.until(on(WaitingOn.NOBODY))
    await case.pass_time(hours=3)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    assert service.world.orders["O-1"].lines[0].quantity == 1
    assert "case.partner_refused" in await case.timeline()


async def test_a_case_withdrawn_while_a_difference_is_open_undoes_the_change(service: Service) -> None:
    service.world.add(not_shipped())
    case, charge = await paying(service, quantities(2))
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    assert service.ordering.charges[charge.key].over
    assert service.world.orders["O-1"].lines[0].quantity == 1


async def test_what_the_merchant_cannot_take_back_is_told(service: Service) -> None:
    service.world.add(not_shipped())
    case, _ = await paying(service, quantities(2))
    service.ordering.gives_back = False
    await case.act(CUSTOMER, Action.WITHDRAW)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    assert "resolution.remedy_undone" in await case.timeline()
    assert service.world.orders["O-1"].lines[0].quantity == 2


async def test_a_payment_method_is_changed_before_anything_is_paid(service: Service) -> None:
    service.world.add(not_shipped(status=OrderStatus.UNPAID), charges=())
    case = await service.open(
        issue=Issue.CHANGE, wanted={"remedy": RemedyKind.ORDER_CHANGED, "change": {"payment_method": "wechat_pay"}}
    )
    await case.until(solved)
    assert next(iter(service.ordering.asked.values())).payment_method == "wechat_pay"


async def _address(service: Service, customer: str) -> dict[str, Any]:
    row = {
        "address_id": "AD-1",
        "customer_id": customer,
        "name": "王伟",
        "phone": "+86 138 0000 0000",
        "region": "CN-31",
        "city": "上海",
        "street": "漕溪北路 1 号",
        "at": datetime.now(UTC),
    }
    async with service.database.writing() as session:
        await insert_if_absent(session, AddressRow, row)
    return {"remedy": RemedyKind.ORDER_CHANGED, "change": {"address_id": "AD-1"}}


async def test_a_new_address_reaches_the_merchant_and_no_history(service: Service) -> None:
    service.world.add(not_shipped())
    case = await service.open(issue=Issue.CHANGE, wanted=await _address(service, "C-1"))
    await case.until(solved)
    (asked,) = service.ordering.asked.values()
    assert asked.address is not None
    assert asked.address.street == "漕溪北路 1 号"
    history = (await case.handle.fetch_history()).to_json()
    row = await case.row()
    assert row is not None
    for place in (history, str(row.state)):
        assert "漕溪" not in place


async def test_freight_to_another_region_is_paid_first(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.price = 500
    case, charge = await paying(service, await _address(service, "C-1"))
    assert charge.amount == Money(minor=500)
    await tell(case, "payment", "charge", service.ordering.pay(charge.key))
    await case.until(solved)


async def test_somebody_elses_address_is_nobodys(service: Service) -> None:
    service.world.add(not_shipped())
    case = await service.open(issue=Issue.CHANGE, wanted=await _address(service, "C-2"))
    await case.waits_for(WaitFor.PLAN)
    assert service.ordering.asked == {}
    assert "resolution.change_refused" in await case.timeline()


@pytest.mark.parametrize("mark", ["custom", "promotional"])
async def test_marked_goods_are_not_changed_beyond_their_limits(service: Service, mark: str) -> None:
    found = not_shipped()
    marked = found.lines[0].model_copy(update={"marks": frozenset({mark})})
    service.world.add(found.model_copy(update={"lines": (marked,)}))
    case = await service.open(issue=Issue.CHANGE, wanted=items() if mark == "custom" else quantities(2))
    view = await case.until(lambda view: waits(WaitFor.ANSWERS)(view) or waits(WaitFor.PLAN)(view))
    assert not view.automatic
    assert service.ordering.asked == {}
