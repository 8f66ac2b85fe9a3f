"""Who may say what about whom (TRU-2, docs/security.md): each partner by its own secret, about its own, and money as its provider says when asked."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.secrets import Secrets, change_secrets, made_credentials, rotated
from models.common.partners import ProviderRefundStatus
from models.common.vocabulary import Role
from tests.api.webhooks.test_standard import answers, asked_case, remarks, send, statement
from tests.api.webhooks.test_stripe import held, waiting_for_arrival
from tests.support.builders.orders import parcel as new_parcel
from tests.support.processes.api import Web
from tests.support.processes.waiting import eventually


@pytest.fixture
async def own(web: Web) -> AsyncIterator[Web]:
    """Two merchants and two carriers have credentials of their own, as long as the test lasts."""
    names = ("merchant/M-1", "merchant/M-2", "carrier/K-1", "carrier/K-2")
    change(web, {name: made_credentials() for name in names})
    yield web
    change_secrets(web.settings, lambda known: known.model_copy(update={"partners": {}}))


def change(web: Web, partners: dict[str, Any]) -> Secrets:
    return change_secrets(web.settings, lambda known: known.model_copy(update={"partners": {**known.partners, **partners}}))


async def told(web: Web, case_id: str, words: str) -> list[str]:
    """What the timeline says of notices, once it says this."""
    return await eventually(lambda: remarks(web, case_id), lambda said: any(words in one for one in said))


async def tell_of_refund(web: Web, case_id: str, key: str, status: ProviderRefundStatus) -> httpx.Response:
    """The payment provider's own secret, and a status that it does not hold."""
    payload = web.service.world.refunds[key].model_copy(update={"status": status}).model_dump(mode="json")
    return await send(web, {"kind": "refund", "reference": case_id, "payload": payload}, partner="payment")


@pytest.mark.parametrize("holds", [ProviderRefundStatus.REFUSED, ProviderRefundStatus.ACCEPTED])
async def test_a_refund_that_its_provider_has_not_paid_has_not_arrived_whatever_is_signed(
    web: Web, holds: ProviderRefundStatus
) -> None:
    case_id, _, key = await waiting_for_arrival(web)
    held(web, key, holds)
    assert (await tell_of_refund(web, case_id, key, ProviderRefundStatus.ARRIVED)).json() == {"result": "taken"}
    await told(web, case_id, "does not confirm")
    row = await web.row(case_id)
    assert (row.stage, row.waiting_for) == ("resolution", "payment_repair" if holds == "refused" else "arrival")


async def test_a_refund_that_arrived_is_taken_in_once_its_provider_says_so(web: Web) -> None:
    case_id, _, key = await waiting_for_arrival(web)
    web.service.world.arrive()
    await tell_of_refund(web, case_id, key, ProviderRefundStatus.ARRIVED)
    await web.row(case_id, lambda row: row.stage == "follow_up")


async def test_a_refund_that_its_provider_does_not_know_changes_nothing(web: Web) -> None:
    case_id, _, key = await waiting_for_arrival(web)
    payload = web.service.world.refunds[key].model_dump(mode="json") | {"key": "made-up", "status": "arrived"}
    await send(web, {"kind": "refund", "reference": case_id, "payload": payload}, partner="payment")
    await told(web, case_id, "does not confirm")


@pytest.mark.parametrize(
    ("signed_by", "sent_to"), [("carrier", "merchant"), ("merchant/M-2", "merchant/M-1"), ("merchant", "merchant/M-1")]
)
async def test_nobody_signs_for_somebody_else(own: Web, signed_by: str, sent_to: str) -> None:
    case_id, _, request_id = await asked_case(own)
    secret = change(own, {}).partners[signed_by].webhook[0].get_secret_value()
    answer = await send(own, statement(request_id, reference=case_id), partner=sent_to, secret=secret)
    assert (answer.status_code, answer.json()["rule"]) == (401, "standard-webhooks")
    assert await answers(own, case_id) == []


async def test_one_merchant_is_not_heard_about_anothers_order(own: Web) -> None:
    case_id, order, request_id = await asked_case(own)
    for known_by in ({"reference": case_id}, {"order_id": order}):
        answer = await send(own, statement(request_id, **known_by), partner="merchant/M-2")
        assert (answer.status_code, answer.json()) == (202, {"result": "unknown"})
    assert await answers(own, case_id) == []


async def test_a_merchant_with_a_secret_of_its_own_speaks_for_itself_alone(own: Web) -> None:
    case_id, _, request_id = await asked_case(own)
    await send(own, statement(request_id, reference=case_id))
    await told(own, case_id, "does not concern")
    assert await answers(own, case_id) == []
    assert (await send(own, statement(request_id, reference=case_id), partner="merchant/M-1")).json() == {"result": "taken"}
    assert await answers(own, case_id) == ["checked and fine"]


async def test_a_carrier_gives_itself_no_parcel_and_takes_none_of_another(own: Web) -> None:
    case_id, order, _ = await asked_case(own)
    mine = own.service.world.parcels[order][0]
    others = new_parcel(order, tracking="NEW-1", carrier_id="K-2")
    taken = mine.model_copy(update={"carrier_id": "K-2"})
    for parcel in (others, taken, mine):
        body = {"kind": "shipment", "reference": case_id, "payload": parcel.model_dump(mode="json")}
        assert (await send(own, body, partner="carrier/K-2")).status_code == 200
    await eventually(lambda: remarks(own, case_id), lambda said: len(said) == 3)
    assert (await own.person(Role.CARRIER, "K-2").get(f"/v1/cases/{case_id}")).status_code == 404


async def test_two_secrets_are_good_while_one_is_rotated(own: Web) -> None:
    first = change(own, {}).partners["merchant/M-1"]
    second = change(own, {"merchant/M-1": rotated(first)}).partners["merchant/M-1"]
    case_id, _, request_id = await asked_case(own)

    async def signed_with(secret: SecretStr) -> int:
        body = statement(request_id, reference=case_id)
        return (await send(own, body, partner="merchant/M-1", secret=secret.get_secret_value())).status_code

    assert [await signed_with(secret) for secret in second.webhook] == [200, 200]
    assert second.webhook[1] == first.webhook[0]
    change(own, {"merchant/M-1": rotated(second)})
    assert [await signed_with(secret) for secret in second.webhook] == [200, 401]


async def test_the_secret_that_all_shared_before_is_good_for_kinds_alone_and_only_where_it_is_set(own: Web) -> None:
    case_id, _, request_id = await asked_case(own)
    shared = made_credentials().webhook[0].get_secret_value()
    body = statement(request_id, reference=case_id)
    assert (await send(own, body, secret=shared)).status_code == 401
    change_secrets(own.settings, lambda known: known.model_copy(update={"webhook": shared}))
    try:
        assert (await send(own, body, partner="carrier", secret=shared)).status_code == 200
        assert (await send(own, body, partner="merchant/M-1", secret=shared)).status_code == 401
    finally:
        change_secrets(own.settings, lambda known: known.model_copy(update={"webhook": None}))


async def test_two_senders_number_their_notices_alike_and_both_are_heard(web: Web) -> None:
    number = f"n-{uuid.uuid4().hex}"
    case_id, order, request_id = await asked_case(web)
    parcel = web.service.world.parcels[order][0].model_copy(update={"delivered_at": datetime.now(UTC)})
    body = {"kind": "shipment", "reference": case_id, "payload": parcel.model_dump(mode="json")}
    assert (await send(web, body, partner="carrier", number=number)).json() == {"result": "taken"}
    assert (await send(web, statement(request_id, reference=case_id), number=number)).json() == {"result": "taken"}
    assert await answers(web, case_id) == ["checked and fine"]
