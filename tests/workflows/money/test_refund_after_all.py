"""Refunds whose end is not the end (RES-5): paid by hand and then arrived, come back after they arrived, silent beyond their time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.case.actions import Action
from models.common.base import Money
from models.common.partners import Notice, ProviderRefundStatus, Refund, RefundTo, RefusalCode, ShipmentStatus
from models.common.vocabulary import ErrorType, Issue, RefundStatus, RemedyKind, Stage, WaitFor, WaitingOn
from models.reconciliation.difference import DifferenceKind
from tests.support.builders.actors import AGENT, CUSTOMER, SUPERVISOR
from tests.support.builders.orders import order, parcel, payment
from tests.support.builders.reconciliation import at_the_provider, differences, refunding, tasks, the_difference
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import eventually, until
from tests.workflows.money.test_refund import followed_up, money, went

SELDOM = timedelta(days=4)
ARRIVED, REFUSED = ProviderRefundStatus.ARRIVED, ProviderRefundStatus.REFUSED


async def told(service: Service, case: Case, status: ProviderRefundStatus, key: str | None = None, **change: Any) -> Refund:
    """The provider's refund moves, and its webhook comes."""
    key = key or next(iter(service.world.refunds))
    refund = service.world.refunds[key].model_copy(update={"status": status, **change})
    service.world.refunds[key] = refund
    name = f"n-{key}-{status}"
    notice = Notice(notice_id=name, partner="payment", kind="refund", payload=refund.model_dump(mode="json"))
    await case.handle.signal("notice", notice)
    return refund


async def overdue(service: Service) -> tuple[Case, str]:
    """A refund that the provider took, and that does not arrive."""
    case = await refunding(service, asked_every=SELDOM)
    await case.pass_time(days=16)
    view = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    return case, view.remedies[0].id


async def test_the_wait_for_an_arrival_shows_the_end_of_the_promise_while_the_provider_is_asked_every_few_hours(
    service: Service,
) -> None:
    case = await refunding(service)
    view = await case.waits_for(WaitFor.ARRIVAL)
    assert view.waiting is not None
    assert view.waiting.until > datetime.now(UTC) + timedelta(days=14)
    await case.pass_time(days=1)
    service.world.arrive()
    await case.pass_time(hours=7)
    await followed_up(case)


async def test_recording_by_hand_warns_while_the_provider_may_still_pay_and_what_arrives_then_is_told_and_booked(
    service: Service,
) -> None:
    case, remedy = await overdue(service)
    fault = await case.refusal(SUPERVISOR, Action.RECORD_REFUND, remedy_id=remedy, proof="bank transfer 4711")
    assert (fault.type, fault.field, fault.rule) == (ErrorType.NOT_ALLOWED_NOW, "although_under_way", "RES-5")
    assert "CNY 129.00" in fault.detail
    await case.act(SUPERVISOR, Action.RECORD_REFUND, remedy_id=remedy, proof="bank transfer 4711", although_under_way=True)
    await followed_up(case)
    assert [data["to"] for data in await case.told("resolution.refund_arrived")] == ["otherwise"]
    assert await money(service) == (12_900, 12_900, 0, 0)
    await told(service, case, ARRIVED)
    await case.remembers("resolution.refund_twice")
    assert await money(service) == (12_900, 25_800, 0, 0)
    view = await case.seen_by(AGENT)
    assert [given.refund_status for given in view.remedies] == [RefundStatus.ARRIVED]
    await told(service, case, REFUSED)  # it came back: the customer has it once
    await case.act(CUSTOMER, Action.CONFIRM)
    await case.until(lambda view: view.stage is Stage.CLOSED)
    assert await money(service) == (12_900, 12_900, 0, 0)


async def test_an_overdue_refund_goes_on_being_asked_about_while_a_person_has_it(service: Service) -> None:
    case, _ = await overdue(service)
    (data,) = await case.told("resolution.refund_failed")
    assert (data["amount_minor"], data["refusal"]) == (12_900, "not_arrived")
    service.world.arrive()
    await case.pass_time(days=4)
    await followed_up(case)
    assert await money(service) == (12_900, 12_900, 0, 0)


async def silent(service: Service) -> Case:
    """A refund that the provider does not answer, for longer than the policy has patience; no clock can be moved while it is asked."""
    waits = service.policy.waits
    impatient = waits[WaitFor.REFUND].model_copy(update={"within": timedelta(seconds=1)})
    service.world.add(order(), parcel(status=ShipmentStatus.LOST))
    service.world.down.add("refunds")
    policy = service.policy.changed(waits={**waits, WaitFor.REFUND: impatient})
    return await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY}, policy=policy)


async def test_a_provider_silent_beyond_its_time_is_a_persons_task_and_goes_on_being_asked(service: Service) -> None:
    case = await silent(service)
    view = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    assert view.waiting is not None
    assert view.waiting.on is WaitingOn.AGENT
    (data,) = await case.told("resolution.refund_failed")
    assert (data["amount_minor"], data["refusal"]) == (12_900, "provider_silent")
    service.world.down.clear()
    await followed_up(case)
    assert went(service) == [(RefundTo.ORIGINAL, 12_900)]


async def test_what_a_silent_provider_was_asked_for_may_be_paid_by_hand_and_is_not_asked_for_again(service: Service) -> None:
    case = await silent(service)
    remedy = (await case.waits_for(WaitFor.PAYMENT_REPAIR)).remedies[0].id
    words = {"remedy_id": remedy, "proof": "bank transfer 4711"}
    assert (await case.refusal(AGENT, Action.RECORD_REFUND, **words)).field == "although_under_way"
    await case.act(AGENT, Action.RECORD_REFUND, although_under_way=True, **words)
    await followed_up(case)
    service.world.down.clear()
    assert service.world.refunds == {}
    assert await money(service) == (12_900, 12_900, 0, 0)


@pytest.mark.parametrize("arrived_after_all", [False, True])
async def test_an_arrival_told_after_a_refusal_counts_once_the_provider_confirms_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, arrived_after_all: bool
) -> None:
    """Else it is older than the refusal, and the customer has nothing."""
    case = await refunding(service)
    before = next(iter(service.world.refunds.values()))
    await told(service, case, REFUSED, refusal="the bank sent it back", refusal_code=RefusalCode.OTHER)
    await case.waits_for(WaitFor.PAYMENT_REPAIR)
    if arrived_after_all:
        await told(service, case, ARRIVED, refusal=None, refusal_code=None)
        await followed_up(case)
        assert await money(service) == (12_900, 12_900, 0, 0)
        return
    late = before.model_copy(update={"status": ARRIVED})
    notice = Notice(notice_id="n-late", partner="payment", kind="refund", payload=late.model_dump(mode="json"))
    asked, answer = asyncio.Event(), service.world.refund_by_key

    async def answered(key: str, payment_id: str = "", merchant_id: str | None = None) -> Refund | None:
        asked.set()
        return await answer(key, payment_id, merchant_id)

    monkeypatch.setattr(service.world, "refund_by_key", answered)
    await case.handle.signal("notice", notice)
    await asyncio.wait_for(asked.wait(), 20)
    view = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    assert await money(service) == (12_900, 0, 0, 12_900)
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id=view.remedies[0].id, to="balance")
    await case.waits_for(WaitFor.ARRIVAL)
    await told(service, case, ARRIVED, [*service.world.refunds][1])
    await followed_up(case)
    assert went(service) == [(RefundTo.BALANCE, 12_900)]
    assert await money(service) == (12_900, 12_900, 0, 0)


async def refunded(service: Service, *parts: int, closed: bool = False) -> Case:
    """A refund that arrived, each part on its own payment."""
    service.world.add(
        order(),
        parcel(status=ShipmentStatus.LOST),
        charges=tuple(payment(number=number, minor=minor) for number, minor in enumerate(parts, start=1)),
    )
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY})
    await followed_up(case)
    if closed:
        await case.act(CUSTOMER, Action.CONFIRM)
        await case.until(lambda view: view.stage is Stage.CLOSED)
    return case


@pytest.mark.parametrize("closed", [False, True])
async def test_a_refund_that_came_back_opens_its_case_for_a_person_who_gives_it_again(service: Service, closed: bool) -> None:
    case = await refunded(service, 12_900, closed=closed)
    await told(service, case, REFUSED, refusal="the bank sent it back", refusal_code=RefusalCode.OTHER)
    view = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    assert await money(service) == (12_900, 0, 0, 12_900)
    assert "resolution.refund_reversed" in await case.messages("C-1")
    await case.act(AGENT, Action.RETRY_REFUND, remedy_id=view.remedies[0].id, to="balance")
    await case.until(lambda view: view.stage is (Stage.CLOSED if closed else Stage.FOLLOW_UP))
    assert went(service) == [(RefundTo.BALANCE, 12_900)]
    assert await money(service) == (12_900, 12_900, 0, 0)
    assert [data["to"] for data in await case.told("resolution.refund_arrived")] == ["original", "balance"]


async def test_only_the_part_that_came_back_goes_another_way_by_itself_and_every_letter_names_it(service: Service) -> None:
    case = await refunded(service, 8_000, 4_900)
    second = list(service.world.refunds)[1]
    await told(service, case, REFUSED, second, refusal="the card has expired", refusal_code=RefusalCode.CARD_EXPIRED)
    await case.remembers("resolution.refund_redirected")
    await followed_up(case)
    assert went(service) == [(RefundTo.ORIGINAL, 8_000), (RefundTo.BALANCE, 4_900)]
    assert await money(service) == (12_900, 12_900, 0, 0)
    for event, amounts in {
        "requested": [("original", 12_900), ("balance", 4_900)],
        "reversed": [("original", 4_900)],
        "redirected": [("balance", 4_900)],
        "arrived": [("original", 12_900), ("balance", 4_900)],
    }.items():
        data = await case.told(f"resolution.refund_{event}")
        assert [(one["to"], one["amount_minor"]) for one in data] == amounts, event


async def test_a_refund_that_came_back_may_be_paid_by_hand_in_the_end(service: Service) -> None:
    case = await refunded(service, 8_000, 4_900, closed=True)
    await told(service, case, REFUSED, refusal="the bank sent it back", refusal_code=RefusalCode.OTHER)
    view = await case.waits_for(WaitFor.PAYMENT_REPAIR)
    await case.act(AGENT, Action.RECORD_REFUND, remedy_id=view.remedies[0].id, proof="bank transfer 4711")
    await case.until(lambda view: view.stage is Stage.CLOSED)
    data = await case.told("resolution.refund_arrived")
    assert [(one["to"], one["amount_minor"]) for one in data] == [("original", 12_900), ("otherwise", 8_000)]
    assert await money(service) == (12_900, 12_900, 0, 0)


@pytest.mark.parametrize("arrived_after_all", [False, True])
async def test_a_refused_refund_told_to_have_arrived_beside_its_part_on_the_balance_is_told_to_people_once_confirmed(
    service: Service, arrived_after_all: bool
) -> None:
    case = await refunding(service)
    before = next(iter(service.world.refunds.values()))
    await told(service, case, REFUSED, refusal="closed", refusal_code=RefusalCode.ACCOUNT_CLOSED)
    await until(lambda: len(service.world.refunds) > 1)
    first, second = service.world.refunds
    if arrived_after_all:
        await told(service, case, ARRIVED, first, refusal=None, refusal_code=None)
        await case.remembers("resolution.refund_twice")
    else:
        late = before.model_copy(update={"status": ARRIVED})
        notice = Notice(notice_id="n-late", partner="payment", kind="refund", payload=late.model_dump(mode="json"))
        await case.handle.signal("notice", notice)
    await told(service, case, ARRIVED, second)
    await followed_up(case)
    assert await money(service) == (12_900, 25_800 if arrived_after_all else 12_900, 0, 0)
    assert ("resolution.refund_twice" in await case.timeline()) is arrived_after_all


@pytest.mark.parametrize("arrived_first", [False, True])
async def test_a_refused_refund_that_arrived_is_not_given_again_when_its_part_on_the_balance_is_refused_too(
    service: Service, arrived_first: bool
) -> None:
    case = await refunding(service)
    await told(service, case, REFUSED, refusal="closed", refusal_code=RefusalCode.ACCOUNT_CLOSED)
    async with asyncio.timeout(20):
        while len(service.world.refunds) < 2:
            await asyncio.sleep(0.05)
    first, second = service.world.refunds
    if arrived_first:
        await told(service, case, ARRIVED, first, refusal=None, refusal_code=None)
        await case.remembers("resolution.refund_twice")
    await told(service, case, REFUSED, second, refusal="no balance", refusal_code=RefusalCode.OTHER)
    if not arrived_first:
        await case.waits_for(WaitFor.PAYMENT_REPAIR)
        await told(service, case, ARRIVED, first, refusal=None, refusal_code=None)
    await followed_up(case)
    assert len(service.world.refunds) == 2, "nothing was asked for a third time"
    assert await money(service) == (12_900, 12_900, 0, 0)
    assert ("resolution.refund_twice" in await case.timeline()) is arrived_first
    assert [data["to"] for data in await case.told("resolution.refund_arrived")] == ["original"]


@pytest.mark.parametrize("minor", [6_000, 20_000])
async def test_what_arrived_with_another_amount_and_was_settled_by_hand_is_booked_once(service: Service, minor: int) -> None:
    case = await refunding(service, asked_every=SELDOM)
    await told(service, case, ARRIVED, amount=Money(minor=minor))
    await case.pass_time(days=16)
    remedy = (await case.waits_for(WaitFor.PAYMENT_REPAIR)).remedies[0].id
    await case.act(SUPERVISOR, Action.RECORD_REFUND, remedy_id=remedy, proof="the rest in cash")
    await followed_up(case)
    assert await money(service) == (12_900, 12_900, 0, 0)
    assert "resolution.refund_twice" not in await case.timeline()


@pytest.mark.parametrize("by_webhook", [True, False])
@pytest.mark.parametrize("minor", [6_000, 20_000])
async def test_what_arrives_with_another_amount_is_a_task_at_once_and_no_arrival_is_told(
    service: Service, minor: int, by_webhook: bool
) -> None:
    case = await refunding(service)
    if by_webhook:
        await told(service, case, ARRIVED, amount=Money(minor=minor))
    else:
        at_the_provider(service, status=ARRIVED, amount=Money(minor=minor))
        await case.pass_time(hours=7)
    await eventually(lambda: differences(service))
    row = await the_difference(service)
    assert row.kind == DifferenceKind.REFUND_AMOUNT
    assert (row.ours["amount_minor"], row.theirs["amount_minor"]) == (12_900, minor)
    assert await tasks(service) == [row.difference_id]
    assert await case.told("resolution.refund_arrived") == []
    assert await money(service) == (12_900, 0, 12_900, 0)
    at_the_provider(service, status=ARRIVED, amount=Money(minor=12_900))  # the provider puts it right
    await case.pass_time(hours=7)
    await followed_up(case)
    assert await money(service) == (12_900, 12_900, 0, 0)
