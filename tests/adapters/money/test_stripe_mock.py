"""Stripe as a payment provider (RES-5), against `stripe-mock`: it checks every request by Stripe's own description of its API."""

import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from adapters.money.stripe import StripePayment
from adapters.money.stripe_charge import StripeCharges
from adapters.money.stripe_chargebacks import StripeChargebacks
from models.chargebacks.partner import AnswerKind, ChargebackAnswer, EvidencePack
from models.common.base import Money
from models.common.partners import PaymentStatus, ProviderRefundStatus
from models.common.vocabulary import ErrorType
from models.money.charge import ChargeStatus
from tests.support.builders.partner_requests import REFUND_KEY, charge_request, refund_request
from tests.support.fakes.stripe import MODULE, stripe_mock
from tests.support.processes.ports import free_port
from tests.support.refusals import partner_error


@pytest.fixture(scope="module")
def mock_url() -> Iterator[str]:
    program = stripe_mock()
    assert program, f"stripe-mock is missing: set REDRESS_STRIPE_MOCK to it, or install Go; go install {MODULE}"
    port = free_port()
    process = subprocess.Popen([program, "-http-port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{url}/v1/refunds", headers={"Authorization": "Bearer sk_test_123"}, timeout=1)
                break
            except httpx.TransportError:
                assert process.poll() is None, "stripe-mock did not start"
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
async def mocked(mock_url: str) -> AsyncIterator[StripePayment]:
    provider = StripePayment("sk_test_123", 5, mock_url)
    yield provider
    await provider.aclose()


async def test_stripe_takes_our_refund_as_it_describes_refunds(mocked: StripePayment) -> None:
    made = await mocked.refund(refund_request(100))
    assert (made.key, made.payment_id, made.order_id, made.reference) == (REFUND_KEY, "pi_1", "O-1", "RD-1")
    assert (made.amount, made.status) == (Money(minor=100, currency="USD"), ProviderRefundStatus.ARRIVED)
    assert made.refund_id.startswith("re_")


async def test_stripe_answers_our_search_for_an_orders_payments(mocked: StripePayment) -> None:
    (payment,) = await mocked.payments("O-1")
    assert (payment.order_id, payment.method, payment.status) == ("O-1", "card", PaymentStatus.PENDING)
    assert payment.amount == Money(minor=1_099, currency="USD")
    assert [refund.status for refund in payment.refunds] == [ProviderRefundStatus.ARRIVED]
    assert payment.refunds[0].key == payment.refunds[0].refund_id  # made by somebody else


async def test_stripe_knows_no_refund_of_another_key(mocked: StripePayment) -> None:
    assert await mocked.refund_by_key("never-sent", "pi_1") is None


async def test_stripe_takes_a_charge_as_it_describes_payment_links_and_calls_it_off(mocked: StripePayment) -> None:
    charges, order = StripeCharges(mocked.client), charge_request()
    made = await charges.charge(order, "M-7")
    assert (made.key, made.order_id, made.amount, made.status) == (order.key, order.order_id, order.amount, ChargeStatus.PENDING)
    assert str(made.charge_id).startswith("plink_")
    assert str(made.pay_url).startswith("https://")
    known = await charges.charge_by_key(order, "M-7", made.charge_id)
    assert known is not None
    assert known.pay_url is not None
    off = await partner_error(charges.cancel_charge(order, "M-7", made.charge_id))  # its one session stays open whatever is done
    assert "under way" in str(off)


async def test_stripe_takes_evidence_closes_and_lists_disputes_as_it_describes_them(mocked: StripePayment) -> None:
    chargebacks = StripeChargebacks(mocked.client)
    known = await chargebacks.chargeback("du_1")
    assert known is not None
    assert known.amount.currency == "USD"
    pack = EvidencePack(goods="1 × lamp", policy="terms", words="signed for")
    answer = ChargebackAnswer(key="CB-1.1", chargeback_id="du_1", kind=AnswerKind.EVIDENCE, evidence=pack)
    assert (await chargebacks.answer(answer)).chargeback_id.startswith("d")
    gave_in = answer.model_copy(update={"key": "CB-1.2", "kind": AnswerKind.ACCEPTANCE, "evidence": None})
    assert (await chargebacks.answer(gave_in)).answer_key == "CB-1.2"
    assert len(await chargebacks.opened_since(datetime(2026, 6, 1, tzinfo=UTC))) == 1


async def test_a_key_that_stripe_does_not_take_is_an_operators_business(mock_url: str) -> None:
    provider = StripePayment("nonsense", 5, mock_url)
    error = await partner_error(provider.refund(refund_request()))
    assert (error.type, error.permanent) == (ErrorType.PARTNER_UNAVAILABLE, False)
    assert "REDRESS_STRIPE_KEY" in str(error)
    await provider.aclose()
