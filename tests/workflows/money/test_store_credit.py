"""Store credit (RES-17, RES-5): money of the order that goes to the customer's balance: once, to arrival, booked, taken back like a refund."""

from typing import Any

import pytest

from adapters.database.ledger import booked
from models.case.actions import Action
from models.common.partners import Notice, ProviderRefundStatus, RefundTo, ShipmentStatus
from models.common.vocabulary import ErrorType, Issue, RefundStatus, RemedyKind, Stage, WaitFor
from models.money.ledger import EntryKind
from rules.money import ledger
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import SUPERVISOR, Case, Service

CREDIT: dict[str, Any] = {"kind": "store_credit", "amount": {"minor": 6_000}}
REFUND: dict[str, Any] = {"kind": "refund_only", "amount": {"minor": 5_000}}


async def waits_for(case: Case, reason: WaitFor) -> None:
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ is reason)


async def accepted(service: Service, *options: list[dict[str, Any]], choose: int = 1, issue: Issue = Issue.SIZE_MISMATCH) -> Case:
    """The customer chooses one of these options."""
    service.world.add(order(), parcel())
    case = await service.open(issue=issue)
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.PLAN, WaitFor.ANSWERS})
    await case.act(SUPERVISOR, Action.PROPOSE, options=[{"remedies": one, "why": "fair"} for one in options])
    await waits_for(case, WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT, option=choose)
    return case


async def moved(service: Service) -> tuple[list[EntryKind], int, int]:
    """What moved in the order's ledger beside the payment, and what was refunded and is left."""
    async with service.database.reading() as session:
        entries = [entry for _, entry in await booked(session, "O-1")]
    found = ledger.summary(entries, "CNY")
    return [entry.kind for entry in entries if entry.kind is not EntryKind.CAPTURED], found.refunded.minor, found.left.minor


ONCE = [EntryKind.RESERVED, EntryKind.REQUESTED, EntryKind.ARRIVED]


async def test_the_customer_chooses_it_it_arrives_on_the_balance_and_is_booked_once(service: Service) -> None:
    service.world.pays_at_once = False
    case = await accepted(service, [REFUND], [CREDIT], choose=2)
    await waits_for(case, WaitFor.ARRIVAL)
    assert await moved(service) == (ONCE[:2], 0, 6_900)
    service.world.arrive()
    (refund,) = service.world.refunds.values()
    assert (refund.to, refund.amount.minor) == (RefundTo.BALANCE, 6_000)
    for number in (1, 2):  # the provider tells it twice
        notice = Notice(notice_id=f"n{number}", partner="payment", kind="refund", payload=refund.model_dump(mode="json"))
        await case.handle.signal("notice", notice)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert (view.remedies[0].kind, view.remedies[0].refund_status) == (RemedyKind.STORE_CREDIT, RefundStatus.ARRIVED)
    assert await moved(service) == ([*ONCE, EntryKind.BONUS_GIVEN], 6_000, 6_900)
    assert [told["to"] for told in await case.told("resolution.refund_arrived")] == ["balance"]
    assert "resolution.refund_redirected" not in await case.timeline()


async def test_whoever_asks_for_it_in_a_clear_case_needs_no_person(service: Service) -> None:
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.STORE_CREDIT})
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert view.automatic
    assert [(refund.to, refund.amount.minor) for refund in service.world.refunds.values()] == [(RefundTo.BALANCE, 12_900)]
    assert await moved(service) == ([*ONCE, EntryKind.BONUS_GIVEN], 12_900, 0)


@pytest.mark.parametrize(("to", "goes"), [(None, RefundTo.BALANCE), ("original", RefundTo.ORIGINAL)])
async def test_refused_it_waits_for_a_person_who_may_choose_another_way(service: Service, to: str | None, goes: RefundTo) -> None:
    service.world.refuses = True
    case = await accepted(service, [CREDIT])
    await waits_for(case, WaitFor.PAYMENT_REPAIR)
    service.world.refuses = False
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id="m1", **({"to": to} if to else {}))
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    arrived = [refund.to for refund in service.world.refunds.values() if refund.status is ProviderRefundStatus.ARRIVED]
    assert arrived == [goes]
    _, refunded, left = await moved(service)
    assert (refunded, left) == (6_000, 6_900)


async def test_with_a_refund_it_is_never_more_than_was_paid(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.SIZE_MISMATCH)
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.PLAN, WaitFor.ANSWERS})
    whole = {**CREDIT, "amount": {"minor": 12_900}}
    for remedies in ([{**CREDIT, "amount": {"minor": 12_901}}], [whole, {**REFUND, "amount": {"minor": 1}}]):
        refusal = await case.refusal(SUPERVISOR, Action.PROPOSE, options=[{"remedies": remedies, "why": "all"}])
        assert refusal.type is ErrorType.INVALID
        assert "money-left" in refusal.detail


async def test_what_failed_beside_it_takes_it_back_before_any_money_moves(service: Service) -> None:
    service.world.refuses_coupons = True
    coupon = {"kind": "coupon", "amount": {"minor": 1_000}}
    case = await accepted(service, [coupon, CREDIT])
    view = await case.until(lambda view: all(remedy.undone for remedy in view.remedies) and bool(view.remedies))
    assert [remedy.undone for remedy in view.remedies] == ["refused", "another_solution", "another_solution"]
    assert service.world.refunds == {}
    assert (await moved(service))[0] == []
