"""The partner activities over the real adapters: what is kept, asked again, or given to a person."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.case.partners import PartnerActivities
from adapters.connect import Partners
from models.activities import LOOK_UP
from models.case.activities import AskPartner, LookedUp, LookUp, PaidBack, PayBack, RefundQuery
from models.chargebacks.state import ChargebackRef
from models.common.bank_accounts import BankAccount
from models.common.base import Money
from models.common.vocabulary import ErrorType, RefundStatus
from models.remedies.remedy import RefundPart
from tests.support.builders.orders import order, parcel
from tests.support.builders.partner_requests import STATEMENT
from tests.support.fakes.http_partners import Fault, Provider
from workflows.kit import activities

ABOUT = LookUp(case_id="RD-1", order_id="O-1")
ONE, TWO = (
    RefundPart(key=f"RD-1.r1.1.{number}", payment_id=f"P-O-1-{number}", amount=Money(minor=minor))
    for number, minor in ((1, 500), (2, 300))
)
PAY = PayBack(case_id="RD-1", remedy_id="r1", order_id="O-1", reason="lost", parts=(ONE, TWO))
REFUNDS = "POST /payment/refunds"


class Attempts:
    """An activity as its attempts go: each finds the heartbeat that the one before left, as JSON."""

    def __init__(self) -> None:
        self._details: list[Any] = []
        self._number = 0

    async def run(self, call: Any, request: object) -> Any:
        self._number += 1
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=self._number, heartbeat_details=self._details)
        environment.on_heartbeat = self._beat
        return await environment.run(call, request)

    async def error(self, call: Any, request: object) -> ApplicationError:
        with pytest.raises(ApplicationError) as raised:
            await self.run(call, request)
        return raised.value

    def _beat(self, *details: object) -> None:
        self._details = json.loads(json.dumps(details))


async def none_open(_: str) -> tuple[ChargebackRef, ...]:
    """No bank has taken anything back."""
    return ()


async def no_account(_: str) -> BankAccount | None:
    """Nobody's."""
    return None


@pytest.fixture
def attempts() -> Attempts:
    return Attempts()


@pytest.fixture
def calls(connected: Partners) -> PartnerActivities:
    return PartnerActivities(connected.merchant, connected.carrier, connected.payment, none_open, no_account)


def states(paid: PaidBack) -> list[RefundStatus]:
    return [part.refund_status for part in paid.parts]


async def test_a_look_up_brings_order_parcels_and_payments(
    provider: Provider, calls: PartnerActivities, attempts: Attempts
) -> None:
    found: LookedUp = await attempts.run(calls.look_up, ABOUT)
    assert found == LookedUp(order=order(), shipments=(parcel(),), payments=tuple(provider.world.charges["O-1"]))


@pytest.mark.parametrize("silent", ["GET /merchant/orders/O-1", "GET /carrier/shipments", "GET /payment/payments"])
async def test_a_retry_asks_only_who_has_not_answered(
    provider: Provider, calls: PartnerActivities, attempts: Attempts, silent: str
) -> None:
    provider.will(silent, Fault(hangs=True))
    error = await attempts.error(calls.look_up, ABOUT)
    assert error.type == ErrorType.PARTNER_UNAVAILABLE
    assert not error.non_retryable
    for call in {"GET /merchant/orders/O-1", "GET /carrier/shipments", "GET /payment/payments"} - {silent}:
        provider.will(call, Fault(500))
    found: LookedUp = await attempts.run(calls.look_up, ABOUT)
    assert found == LookedUp(order=order(), shipments=(parcel(),), payments=tuple(provider.world.charges["O-1"]))


async def test_an_unknown_order_is_told_whatever_the_others_do(
    provider: Provider, calls: PartnerActivities, attempts: Attempts
) -> None:
    provider.will("GET /carrier/shipments", Fault(hangs=True))
    provider.will("GET /payment/payments", Fault(500))
    assert await attempts.run(calls.look_up, LookUp(case_id="RD-1", order_id="O-404")) == LookedUp(order=None)


async def test_where_merchants_have_providers_of_their_own_the_order_says_whom_to_ask(
    provider: Provider, connected: Partners, attempts: Attempts
) -> None:
    calls = PartnerActivities(
        connected.merchant, connected.carrier, connected.payment, none_open, no_account, merchants_have_providers=True
    )
    provider.will("GET /merchant/orders/O-1", Fault(500))
    error = await attempts.error(calls.look_up, ABOUT)
    assert error.type == ErrorType.PARTNER_UNAVAILABLE
    assert "GET /payment/payments?order_id=O-1" not in provider.asked
    found: LookedUp = await attempts.run(calls.look_up, ABOUT)
    assert "GET /payment/payments?order_id=O-1" in provider.asked
    assert found == LookedUp(order=order(), shipments=(parcel(),), payments=tuple(provider.world.charges["O-1"]))


async def test_a_busy_partner_is_left_alone_for_as_long_as_it_says(
    provider: Provider, calls: PartnerActivities, attempts: Attempts
) -> None:
    provider.will("GET /carrier/shipments", Fault(503))
    provider.will("GET /payment/payments", Fault(429, headers={"Retry-After": "30"}))
    error = await attempts.error(calls.look_up, ABOUT)
    assert error.next_retry_delay == timedelta(seconds=30)


async def test_a_final_no_ends_a_look_up(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    provider.will("GET /carrier/shipments", Fault(422, b'{"detail": "not our order ids"}'))
    error = await attempts.error(calls.look_up, ABOUT)
    assert error.type == ErrorType.PARTNER_REFUSED
    assert error.non_retryable
    assert error.message == "not our order ids"


async def test_every_part_of_a_refund_is_asked_for(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    provider.world.pays_at_once = False
    paid: PaidBack = await attempts.run(calls.pay_back, PAY)
    assert states(paid) == [RefundStatus.REQUESTED, RefundStatus.REQUESTED]
    assert all(part.refund_id for part in paid.parts)
    assert provider.world.paid_back("O-1") == 800


async def test_parts_that_are_settled_are_left_alone(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    arrived = ONE.model_copy(update={"refund_status": RefundStatus.ARRIVED, "refund_id": "R-1"})
    refused = TWO.model_copy(update={"refund_status": RefundStatus.FAILED, "refusal": "closed"})
    paid: PaidBack = await attempts.run(calls.pay_back, PAY.model_copy(update={"parts": (arrived, refused)}))
    assert paid.parts == (arrived, refused)
    assert provider.world.refunds == {}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(hangs=True),
        Fault(acts=True, hangs=True),
        Fault(500, acts=True),
        Fault(body=b"<<<", acts=True),
        Fault(hangs_up=True, acts=True),
        Fault(429),
    ],
    ids=["before", "after", "error after", "garbage after", "hang-up after", "busy"],
)
async def test_a_refund_asked_twice_is_paid_once(
    provider: Provider, calls: PartnerActivities, attempts: Attempts, fault: Fault
) -> None:
    provider.will(REFUNDS, fault)
    assert not (await attempts.error(calls.pay_back, PAY)).non_retryable
    paid: PaidBack = await attempts.run(calls.pay_back, PAY)
    assert states(paid) == [RefundStatus.ARRIVED, RefundStatus.ARRIVED]
    assert provider.world.paid_back("O-1") == 800


async def test_what_became_of_a_refund_is_asked_before_it_is_sent_again(
    provider: Provider, calls: PartnerActivities, attempts: Attempts
) -> None:
    request = PAY.model_copy(update={"parts": (ONE,)})
    provider.will(REFUNDS, Fault(acts=True, hangs=True), Fault(409, b'{"detail": "you asked for this already"}'))
    await attempts.error(calls.pay_back, request)
    assert states(await attempts.run(calls.pay_back, request)) == [RefundStatus.ARRIVED]


async def test_nothing_is_sent_again_while_nobody_knows_what_became_of_it(
    provider: Provider, calls: PartnerActivities, attempts: Attempts
) -> None:
    request = PAY.model_copy(update={"parts": (ONE,)})
    provider.will(REFUNDS, Fault(hangs=True))
    await attempts.error(calls.pay_back, request)
    provider.will(f"GET /payment/refunds/{ONE.key}", Fault(500), Fault(403, b'{"detail": "no"}'))
    for _ in range(2):
        assert not (await attempts.error(calls.pay_back, request)).non_retryable
        assert provider.world.refunds == {}


@pytest.mark.parametrize("status", [404, 409, 422])
async def test_a_provider_that_will_not_pay_leaves_it_to_a_person_in_its_words(
    provider: Provider, calls: PartnerActivities, attempts: Attempts, status: int
) -> None:
    provider.will(REFUNDS, Fault(status, '{"detail": "账户已注销"}'.encode()))
    paid: PaidBack = await attempts.run(calls.pay_back, PAY)
    assert states(paid) == [RefundStatus.FAILED, RefundStatus.ARRIVED]
    assert paid.parts[0].refusal == "账户已注销"


async def test_a_refused_refund_is_a_failed_part(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    provider.world.refuses = True
    paid: PaidBack = await attempts.run(calls.pay_back, PAY)
    assert states(paid) == [RefundStatus.FAILED, RefundStatus.FAILED]
    assert paid.parts[0].refusal == "the account is closed"


async def test_a_wrong_token_fails_no_refund_for_good(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    provider.will(REFUNDS, Fault(401), Fault(401))
    error = await attempts.error(calls.pay_back, PAY)
    assert not error.non_retryable
    assert "REDRESS_PARTNER_TOKEN" in error.message


async def test_one_part_in_trouble_holds_up_no_other(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    provider.will(REFUNDS, Fault(500))
    await attempts.error(calls.pay_back, PAY)
    assert set(provider.world.refunds) == {TWO.key}
    provider.will(f"GET /payment/refunds/{TWO.key}", Fault(500))
    assert states(await attempts.run(calls.pay_back, PAY)) == [RefundStatus.ARRIVED, RefundStatus.ARRIVED]


async def test_states_are_asked_for_what_is_not_settled(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    provider.world.pays_at_once = False
    asked: PaidBack = await attempts.run(calls.pay_back, PAY.model_copy(update={"parts": (ONE,)}))
    query = RefundQuery(case_id="RD-1", parts=(*asked.parts, TWO))
    assert states(await attempts.run(calls.refund_states, query)) == [RefundStatus.REQUESTED, RefundStatus.PENDING]
    provider.world.arrive()
    assert states(await attempts.run(calls.refund_states, query)) == [RefundStatus.ARRIVED, RefundStatus.PENDING]


async def test_questions_reach_whoever_can_be_reached(provider: Provider, calls: PartnerActivities, attempts: Attempts) -> None:
    other = STATEMENT.model_copy(update={"key": "RD-1.q2", "recipient": "K-1"})
    request = AskPartner(merchant=(STATEMENT,), carrier=(other,))
    provider.will("POST /merchant/statements", Fault(422, b'{"detail": "unknown merchant"}'))
    provider.will("POST /carrier/statements", Fault(500))
    assert not (await attempts.error(calls.ask_partners, request)).non_retryable
    provider.will("POST /merchant/statements", Fault(422, b'{"detail": "unknown merchant"}'))
    error = await attempts.error(calls.ask_partners, request)
    assert provider.world.asked == [other]
    assert error.non_retryable
    assert error.message == "unknown merchant"


@workflow.defn
class LooksUp:
    """Looks an order up, as a case does."""

    @workflow.run
    async def run(self, request: LookUp) -> LookedUp:
        return await activities.look_up(request, timedelta(minutes=1))


async def test_what_was_heard_outlives_a_failed_attempt_on_a_real_server(
    temporal: WorkflowEnvironment, provider: Provider, calls: PartnerActivities
) -> None:
    forgotten = Fault(404, b'{"detail": "no such order"}')
    provider.will("GET /merchant/orders/O-1", Fault(body=order().model_dump_json().encode()), forgotten)
    provider.will("GET /carrier/shipments", Fault(hangs=True))
    runner = UnsandboxedWorkflowRunner()
    async with (
        Worker(temporal.client, task_queue="look-ups", workflows=[LooksUp], workflow_runner=runner),
        Worker(temporal.client, task_queue=LOOK_UP.task_queue("look-ups"), activities=[calls.look_up]),
    ):
        found = await temporal.client.execute_workflow(LooksUp.run, ABOUT, id="look-up-1", task_queue="look-ups")
    assert found.order == order()
    assert found.shipments == (parcel(),)
