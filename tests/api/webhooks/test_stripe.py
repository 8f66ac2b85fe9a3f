"""Stripe's webhooks (RES-5): signed its way, told to the case that asked for the refund or the charge, and nothing else."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from models.chargebacks.state import ChargebackState
from models.common.partners import ProviderRefundStatus
from models.common.vocabulary import Role
from models.money.charge import ChargeStatus
from tests.support.builders.order_changes import not_shipped, quantities
from tests.support.processes.api import Web, running_web

SECRET = "whsec_of_the_tests"
REFUND = {"options": [{"remedies": [{"kind": "refund_only", "amount": {"minor": 2_000}}], "why": "as good will"}]}


@pytest.fixture(scope="module")
async def stripes(web: Web) -> AsyncIterator[Web]:
    """The API, with the signing secret of Stripe's webhooks."""
    settings = web.settings.model_copy(update={"stripe_webhook_secret": SecretStr(SECRET)})
    async with running_web(settings, web.service) as own:
        yield own


def signed(content: str, secret: str = SECRET, late: int = 0) -> dict[str, str]:
    at = int(time.time()) - late
    signature = hmac.new(secret.encode(), f"{at}.{content}".encode(), hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={at},v1={signature}", "content-type": "application/json"}


async def send(web: Web, body: object, **how: Any) -> httpx.Response:
    content = body if isinstance(body, str) else json.dumps(body)
    return await web.http.post("/v1/webhooks/stripe", content=content, headers=signed(content, **how))


def event(refund: dict[str, Any], kind: str = "refund.updated") -> dict[str, Any]:
    return {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": kind, "data": {"object": refund}}


def told(key: str, case_id: str, order: str, **change: Any) -> dict[str, Any]:
    metadata = {"key": key, "case_id": case_id, "order_id": order}
    base = {"id": "re_1", "object": "refund", "amount": 2_000, "currency": "cny", "created": 1_760_000_000, "status": "succeeded"}
    return {**base, "payment_intent": f"P-{order}-1", "charge": "ch_1", "metadata": metadata, **change}


async def waiting_for_arrival(web: Web) -> tuple[str, str, str]:
    """A case whose refund the provider took: its id, its order, and the refund's key."""
    world = web.service.world
    customer, _, order = web.customer()
    case_id = await web.open(customer, order_id=order, issue="payment.refund_not_arrived")
    await web.row(case_id, lambda row: row.waiting_for == "plan")
    world.pays_at_once = False
    try:
        assert (await web.person(Role.SUPERVISOR, "susan").post(f"/v1/cases/{case_id}/propose", REFUND)).status_code == 200
        await web.row(case_id, lambda row: row.waiting_for == "choice")
        assert (await customer.post(f"/v1/cases/{case_id}/accept", {})).status_code == 200
        await web.row(case_id, lambda row: row.waiting_for == "arrival")
    finally:
        world.pays_at_once = True
    (key,) = (refund.key for refund in world.refunds.values() if refund.order_id == order)
    return case_id, order, key


async def test_a_refund_that_stripe_tells_of_has_arrived(stripes: Web) -> None:
    case_id, order, key = await waiting_for_arrival(stripes)
    stripes.service.world.arrive()
    notice = event(told(key, case_id, order))
    assert (await send(stripes, notice)).json() == {"result": "taken"}
    await stripes.row(case_id, lambda row: row.stage == "follow_up")
    assert (await send(stripes, notice)).json() == {"result": "replayed"}


async def test_a_refund_that_stripe_refuses_waits_for_a_person(stripes: Web) -> None:
    case_id, order, key = await waiting_for_arrival(stripes)
    held(stripes, key, ProviderRefundStatus.REFUSED)
    refused = told(key, case_id, order, status="failed", failure_reason="insufficient_funds")
    assert (await send(stripes, event(refused, "refund.failed"))).json() == {"result": "taken"}
    await stripes.row(case_id, lambda row: row.waiting_for == "payment_repair")


def held(web: Web, key: str, status: ProviderRefundStatus) -> None:
    """What the provider answers when it is asked about a refund."""
    refunds = web.service.world.refunds
    refunds[key] = refunds[key].model_copy(update={"status": status})


async def waiting_for_money(web: Web) -> tuple[str, str, str]:
    """A case whose customer pays for one more piece: its id, its order, and the charge's key."""
    customer, customer_id, order = web.customer()
    web.service.world.add(not_shipped(order_id=order, customer_id=customer_id))
    case_id = await web.open(customer, order_id=order, issue="order.change", wanted=quantities(2))
    await web.row(case_id, lambda row: row.waiting_for == "charge" and row.waiting_on == "customer")
    (key,) = (charge.key for charge in web.service.ordering.charges.values() if charge.order_id == order)
    return case_id, order, key


def checkout(key: str, case_id: str, order: str, kind: str = "checkout.session.completed", **change: Any) -> dict[str, Any]:
    session = {
        "id": "cs_1",
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid",
        "payment_link": "plink_1",
        "payment_intent": f"pi_{key}",
        "payment_method_types": ["card"],
        "amount_total": 12_900,
        "currency": "cny",
        "created": 1_760_000_000,
        "metadata": {"key": key, "reference": case_id, "order_id": order, "reason": "order.change"},
    }
    return {**event({**session, **change}, kind), "created": 1_760_000_100}


async def test_what_a_customer_paid_at_stripe_is_a_payment_of_the_order(stripes: Web) -> None:
    case_id, order, key = await waiting_for_money(stripes)
    under_way = checkout(key, case_id, order, payment_status="unpaid")
    assert (await send(stripes, under_way)).json() == {"result": "taken"}  # a bank transfer: not there yet
    stripes.service.ordering.pay(key)
    paid = checkout(key, case_id, order, "checkout.session.async_payment_succeeded")
    assert (await send(stripes, paid)).json() == {"result": "taken"}
    await stripes.row(case_id, lambda row: row.stage == "follow_up")
    ledger = (await stripes.person(Role.SUPERVISOR, "susan").get(f"/v1/orders/{order}/ledger")).json()
    assert {"account": f"payment:P-{key}", "currency": "CNY", "minor": 12_900} in ledger["balances"]
    assert (await send(stripes, paid)).json() == {"result": "replayed"}


async def test_a_charge_that_a_bank_refuses_after_all_is_called_off(stripes: Web) -> None:
    case_id, order, key = await waiting_for_money(stripes)
    charges = stripes.service.ordering.charges
    charges[key] = charges[key].model_copy(update={"status": ChargeStatus.CANCELLED})
    refused = checkout(key, case_id, order, "checkout.session.async_payment_failed", payment_status="unpaid")
    assert (await send(stripes, refused)).json() == {"result": "taken"}
    row = await stripes.row(case_id, lambda row: row.stage == "closed")
    assert row.outcome == "not_pursued"


async def test_what_is_bought_in_the_merchants_own_shop_is_nobodys_charge(stripes: Web) -> None:
    changes: list[dict[str, Any]] = [{"payment_link": None}, {"metadata": {}}]
    for change in changes:
        answer = await send(stripes, checkout("k", "RD-1", "O-1", **change))
        assert (answer.status_code, answer.json()) == (200, {"result": "unknown"})


async def test_a_refund_that_nobody_of_ours_asked_for_harms_nobody(stripes: Web) -> None:
    changes: list[dict[str, Any]] = [{"metadata": {}}, {"metadata": {"case_id": "RD-UNKNOWN"}}, {"metadata": None}]
    for change in changes:
        answer = await send(stripes, event(told("k", "RD-1", "O-1", **change)))
        assert (answer.status_code, answer.json()) == (202, {"result": "unknown"})
    assert (await send(stripes, event({"id": "pi_1", "object": "payment_intent"}, "payment_intent.succeeded"))).status_code == 200


@pytest.mark.parametrize("kind", ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"])
async def test_a_dispute_is_heard_of_as_a_chargeback_of_stripes_whatever_it_tells(stripes: Web, kind: str) -> None:
    told_id = f"du_{uuid.uuid4().hex}"
    sent = event({"id": told_id, "object": "dispute", "status": "a word of next year's"}, f"charge.dispute.{kind}")
    assert [(await send(stripes, sent)).json()["result"] for _ in range(2)] == ["taken", "replayed"]
    own = ChargebackState.first_heard("stripe", told_id, datetime.now(UTC)).chargeback_id
    shown = (await stripes.person(Role.SUPERVISOR, "susan").get(f"/v1/chargebacks/{own}")).json()
    assert (shown["provider"], shown["provider_id"], shown["status"]) == ("stripe", told_id, None)
    assert shown["available_actions"] == []


async def test_what_is_not_signed_by_stripe_changes_nothing(stripes: Web) -> None:
    body = event(told("k", "RD-1", "O-1"))
    content = json.dumps(body)
    answers = [
        await send(stripes, body, secret="whsec_of_somebody_else"),
        await send(stripes, body, late=600),
        await stripes.http.post("/v1/webhooks/stripe", content=content),
        await stripes.http.post("/v1/webhooks/stripe", content=b"\xff", headers={"stripe-signature": "t=x,v1="}),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]


async def test_without_the_secret_nothing_is_taken_and_the_setting_is_named(web: Web) -> None:
    answer = await send(web, event(told("k", "RD-1", "O-1")))
    assert answer.status_code == 401
    assert "REDRESS_STRIPE_WEBHOOK_SECRET" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        *("not json", "[]", "1", "{}", '{"type": "refund.updated"}', event({}), event({"object": "refund"})),
        *(event({"object": "refund"}, "checkout.session.completed"), checkout("k", "RD-1", "O-1", amount_total=None)),
    ],
)
async def test_a_signed_event_without_sense_is_refused(stripes: Web, body: object) -> None:
    answer = await send(stripes, body)
    assert (answer.status_code, answer.json()["field"]) == (422, "body")
