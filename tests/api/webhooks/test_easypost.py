"""EasyPost's webhooks (RES-6): signed its way, told to everybody who waits for the parcel, and to nobody else."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from models.case.state import CaseState
from models.common.partners import ShipmentStatus
from models.common.vocabulary import Role
from tests.support.builders.easypost import detail, event, signed, tracker
from tests.support.builders.orders import order, parcel
from tests.support.processes.api import Web, running_web
from tests.support.processes.waiting import eventually

SECRET = "of the tests, é"


@pytest.fixture(scope="module")
async def easyposts(web: Web) -> AsyncIterator[Web]:
    """The API, with the secret of EasyPost's webhooks."""
    settings = web.settings.model_copy(update={"easypost_webhook_secret": SecretStr(SECRET)})
    async with running_web(settings, web.service) as own:
        yield own


async def send(web: Web, body: str, secret: str = SECRET) -> httpx.Response:
    return await web.http.post("/v1/webhooks/easypost", content=body.encode(), headers=signed(body, secret))


def delivered(tracking: str, **change: Any) -> dict[str, Any]:
    return tracker(tracking, "delivered", detail("delivered", "2099-03-04T16:19:00Z", "Newark"), **change)


async def test_a_case_whose_parcel_it_tells_of_hears_of_it(easyposts: Web) -> None:
    tracking, order_id = f"1Z{uuid.uuid4().hex[:10]}".upper(), f"O-E{uuid.uuid4().hex[:6]}"
    easyposts.service.world.add(order(order_id, customer="C-E1"), parcel(order_id, tracking=tracking))
    customer = easyposts.person(Role.CUSTOMER, "C-E1")
    case_id = await easyposts.open(customer, order_id=order_id, issue="logistics.delay")
    await easyposts.row(case_id, lambda row: row.team is not None)
    body = event(delivered(tracking))
    assert (await send(easyposts, body)).json() == {"result": "taken"}
    assert (await send(easyposts, body)).json() == {"result": "replayed"}

    async def status() -> ShipmentStatus:
        row = await easyposts.row(case_id, lambda _: True)
        (known,) = CaseState.model_validate(row.state).shipments
        return known.status

    assert await eventually(status, lambda now: now is ShipmentStatus.DELIVERED) is ShipmentStatus.DELIVERED


async def test_a_parcel_that_nobody_waits_for_is_unknown(easyposts: Web) -> None:
    answer = await send(easyposts, event(delivered("NOBODYS1")))
    assert (answer.status_code, answer.json()) == (202, {"result": "unknown"})


async def test_other_events_are_taken_and_forgotten(easyposts: Web) -> None:
    for body in (event({"object": "Batch"}, "batch.created"), event(tracker("T-1", "unknown"))):
        answer = await send(easyposts, body)
        assert (answer.status_code, answer.json()) == (200, {"result": "unknown"})


async def test_a_wrong_signature_and_a_missing_secret_are_refused(easyposts: Web, web: Web) -> None:
    body = event(delivered("T-1"))
    for where, secret in ((easyposts, "another"), (web, SECRET)):
        answer = await send(where, body, secret)
        assert (answer.status_code, answer.json()["field"]) == (401, "x-hmac-signature")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"id": "evt_1", "description": "tracker.updated", "result": {"id": 1}}'])
async def test_what_is_no_event_is_refused(easyposts: Web, body: str) -> None:
    answer = await send(easyposts, body)
    assert (answer.status_code, answer.json()["field"]) == (422, "body")
