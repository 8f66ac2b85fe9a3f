"""While a partner's circuit is open, calls fail at once, one probes it, and cases wait without cost (RES-5)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from adapters.money.payment import HttpPayment
from adapters.partners.circuit import Circuit, CircuitMetrics, CircuitState
from adapters.partners.http import PartnerHttp
from models.common.errors import PartnerError
from models.common.partners import ShipmentStatus
from models.common.vocabulary import ErrorType, Issue, RemedyKind, Stage
from settings import Settings
from tests.support.builders.orders import order, parcel
from tests.support.fakes.http_partners import TOKEN, Fault, Provider
from tests.support.processes.service import Case, Service, running_service
from tests.support.processes.waiting import eventually

ASK = "GET /payment/payments"
DOWN = Fault(500, b"oops")
WAITING_COSTS = 6
"""History events: the clock that warns meanwhile, and what it says."""


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    """A provider whose circuit opens for ten seconds after three failures, for a minute at most."""
    return Circuit("payment", after=3, pause=10, longest=60, clock=clock)


@pytest.fixture
async def payment(provider: Provider, circuit: Circuit) -> AsyncIterator[HttpPayment]:
    http = PartnerHttp("payment", f"{provider.url}/payment", TOKEN, 1, circuit=circuit)
    yield HttpPayment(http)
    await http.aclose()


async def fails(payment: HttpPayment) -> PartnerError:
    with pytest.raises(PartnerError) as raised:
        await payment.payments("O-1")
    assert raised.value.type is ErrorType.PARTNER_UNAVAILABLE
    return raised.value


def left(provider: Provider) -> int:
    """Of the faults that were laid out: each call that reaches the provider takes one."""
    return len(provider.faults[ASK])


async def opened(provider: Provider, payment: HttpPayment) -> None:
    provider.will(ASK, *[DOWN] * 3)
    for _ in range(3):
        await fails(payment)


@pytest.mark.parametrize("fault", [DOWN, Fault(503), Fault(hangs=True), Fault(hangs_up=True)])
async def test_after_some_failures_in_a_row_calls_fail_at_once_and_say_when_to_come_back(
    provider: Provider, payment: HttpPayment, circuit: Circuit, fault: Fault
) -> None:
    provider.will(ASK, *[fault] * 4)
    for _ in range(3):
        await fails(payment)
    refused = await fails(payment)
    assert left(provider) == 1
    assert circuit.state is CircuitState.OPEN
    assert refused.retry_after is not None
    assert 10 <= refused.retry_after <= 12


async def test_when_the_pause_is_over_one_call_tries_and_all_go_on(
    provider: Provider, payment: HttpPayment, circuit: Circuit, clock: Clock
) -> None:
    await opened(provider, payment)
    clock.seconds += 10
    assert circuit.state is CircuitState.HALF_OPEN
    assert len(await payment.payments("O-1")) == 1
    assert circuit.state is CircuitState.CLOSED


async def test_while_one_call_tries_the_others_do_not(provider: Provider, payment: HttpPayment, clock: Clock) -> None:
    await opened(provider, payment)
    clock.seconds += 10
    provider.will(ASK, Fault(hangs=True), Fault(hangs=True))
    outcomes = await asyncio.gather(*(payment.payments("O-1") for _ in range(5)), return_exceptions=True)
    assert all(isinstance(outcome, PartnerError) and outcome.retry_after for outcome in outcomes[1:])
    assert left(provider) == 1


async def test_the_pause_grows_with_every_failed_try_up_to_its_longest(
    provider: Provider, payment: HttpPayment, circuit: Circuit, clock: Clock
) -> None:
    await opened(provider, payment)
    provider.will(ASK, *[DOWN] * 4)
    pauses = [circuit.rest]
    for _ in range(4):
        clock.seconds += circuit.rest
        await fails(payment)
        pauses.append(circuit.rest)
    assert pauses == [10, 20, 40, 60, 60]


@pytest.mark.parametrize(
    "fault", [Fault(422, b'{"detail": "no"}'), Fault(404), Fault(429), Fault(401), Fault(body=b"garbage")], ids=repr
)
async def test_a_partner_that_answers_is_not_down_whatever_it_says(
    provider: Provider, payment: HttpPayment, circuit: Circuit, fault: Fault
) -> None:
    provider.will(ASK, DOWN, DOWN, fault, DOWN, DOWN)
    for _ in range(5):
        try:
            await payment.payments("O-1")
        except PartnerError:
            continue
    assert circuit.state is CircuitState.CLOSED
    assert left(provider) == 0


async def test_a_call_that_is_given_up_says_nothing_of_the_partner_and_lets_another_try(
    provider: Provider, payment: HttpPayment, circuit: Circuit, clock: Clock
) -> None:
    await opened(provider, payment)
    clock.seconds += 10
    provider.will(ASK, Fault(hangs=True))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(payment.payments("O-1"), 0.1)
    assert circuit.state is CircuitState.HALF_OPEN
    assert len(await payment.payments("O-1")) == 1


async def test_the_figures_tell_who_is_down(provider: Provider, payment: HttpPayment, circuit: Circuit) -> None:
    figures = CircuitMetrics([circuit])

    def told() -> list[tuple[dict[str, str], float]]:
        return [(sample.labels, sample.value) for family in figures.collect() for sample in family.samples]

    assert told() == [({"partner": "payment"}, 0.0)]
    await opened(provider, payment)
    assert told() == [({"partner": "payment"}, 1.0)]


def of_the_case() -> float:
    """The clock of the case that an activity works for, which a test moves."""
    return activity.info().current_attempt_scheduled_time.timestamp()


@pytest.fixture
async def service(temporal: WorkflowEnvironment, tmp_path: Path, provider: Provider) -> AsyncIterator[Service]:
    """Cases whose payments are with a provider over HTTP."""
    http = PartnerHttp("payment", f"{provider.url}/payment", TOKEN, 1, circuit=Circuit("payment", clock=of_the_case))
    async with running_service(temporal, Settings(data_dir=tmp_path), payment=HttpPayment(http)) as service:
        service.world.add(order(), parcel(status=ShipmentStatus.LOST))
        yield service
    await http.aclose()


async def cost(case: Case) -> int:
    """History events, but for those with which the test's own server notes that it let time pass."""
    events = (await case.handle.fetch_history()).events
    return sum(event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED for event in events)


async def waits_for_the_provider_alone(case: Case) -> bool:
    described = (await case.handle.describe()).raw_description
    pending = [pending.activity_type.name for pending in described.pending_activities]
    return pending == ["pay_back"] and not described.HasField("pending_workflow_task")


@pytest.mark.long
async def test_a_case_waits_for_a_provider_that_is_down_for_hours_without_cost_and_goes_on_by_itself(
    service: Service, provider: Provider
) -> None:
    provider.will("POST /payment/refunds", *[DOWN] * 100)
    case = await service.open(issue=Issue.LOST, wanted={"remedy": RemedyKind.REFUND_ONLY})
    await case.until(lambda view: any(remedy.parts for remedy in view.remedies))
    provider.down = True
    await eventually(lambda: waits_for_the_provider_alone(case))
    before = await cost(case)
    await case.pass_time(hours=6)
    assert await cost(case) <= before + WAITING_COSTS
    assert 0 < provider.called_in_vain < 6 * 60
    assert provider.world.paid_back("O-1") == 0
    provider.reset()
    await case.pass_time(minutes=10)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    assert provider.world.paid_back("O-1") == 12_900
