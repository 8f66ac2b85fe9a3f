"""Parcels that the carriers' desk cannot tell of are tracked with EasyPost, whose answers have the form that it documents."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.connect import Partners
from adapters.partners.easypost import STATUSES, Tracker, is_signed
from models.common.errors import PartnerError
from models.common.partners import ShipmentStatus
from models.common.vocabulary import ErrorType
from rules.policy.load import load_policy
from rules.returns.statuses import status_of
from settings import Settings
from tests.support.builders.easypost import detail, event, signed, tracker
from tests.support.builders.orders import order, parcel
from tests.support.fakes.http_partners import Provider

NUMBER = "1Z999AA10123456784"
SENT = detail("in_transit", "2026-03-02T07:00:00Z", "Edison")
CAME = detail("delivered", "2026-03-04T16:19:00Z", "Newark")
DELIVERED = tracker(NUMBER, "delivered", SENT, CAME, signed_by="J SMITH")


class Service:
    """EasyPost in memory: what it answers to each number, and what it was asked."""

    def __init__(self) -> None:
        self.knows: dict[str, dict[str, Any]] = {NUMBER: DELIVERED}
        self.asked: list[dict[str, Any]] = []
        self.keys: set[str] = set()

    async def trackers(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body)
        self.keys.add(request.headers["Authorization"])
        code = body["tracker"]["tracking_code"]
        if code == "BAD":
            return web.json_response({"error": {"code": "TRACKER.CREATE.ERROR", "message": "invalid", "errors": []}}, status=422)
        return web.json_response(self.knows.get(code, tracker(code, "unknown")), status=201)


@pytest.fixture
async def service() -> AsyncIterator[tuple[Service, str]]:
    made = Service()
    app = web.Application()
    app.router.add_post("/v2/trackers", made.trackers)
    async with TestServer(app) as server:
        yield made, str(server.make_url("/v2"))


@pytest.fixture
async def partners(provider: Provider, service: tuple[Service, str]) -> AsyncIterator[Partners]:
    connected = Partners.connect(provider.settings(easypost_key="EZTK-of-the-tests", easypost_url=service[1]))
    yield connected
    await connected.aclose()


async def test_a_parcel_of_the_customers_own_carrier_is_looked_up(partners: Partners, service: tuple[Service, str]) -> None:
    found = await partners.returns.parcel(NUMBER)
    assert found is not None
    assert (found.status, found.carrier_id, len(found.scans)) == ("delivered", "UPS", 2)
    assert (found.scans[-1].at, found.scans[-1].place) == (datetime(2026, 3, 4, 16, 19, tzinfo=UTC), "Newark, NJ, US")
    assert service[0].asked == [{"tracker": {"tracking_code": NUMBER}}]
    assert service[0].keys == {"Bearer EZTK-of-the-tests"}


@pytest.mark.parametrize("number", ["NOBODYS1", "BAD"])
async def test_a_number_that_nobody_knows_is_unknown(partners: Partners, number: str) -> None:
    assert await partners.returns.parcel(number) is None


async def test_an_answer_about_another_parcel_is_invalid(partners: Partners, service: tuple[Service, str]) -> None:
    service[0].knows["OTHER1"] = DELIVERED
    with pytest.raises(PartnerError) as raised:
        await partners.returns.parcel("OTHER1")
    assert raised.value.type is ErrorType.PARTNER_INVALID_RESPONSE


async def test_an_orders_parcel_without_a_trace_gets_one(partners: Partners, provider: Provider) -> None:
    provider.world.add(order(), parcel(tracking=NUMBER, scans=(), shipped_at=None), parcel(tracking="T-2"))
    shipments = {shipment.tracking: shipment for shipment in await partners.carrier.shipments("O-1")}
    traced = shipments[NUMBER]
    assert (traced.status, traced.signed_by, traced.carrier_id) == (ShipmentStatus.DELIVERED, "J SMITH", "K-1")
    assert traced.delivered_at == datetime(2026, 3, 4, 16, 19, tzinfo=UTC)
    assert traced.shipped_at == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert shipments["T-2"].status is ShipmentStatus.IN_TRANSIT


def test_every_status_means_the_same_in_the_adapter_and_in_the_policy() -> None:
    policy = load_policy(Settings().policy).returns
    read = {status: status_of(Tracker.model_validate(tracker(NUMBER, status)).parcel, policy) for status in STATUSES}
    assert read == dict(STATUSES)


def test_a_signature_is_of_the_body_and_the_secret() -> None:
    body = event(DELIVERED)
    signature = signed(body, "sécret")["X-Hmac-Signature"]
    assert is_signed(body.encode(), signature, "sécret")
    assert not is_signed(body.encode(), signature, "another")
    assert not is_signed(body.encode() + b" ", signature, "sécret")
    assert not is_signed(body.encode(), "", "sécret")
    assert not is_signed(body.encode(), "hmac-sha256-hex=é", "sécret")
