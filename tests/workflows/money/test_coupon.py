"""Coupons and service improvements as real effects with their own proof; what fails half-way is taken back (RES-3, RES-11)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.case.actions import Action
from models.common.vocabulary import Issue, Kind, Stage, WaitFor
from models.money.coupon import CouponStatus
from models.tables.improvements import ImprovementRow
from models.tables.money import LedgerRow
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.orders import order, parcel
from tests.support.processes.service import Case, Service
from tests.support.processes.waiting import until

COUPON: dict[str, Any] = {"kind": "coupon", "amount": {"minor": 1_000}}
BETTER: dict[str, Any] = {"kind": "service_improvement", "words": "answers within an hour from now on"}
SORRY: dict[str, Any] = {"kind": "apology", "words": "对不起"}


async def accepted(service: Service, *remedies: dict[str, Any], issue: Issue = Issue.SLOW_RESPONSE) -> Case:
    service.world.add(order(), parcel())
    case = await service.open(Kind.AFTER_SALES, issue=issue, description="nobody answered for days")
    await case.until(lambda view: view.waiting is not None and view.waiting.for_ in {WaitFor.PLAN, WaitFor.ANSWERS})
    await case.act(AGENT, Action.TAKE)
    await case.act(AGENT, Action.PROPOSE, options=[{"remedies": list(remedies), "why": "we were slow"}])
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    return case


async def another_solution_than(service: Service, *remedies: dict[str, Any]) -> Case:
    """The goods of an exchange are out of stock, and the customer accepts to send the old ones back for money."""
    service.world.warehouse.gone.add("SKU-1")
    case = await accepted(service, *remedies, issue=Issue.SIZE_MISMATCH)
    await case.until(lambda view: len(view.proposals) > 1)
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    return case


async def postings(service: Service) -> list[tuple[str, int]]:
    async with service.database.reading() as session:
        rows = (await session.exec(select(LedgerRow).where(col(LedgerRow.kind).startswith("coupon")))).all()
    return sorted((row.account, row.amount_minor) for row in rows)


async def test_a_coupon_is_issued_once_with_its_code_and_booked(service: Service) -> None:
    case = await accepted(service, COUPON, SORRY)
    view = await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    (coupon,) = service.world.coupons.values()
    assert coupon.amount.minor == 1_000
    assert [remedy.coupon_code for remedy in view.remedies if remedy.coupon_code] == [coupon.code]
    assert "resolution.coupon_issued" in await case.messages("C-1")
    assert await postings(service) == [("coupons", 1_000), ("platform", -1_000)]


async def test_a_refused_coupon_sends_the_case_back_to_look_for_another_solution(service: Service) -> None:
    service.world.refuses_coupons = True
    case = await accepted(service, COUPON)
    view = await case.waits_for(WaitFor.PLAN)
    assert view.remedies[0].undone == "refused"
    assert await postings(service) == []
    await case.act(AGENT, Action.PROPOSE, options=[{"remedies": [SORRY], "why": "then words"}])
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)


async def test_a_promotion_system_that_is_away_holds_the_coupon_up_and_nothing_is_lost(service: Service) -> None:
    service.world.down.add("promotion")
    case = await accepted(service, COUPON)
    await case.waits_for(WaitFor.COUPON)
    service.world.down.clear()
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert len(service.world.coupons) == 1


async def test_a_promotion_system_silent_beyond_its_time_is_told_to_the_supervisors_and_goes_on_being_asked(
    service: Service,
) -> None:
    waits = service.policy.waits
    soon = waits[WaitFor.COUPON].model_copy(update={"within": timedelta(seconds=1)})
    service.policy = service.policy.changed(waits={**waits, WaitFor.COUPON: soon})
    service.world.down.add("promotion")
    case = await accepted(service, COUPON)
    await case.remembers("resolution.coupon_late")
    service.world.down.clear()
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert len(service.world.coupons) == 1


async def test_a_service_improvement_becomes_a_task_with_an_owner_and_a_date(service: Service) -> None:
    case = await accepted(service, BETTER)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    async with service.database.reading() as session:
        (task,) = (await session.exec(select(ImprovementRow).where(ImprovementRow.case_id == case.handle.id))).all()
    assert (task.state, task.words) == ("open", BETTER["words"])
    assert task.due > task.opened_at
    assert "resolution.improvement_begun" in await case.messages("C-1")


async def test_a_coupon_is_taken_back_when_what_was_agreed_with_it_cannot_be_done(service: Service) -> None:
    case = await another_solution_than(service, COUPON, {"kind": "exchange"})
    await case.until(lambda view: len(view.remedies) > 2 and all(remedy.undone for remedy in view.remedies[:2]))
    (coupon,) = service.world.coupons.values()
    assert coupon.status is CouponStatus.REVOKED
    assert sum(minor for account, minor in await postings(service) if account == "coupons") == 0


async def test_a_coupon_that_is_being_issued_when_the_case_is_withdrawn_is_taken_back(service: Service) -> None:
    service.world.holds_coupons = True
    case = await accepted(service, COUPON)
    await until(lambda: service.world.asked_for_coupons)
    await case.act(CUSTOMER, Action.WITHDRAW)
    service.world.holds_coupons = False
    await case.until(lambda view: view.stage is Stage.CLOSED)
    (coupon,) = service.world.coupons.values()
    assert coupon.status is CouponStatus.REVOKED
    assert sum(minor for account, minor in await postings(service) if account == "coupons") == 0


@pytest.mark.parametrize("why", ["coupons_are_used", "keeps_coupons"])
async def test_a_coupon_that_was_used_or_is_not_taken_back_stays_and_the_timeline_says_so(service: Service, why: str) -> None:
    setattr(service.world, why, True)
    case = await another_solution_than(service, COUPON, {"kind": "exchange"})
    await case.waits_for(WaitFor.RETURN_SHIPPING)
    (told,) = [data for data in await case.told("resolution.remedy_undone") if data["kind"] == "coupon"]
    assert told["kept"] == ["coupon"]
    view = await case.until(lambda view: bool(view.remedies))
    assert [remedy.kind.value for remedy in view.remedies if remedy.done_at] == ["coupon"]


async def test_all_that_was_agreed_on_and_done_stays(service: Service) -> None:
    case = await accepted(service, COUPON, {"kind": "apology", "words": "sorry"})
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    (coupon,) = service.world.coupons.values()
    assert coupon.status is CouponStatus.ISSUED
