"""The merchants' call for variants (RES-7): one that does not serve it is no outage, and tells nothing."""

import json

import pytest

from adapters.connect import Partners
from adapters.partners.circuit import CircuitState
from models.common.vocabulary import ErrorType
from tests.support.fakes.http_partners import Fault, Provider
from tests.support.refusals import partner_error

CALL = "GET /merchant/orders/O-1/variants"
TOLD = {
    "order_id": "O-1",
    "line_id": "L1",
    "variants": [
        {"sku": "S-1-RED", "title": "Red", "price": {"minor": 100, "currency": "CNY"}, "available": 0, "ean": "4006381"}
    ],
}


async def test_what_a_merchant_tells(provider: Provider, connected: Partners) -> None:
    provider.will(CALL, Fault(body=json.dumps(TOLD).encode()))
    told = await connected.merchant.variants("O-1", "L1")
    assert told is not None
    assert [(one.sku, one.price.minor, one.available) for one in told] == [("S-1-RED", 100, 0)]
    assert provider.asked[-1] == f"{CALL}?line_id=L1"


@pytest.mark.parametrize("status", [404, 501])
async def test_a_merchant_without_the_call_tells_nothing_and_is_not_down(
    provider: Provider, connected: Partners, status: int
) -> None:
    for _ in range(20):
        provider.will(CALL, Fault(status, b'{"detail": "no such thing"}'))
        assert await connected.merchant.variants("O-1", "L1") is None
    assert {circuit.state for circuit in connected.circuits} == {CircuitState.CLOSED}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(500), ErrorType.PARTNER_UNAVAILABLE),
        (Fault(body=json.dumps({**TOLD, "line_id": "L2"}).encode()), ErrorType.PARTNER_INVALID_RESPONSE),
    ],
)
async def test_an_outage_is_none_the_less(provider: Provider, connected: Partners, fault: Fault, error: ErrorType) -> None:
    provider.will(CALL, fault)
    assert (await partner_error(connected.merchant.variants("O-1", "L1"))).type is error


async def test_a_call_that_every_partner_serves_is_not_missing_by_501(provider: Provider, connected: Partners) -> None:
    provider.will("GET /merchant/orders/O-1", Fault(501))
    assert (await partner_error(connected.merchant.order("O-1"))).type is ErrorType.PARTNER_INVALID_RESPONSE
