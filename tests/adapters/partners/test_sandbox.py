"""The adapters speak with the sandbox as a program of its own: both keep to one contract."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from adapters.connect import Partners
from models.common.errors import PartnerError
from models.common.partners import ProviderRefundStatus
from models.common.vocabulary import ErrorType
from settings import ROOT, Settings
from tests.support.builders.partner_requests import MESSAGE, STATEMENT, refund_request
from tests.support.processes.ports import free_port
from tests.support.refusals import partner_error

pytestmark = pytest.mark.slow
ORDER = "O-1001"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("sandbox")
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--data-dir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "REDRESS_PARTNER_TOKEN": "sandbox"}) as program:
        url = f"http://127.0.0.1:{port}"
        while not is_up(url):
            assert program.poll() is None, "the sandbox ended"
            time.sleep(0.1)
        yield url
        program.terminate()


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False


def settings(url: str, **change: object) -> Settings:
    urls = {f"{name}_url": f"{url}/{name}" for name in ("merchant", "carrier", "payment", "notification")}
    return Settings.model_validate({**urls, "partner_token": "sandbox", **change})


@pytest.fixture
async def partners(sandbox: str) -> AsyncIterator[Partners]:
    connected = Partners.connect(settings(sandbox))
    yield connected
    await connected.aclose()


async def test_order_parcels_and_payments_are_of_one_order(partners: Partners) -> None:
    order = await partners.merchant.order(ORDER)
    assert order is not None
    assert await partners.carrier.shipments(ORDER)
    assert sum(payment.amount.minor for payment in await partners.payment.payments(ORDER)) >= order.total.minor
    assert await partners.merchant.order("O-9999999") is None


async def test_the_sandbox_pays_a_key_once_and_never_more_than_was_paid(partners: Partners) -> None:
    (payment, *_) = await partners.payment.payments(ORDER)
    currency = payment.amount.currency
    asked = refund_request(100, currency, payment_id=payment.payment_id, order_id=ORDER)
    assert await partners.payment.refund_by_key(asked.key, asked.payment_id) is None
    first, second = [await partners.payment.refund(asked) for _ in range(2)]
    assert first.refund_id == second.refund_id
    refunds = [refund for known in await partners.payment.payments(ORDER) for refund in known.refunds]
    assert [refund.key for refund in refunds].count(asked.key) == 1
    too_much = asked.model_copy(update={"key": "RD-1.r1.1.2", "amount": payment.amount})
    refused = await partners.payment.refund(too_much)
    assert refused.status is ProviderRefundStatus.REFUSED
    assert refused.refusal


async def test_questions_and_messages_are_taken(partners: Partners) -> None:
    about = STATEMENT.model_copy(update={"order_id": ORDER})
    await partners.merchant.ask(about)
    await partners.carrier.ask(about.model_copy(update={"key": "RD-1.q2", "recipient": "K-1"}))
    await partners.notification.send(MESSAGE)


async def test_a_wrong_token_says_which_setting_to_look_at(sandbox: str) -> None:
    strangers = Partners.connect(settings(sandbox, partner_token="wrong"))
    error: PartnerError = await partner_error(strangers.merchant.order(ORDER))
    await strangers.aclose()
    assert error.type is ErrorType.PARTNER_UNAVAILABLE
    assert "REDRESS_PARTNER_TOKEN" in str(error)
