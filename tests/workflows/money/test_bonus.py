"""The bonus on store credit (RES-17): shown with the offer, given on what arrived on the balance, booked apart, gone where that goes."""

from typing import Any

import pytest

from adapters.database.ledger import booked
from models.case.actions import Action
from models.common.partners import Notice, ProviderRefundStatus, RefundTo
from models.common.vocabulary import Issue, RemedyKind, Stage, WaitFor
from models.money.coupon import CouponForm, CouponStatus
from models.money.ledger import EntryKind
from models.money.policy import StoreCreditPolicy
from rules.money import ledger
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import SUPERVISOR, Case, Service

CREDIT: dict[str, Any] = {"kind": "store_credit", "amount": {"minor": 6_000}}
TO_BALANCE: dict[str, Any] = {"kind": "refund_only", "amount": {"minor": 6_000}, "method": "balance"}
GIVEN, REVOKED = EntryKind.BONUS_GIVEN, EntryKind.BONUS_REVOKED


async def offered(service: Service, *remedies: dict[str, Any], **given: Any) -> Case:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.SIZE_MISMATCH, **given)
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.PLAN, WaitFor.ANSWERS})
    await case.act(SUPERVISOR, Action.PROPOSE, options=[{"remedies": remedies, "why": "fair"}])
    await case.waits_for(WaitFor.CHOICE)
    return case


async def accepted(service: Service, *remedies: dict[str, Any]) -> Case:
    case = await offered(service, *remedies)
    await case.act(CUSTOMER, Action.ACCEPT, option=1)
    return case


async def bonuses(service: Service) -> list[tuple[EntryKind, int]]:
    """What the order's ledger has of them; never more is refunded than was paid, whatever they come to."""
    async with service.database.reading() as session:
        entries = [entry for _, entry in await booked(session, "O-1")]
    found = ledger.summary(entries, "CNY")
    assert found.refunded.minor + found.left.minor <= 12_900
    return [(entry.kind, entry.amount.minor) for entry in entries if entry.kind in {GIVEN, REVOKED}]


async def comes_back(service: Service, case: Case) -> None:
    """The money on the balance is sent back by the provider."""
    key, refund = next(iter(service.world.refunds.items()))
    gone = refund.model_copy(update={"status": ProviderRefundStatus.REFUSED, "refusal": "the balance was closed"})
    service.world.refunds[key] = gone
    payload = gone.model_dump(mode="json")
    await case.handle.signal("notice", Notice(notice_id="back", partner="payment", kind="refund", payload=payload))


@pytest.mark.parametrize("remedy", [CREDIT, TO_BALANCE])
async def test_the_customer_sees_amount_and_bonus_apart_and_has_both(service: Service, remedy: dict[str, Any]) -> None:
    case = await offered(service, remedy)
    (told,) = await case.told("resolution.proposed")
    assert [told["options"][0][name] for name in ("remedies", "amounts")] == [[remedy["kind"], "credit_bonus"], [6_000, 300]]
    await case.act(CUSTOMER, Action.ACCEPT, option=1)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [(one.kind, one.amount.minor if one.amount else None) for one in view.remedies][1] == (RemedyKind.CREDIT_BONUS, 300)
    (coupon,) = service.world.coupons.values()
    assert (coupon.form, coupon.amount.minor, coupon.code) == (CouponForm.BALANCE, 300, "")
    assert [refund.amount.minor for refund in service.world.refunds.values()] == [6_000]
    assert await bonuses(service) == [(GIVEN, 300)]
    assert "resolution.bonus_given" in await case.messages("C-1")


async def test_whoever_has_the_money_back_instead_has_no_bonus(service: Service) -> None:
    service.world.refuses = True
    case = await accepted(service, CREDIT)
    await case.waits_for(WaitFor.PAYMENT_REPAIR)
    service.world.refuses = False
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id="m1", to="original")
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [one.undone for one in view.remedies] == [None, "not_on_balance"]
    assert (service.world.coupons, await bonuses(service)) == ({}, [])


async def test_money_that_came_back_from_the_balance_and_went_another_way_takes_its_bonus_along(service: Service) -> None:
    case = await accepted(service, CREDIT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await comes_back(service, case)
    await case.waits_for(WaitFor.PAYMENT_REPAIR)
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id="m1", to="original")
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP and view.remedies[1].undone is not None)
    assert view.remedies[1].undone == "not_on_balance"
    assert [coupon.status for coupon in service.world.coupons.values()] == [CouponStatus.REVOKED]
    assert await bonuses(service) == [(GIVEN, 300), (REVOKED, 300)]


async def test_money_that_is_on_the_balance_again_keeps_its_bonus(service: Service) -> None:
    case = await accepted(service, CREDIT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    await comes_back(service, case)
    await case.waits_for(WaitFor.PAYMENT_REPAIR)
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id="m1", to="balance")
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [one.undone for one in view.remedies] == [None, None]
    assert await bonuses(service) == [(GIVEN, 300)]


async def test_withdrawn_before_the_money_arrived_it_was_never_given_and_never_will_be(service: Service) -> None:
    service.world.refuses = True
    case = await accepted(service, CREDIT)
    await case.waits_for(WaitFor.PAYMENT_REPAIR)
    await case.act(CUSTOMER, Action.WITHDRAW)
    view = await case.until(lambda view: all(one.undone for one in view.remedies))
    assert view.remedies[1].kind is RemedyKind.CREDIT_BONUS
    assert [coupon.status for coupon in service.world.coupons.values()] == [CouponStatus.REVOKED]
    assert await bonuses(service) == []


async def test_refused_the_money_stays_and_people_look_for_something_else(service: Service) -> None:
    service.world.refuses_coupons = True
    case = await accepted(service, CREDIT)
    view = await case.waits_for(WaitFor.PLAN)
    assert [one.undone for one in view.remedies] == [None, "refused"]
    assert [refund.to for refund in service.world.refunds.values()] == [RefundTo.BALANCE]
    (told,) = await case.told("resolution.bonus_refused")
    assert told["refusal"] == "no coupons for this customer"


async def test_a_policy_without_one_gives_none(service: Service) -> None:
    case = await offered(service, CREDIT, policy=service.policy.changed(store_credit=StoreCreditPolicy()))
    await case.act(CUSTOMER, Action.ACCEPT, option=1)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert [one.kind for one in view.remedies] == [RemedyKind.STORE_CREDIT]
    assert service.world.coupons == {}
