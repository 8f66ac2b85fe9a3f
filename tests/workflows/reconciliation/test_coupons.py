"""Each difference between our ledger's coupons and the promotion system's is a supervisor's task (RES-3, RES-11)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from models.case.actions import Action
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType, Issue, Stage, WaitFor
from models.money.coupon import Coupon, CouponStatus
from models.reconciliation.difference import DifferenceKind, DifferenceState, Scope
from settings import Settings
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.orders import order, parcel
from tests.support.builders.reconciliation import compare, comparing, differences, scanning, tasks, the_difference
from tests.support.processes.service import Case, Service


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path, database_settings: Settings) -> AsyncIterator[Service]:
    async with comparing(temporal, tmp_path, database_settings) as service:
        yield service


async def agreed(service: Service) -> Case:
    """A case whose customer is to get a coupon of 10.00."""
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.SLOW_RESPONSE, description="nobody answered for days")
    await case.waits_for(WaitFor.PLAN)
    coupon = {"kind": "coupon", "amount": {"minor": 1_000}}
    await case.act(AGENT, Action.PROPOSE, options=[{"remedies": [coupon], "why": "we were slow"}])
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    return case


async def issued(service: Service) -> str:
    """One that has it; the coupon's key."""
    case = await agreed(service)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    (key,) = service.world.coupons
    assert (await compare(service)).found == 0
    return key


async def test_a_coupon_that_the_customer_used_is_no_difference(service: Service) -> None:
    at_the_promotion_system(service, await issued(service), CouponStatus.USED)
    assert (await compare(service)).found == 0


async def test_a_coupon_that_was_revoked_there_is_a_task_until_it_stands_again(service: Service) -> None:
    key = await issued(service)
    at_the_promotion_system(service, key, CouponStatus.REVOKED)
    assert (await compare(service)).for_people == 1
    row = await the_difference(service)
    assert (row.kind, row.subject, row.ours["state"], row.theirs["state"]) == (
        DifferenceKind.COUPON_VOID,
        key,
        "issued",
        "revoked",
    )
    assert await tasks(service) == [row.difference_id]
    assert "THANKS" not in str([row.ours, row.theirs])
    at_the_promotion_system(service, key, CouponStatus.ISSUED)
    assert (await compare(service)).solved == 1


async def test_a_coupon_that_the_promotion_system_does_not_know_is_a_task(service: Service) -> None:
    service.world.coupons.pop(await issued(service))
    await compare(service)
    assert (await the_difference(service)).kind == DifferenceKind.COUPON_UNKNOWN


async def test_a_coupon_that_was_issued_for_a_case_that_never_heard_of_it_is_a_task(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = service.world.issue

    async def issue(request: object) -> Coupon:
        await usual(request)  # pyright: ignore[reportArgumentType]
        raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, "the answer got lost")

    async def silent(key: str) -> Coupon | None:
        raise PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"promotion does not answer about {key}")

    with monkeypatch.context() as outage:
        outage.setattr(service.world, "issue", issue)
        outage.setattr(service.world, "coupon_by_key", silent)
        case = await agreed(service)
        await case.waits_for(WaitFor.COUPON)
        await case.until(lambda _: bool(service.world.coupons))
        await case.handle.terminate("nobody is there to hear of it")
    await compare(service)
    row = await the_difference(service)
    assert (row.kind, row.case_id, row.ours["state"]) == (DifferenceKind.COUPON_AHEAD, case.handle.id, None)
    assert await tasks(service) == [row.difference_id]


async def test_a_promotion_system_that_is_down_is_told_and_holds_up_no_other_books(service: Service) -> None:
    await issued(service)
    service.world.charges["O-1"] = []
    service.world.down = {"promotion"}
    running = await scanning(service)
    await service.environment.fast_forward(running, timedelta(hours=8))
    assert list((await running.result()).missed) == [Scope.COUPONS]
    kinds = {row.kind: row.state for row in await differences(service)}
    assert kinds == {DifferenceKind.PAYMENT_LESS: DifferenceState.OPEN, DifferenceKind.PARTNER_SILENT: DifferenceState.OPEN}


def at_the_promotion_system(service: Service, key: str, status: CouponStatus) -> None:
    service.world.coupons[key] = service.world.coupons[key].model_copy(update={"status": status})
