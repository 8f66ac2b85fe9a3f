"""Orders cancelled and changed before they are shipped (RES-1, RES-3, RES-10, RES-11).

The merchant confirms, refuses, answers late or never; a difference is paid, given back, or not paid.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import order
from service import CUSTOMER, MERCHANT, Case, Service

from adapters.database import insert_if_absent
from models.actions import Action
from models.addresses import AddressRow
from models.base import Money
from models.changes import ChangeStatus
from models.charges import Charge
from models.partners import Notice, Order, OrderStatus
from models.views import CaseView
from models.vocabulary import Issue, Outcome, Reimbursement, RemedyKind, Stage, WaitFor, WaitingOn

CANCEL = {"remedy": RemedyKind.ORDER_CANCELLED, "reason": "changed_mind"}


def not_shipped(minor: int = 12_900, quantity: int = 1, **change: object) -> Order:
    """A paid order that is still with the merchant."""
    now = datetime.now(UTC)
    times = {"placed_at": now - timedelta(hours=1), "promised_at": now + timedelta(days=3)}
    found = order(minor=minor, **{"status": OrderStatus.PAID, **times, **change})
    line = found.lines[0].model_copy(update={"quantity": quantity})
    return found.model_copy(update={"lines": (line,)})


def quantities(number: int) -> dict[str, Any]:
    return {"remedy": RemedyKind.ORDER_CHANGED, "change": {"quantities": [{"line_id": "L1", "quantity": number}]}}


def items(sku: str = "SKU-1-PLUS") -> dict[str, Any]:
    return {"remedy": RemedyKind.ORDER_CHANGED, "change": {"items": [{"line_id": "L1", "sku": sku}]}}


def waits(for_: WaitFor) -> Any:
    return lambda view: view.waiting is not None and view.waiting.for_ is for_


def solved(view: CaseView) -> bool:
    return view.stage is Stage.FOLLOW_UP


async def tell(case: Case, partner: str, kind: str, payload: Any, notice_id: str = "n1") -> None:
    notice = Notice(notice_id=notice_id, partner=partner, kind=kind, payload=payload.model_dump(mode="json"))
    await case.handle.signal("notice", notice)


async def paying(service: Service, wanted: dict[str, Any]) -> tuple[Case, Charge]:
    """A case in which the customer has to pay a difference."""
    case = await service.open(issue=Issue.CHANGE, wanted=wanted)
    await case.until(waits(WaitFor.CHARGE))
    for _ in range(100):
        if service.ordering.charges:
            break
        await case.until(waits(WaitFor.CHARGE))
    view = await case.until(lambda view: view.waiting is not None and view.waiting.on is WaitingOn.CUSTOMER)
    assert view.remedies[0].ordering is not None
    return case, next(iter(service.ordering.charges.values()))


# ── cancelling ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_small_order_is_cancelled_and_paid_back_without_a_person(service: Service) -> None:
    service.world.add(not_shipped())
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.until(solved)
    assert view.automatic
    assert service.world.orders["O-1"].status is OrderStatus.CANCELLED
    assert service.world.paid_back("O-1") == 12_900
    assert [remedy.reimbursement for remedy in view.remedies] == [Reimbursement.ARRIVED]
    assert next(iter(service.ordering.asked.values())).reason == "changed_mind"
    assert "resolution.order_cancelled" in await case.messages("C-1")
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    assert await case.events() <= 55


async def test_pieces_of_a_line_are_cancelled_for_what_was_paid_for_them(service: Service) -> None:
    service.world.add(not_shipped(quantity=3))
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL, lines=({"line_id": "L1", "quantity": 2},))
    await case.until(solved)
    assert service.world.paid_back("O-1") == 8_600
    assert service.world.orders["O-1"].lines[0].quantity == 1


async def test_an_order_that_is_not_paid_is_cancelled_without_a_refund(service: Service) -> None:
    service.world.add(not_shipped(status=OrderStatus.UNPAID), charges=())
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(solved)
    assert service.world.orders["O-1"].status is OrderStatus.CANCELLED
    assert service.world.paid_back("O-1") == 0


async def test_a_merchant_who_packed_already_sends_the_case_back_to_look_for_a_solution(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers, service.ordering.refusal = ChangeStatus.REFUSED, "packed already"
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.until(waits(WaitFor.PLAN))
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.MERCHANT
    assert not view.automatic
    assert view.remedies[0].undone
    assert service.world.paid_back("O-1") == 0
    assert "resolution.change_refused" in await case.messages("C-1")
    refund = {"kind": "refund_only", "amount": {"minor": 1_000}}
    await case.act(MERCHANT, Action.PROPOSE, options=[{"remedies": [refund], "why": "for your trouble"}])
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(solved)
    assert service.world.paid_back("O-1") == 1_000


async def test_a_merchant_who_confirms_later_is_heard_by_webhook(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.until(lambda view: view.waiting is not None and view.waiting.on is WaitingOn.MERCHANT)
    assert view.waiting is not None
    assert view.waiting.for_ is WaitFor.ORDER_CHANGE
    assert service.world.paid_back("O-1") == 0
    answer = service.ordering.confirm(f"{case.handle.id}.m1.change")
    await tell(case, "merchant", "order_change", answer)
    await tell(case, "merchant", "order_change", answer, "n2")
    await case.until(solved)
    assert service.world.paid_back("O-1") == 12_900


async def test_a_confirmation_whose_webhook_got_lost_is_found_by_asking(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(lambda view: view.waiting is not None and view.waiting.on is WaitingOn.MERCHANT)
    service.ordering.confirm(f"{case.handle.id}.m1.change")
    await case.pass_time(hours=7)
    await case.until(solved)


async def test_a_merchant_who_never_answers_counts_as_a_no_and_is_told_that_it_is_off(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(lambda view: view.waiting is not None and view.waiting.on is WaitingOn.MERCHANT)
    await case.pass_time(hours=25)
    await case.until(waits(WaitFor.PLAN))
    assert service.ordering.changes[f"{case.handle.id}.m1.change"].status is ChangeStatus.UNDONE
    assert service.world.orders["O-1"].status is OrderStatus.PAID
    assert service.world.paid_back("O-1") == 0


async def test_a_lost_answer_cancels_once(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.loses_answers = 2
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(solved)
    assert service.ordering.sent == [f"{case.handle.id}.m1.change"]
    assert service.world.paid_back("O-1") == 12_900


async def test_a_case_withdrawn_before_the_merchant_answered_leaves_the_order_as_it_was(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers = ChangeStatus.PENDING
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    await case.until(lambda view: view.waiting is not None and view.waiting.on is WaitingOn.MERCHANT)
    await case.act(CUSTOMER, Action.WITHDRAW)
    view = await case.until(lambda view: view.stage is Stage.CLOSED)
    assert view.outcome is Outcome.WITHDRAWN
    assert service.ordering.changes[f"{case.handle.id}.m1.change"].status is ChangeStatus.UNDONE
    assert service.world.orders["O-1"].status is OrderStatus.PAID


async def test_two_cases_cancel_each_piece_once(service: Service) -> None:
    service.world.add(not_shipped())
    first = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    second = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    for case in (first, second):
        await case.until(lambda view: solved(view) or waits(WaitFor.PLAN)(view) or waits(WaitFor.ANSWERS)(view))
    assert service.world.paid_back("O-1") == 12_900


async def test_an_overdue_order_that_was_not_shipped_is_cancelled_for_its_delay(service: Service) -> None:
    late = datetime.now(UTC) - timedelta(days=3)
    service.world.add(not_shipped(promised_at=late, placed_at=late - timedelta(days=5)))
    case = await service.open(issue=Issue.DELAY, wanted={"remedy": RemedyKind.ORDER_CANCELLED, "reason": "too_slow"})
    view = await case.until(solved)
    assert view.automatic
    assert service.world.orders["O-1"].status is OrderStatus.CANCELLED


async def test_a_shipped_order_is_not_cancelled(service: Service) -> None:
    service.world.add(not_shipped(status=OrderStatus.SHIPPED))
    case = await service.open(issue=Issue.CANCEL, wanted=CANCEL)
    view = await case.until(lambda view: waits(WaitFor.ANSWERS)(view) or waits(WaitFor.PLAN)(view))
    assert not view.automatic
    assert service.ordering.changes == {}


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    service.world.add(not_shipped(order_id="O-2"))
    service.ordering.price = 2_000
    dearer = await service.open(issue=Issue.CHANGE, wanted=items(), order_id="O-2")
    await dearer.until(lambda view: view.waiting is not None and view.waiting.on is WaitingOn.CUSTOMER)
    (charge,) = service.ordering.charges.values()
    assert charge.amount == Money(minor=2_000)


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
    row = await case.row()
    assert row is not None
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
    await case.until(waits(WaitFor.PLAN))
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
