"""What a partner over HTTP may do, and what Redress makes of it, for every call."""

import gzip
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars

from adapters.connect import Partners
from models.common.base import Money
from models.common.partners import OrderLine, ProviderRefundStatus
from models.common.vocabulary import ErrorType
from tests.support.builders.orders import line, order, parcel, payment, refund
from tests.support.builders.partner_requests import MESSAGE, STATEMENT, refund_request
from tests.support.fakes.http_partners import TOKEN, Fault, Provider
from tests.support.matrix import matrix
from tests.support.refusals import partner_error

Call = Callable[[Partners], Awaitable[object]]

REFUND = refund_request(500, "CNY", payment_id="P-O-1-1")

READS: dict[str, Call] = {
    "GET /merchant/orders/O-1": lambda partners: partners.merchant.order("O-1"),
    "GET /carrier/shipments": lambda partners: partners.carrier.shipments("O-1"),
    "GET /payment/payments": lambda partners: partners.payment.payments("O-1"),
    f"GET /payment/refunds/{REFUND.key}": lambda partners: partners.payment.refund_by_key(REFUND.key, REFUND.payment_id),
}
WRITES: dict[str, Call] = {
    "POST /payment/refunds": lambda partners: partners.payment.refund(REFUND),
    "POST /merchant/statements": lambda partners: partners.merchant.ask(STATEMENT),
    "POST /carrier/statements": lambda partners: partners.carrier.ask(STATEMENT),
    "POST /notification/messages": lambda partners: partners.notification.send(MESSAGE),
}
CALLS = READS | WRITES
ANSWERED = {name: call for name, call in CALLS.items() if name in {*READS, "POST /payment/refunds"}}
"""Calls whose answer has a body that is read."""

UNAVAILABLE = {
    "hangs before it acts": Fault(hangs=True),
    "acts and never answers": Fault(acts=True, hangs=True),
    "hangs up": Fault(hangs_up=True),
    "answers byte by byte": Fault(drips=True),
    "has an error": Fault(500, b"oops"),
    "is restarted": Fault(503, b'{"detail": "maintenance"}'),
    "has too much to do": Fault(429, b""),
    "does not know our token": Fault(401, b'{"detail": "unknown token"}'),
}
INVALID = {
    "garbage": Fault(body=b"<<<\xff\xfe"),
    "nothing": Fault(body=b""),
    "another shape": Fault(body=b'{"orders": 7}'),
    "a list": Fault(body=b"[1]"),
    "what cannot be decompressed": Fault(body=b"not gzip", headers={"Content-Encoding": "gzip"}),
    "more than anybody wants": Fault(body=b'"' + b"a" * 2_000_000 + b'"'),
    "a little that unpacks to more than anybody wants": Fault(
        body=gzip.compress(b"a" * 30_000_000), headers={"Content-Encoding": "gzip"}
    ),
}
NOT_FROM_THE_PARTNER = {
    "a web page": Fault(404, b"<html>nginx</html>", {"Content-Type": "text/html"}),
    "a wall": Fault(403, b"<html>blocked</html>", {"Content-Type": "text/html; charset=utf-8"}),
    "a way to elsewhere": Fault(302, headers={"Location": "https://login.example"}),
}


@pytest.mark.parametrize(("name", "fault"), matrix(list(CALLS), UNAVAILABLE, every=4))
async def test_a_partner_in_trouble_may_be_asked_again(provider: Provider, connected: Partners, name: str, fault: Fault) -> None:
    provider.will(name, fault)
    error = await partner_error(CALLS[name](connected))
    assert error.type is ErrorType.PARTNER_UNAVAILABLE
    assert not error.permanent
    if name != f"GET /payment/refunds/{REFUND.key}":
        await CALLS[name](connected)


@pytest.mark.parametrize("fault", INVALID.values(), ids=INVALID)
@pytest.mark.parametrize("name", ANSWERED)
async def test_an_invalid_response_may_be_asked_for_again(
    provider: Provider, connected: Partners, name: str, fault: Fault
) -> None:
    provider.will(name, fault)
    error = await partner_error(CALLS[name](connected))
    assert error.type is ErrorType.PARTNER_INVALID_RESPONSE
    assert not error.permanent


@pytest.mark.parametrize("fault", NOT_FROM_THE_PARTNER.values(), ids=NOT_FROM_THE_PARTNER)
@pytest.mark.parametrize("name", CALLS)
async def test_a_wrong_address_makes_no_order_unknown_and_no_refund_refused(
    provider: Provider, connected: Partners, name: str, fault: Fault
) -> None:
    provider.will(name, fault)
    error = await partner_error(CALLS[name](connected))
    assert error.type is ErrorType.PARTNER_INVALID_RESPONSE


@pytest.mark.parametrize("status", [400, 403, 409, 422])
@pytest.mark.parametrize("name", CALLS)
async def test_a_final_no_is_told_in_the_partners_words(provider: Provider, connected: Partners, name: str, status: int) -> None:
    provider.will(name, Fault(status, json.dumps({"detail": "订单已超过售后期限", "code": "too_late"}).encode()))
    error = await partner_error(CALLS[name](connected))
    assert (error.type, error.code) == (ErrorType.PARTNER_REFUSED, "too_late")
    assert error.permanent
    assert str(error) == "订单已超过售后期限"


async def test_a_refusal_with_a_list_of_faults_is_told_too(provider: Provider, connected: Partners) -> None:
    provider.will("POST /payment/refunds", Fault(422, b'{"detail": [{"loc": ["amount"], "msg": "too small"}]}'))
    assert "too small" in str(await partner_error(connected.payment.refund(REFUND)))


@pytest.mark.parametrize("name", WRITES)
async def test_what_is_gone_at_the_partner_is_not_found_when_something_is_sent(
    provider: Provider, connected: Partners, name: str
) -> None:
    provider.will(name, Fault(404, b'{"detail": "no such recipient"}'))
    error = await partner_error(CALLS[name](connected))
    assert error.type is ErrorType.NOT_FOUND
    assert error.permanent


async def test_what_a_partner_does_not_know_is_none_or_nothing(provider: Provider, connected: Partners) -> None:
    provider.will("GET /carrier/shipments", Fault(404))
    provider.will("GET /payment/payments", Fault(404, b'{"detail": "unknown"}'))
    assert await connected.merchant.order("O-404") is None
    assert await connected.payment.refund_by_key("never-sent", REFUND.payment_id) is None
    assert await connected.carrier.shipments("O-1") == ()
    assert await connected.payment.payments("O-1") == ()


@pytest.mark.parametrize(
    ("when", "least", "most"),
    [
        ("7", 7, 7),
        (timedelta(minutes=10), 500, 600),
        (timedelta(minutes=-10), 0, 0),
        ("99999999999999", 3600, 3600),
    ],
    ids=["seconds", "a date", "a date in the past", "an age"],
)
async def test_a_busy_partner_says_when_to_come_back(
    provider: Provider, connected: Partners, when: str | timedelta, least: float, most: float
) -> None:
    header = when if isinstance(when, str) else format_datetime(datetime.now(UTC) + when, usegmt=True)
    provider.will("GET /payment/payments", Fault(429, headers={"Retry-After": header}))
    error = await partner_error(connected.payment.payments("O-1"))
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


@pytest.mark.parametrize("header", ["soon", "-5", "٣", "1.5"])
async def test_a_pause_that_nobody_can_read_is_ours_to_choose(provider: Provider, connected: Partners, header: str) -> None:
    headers = {"Retry-After": header} if header.isascii() else {"Retry-After": header.encode().decode("latin-1")}
    provider.will("GET /payment/payments", Fault(503, headers=headers))
    assert (await partner_error(connected.payment.payments("O-1"))).retry_after is None


async def test_partners_that_are_not_there_at_all_may_be_asked_again(provider: Provider) -> None:
    gone = provider.settings(merchant_url="http://127.0.0.1:9", carrier_url="http://no-such-host.invalid")
    partners = Partners.connect(gone)
    for call in (partners.merchant.order("O-1"), partners.carrier.shipments("O-1")):
        assert (await partner_error(call)).type is ErrorType.PARTNER_UNAVAILABLE
    await partners.aclose()


async def test_answers_about_something_else_are_invalid_responses(provider: Provider, connected: Partners) -> None:
    world = provider.world
    made = await connected.payment.refund(REFUND)
    others = [
        ("GET /merchant/orders/O-1", order("O-2").model_dump_json(), connected.merchant.order("O-1")),
        ("POST /payment/refunds", made.model_copy(update={"key": "other"}).model_dump_json(), connected.payment.refund(REFUND)),
        (
            "POST /payment/refunds",
            made.model_copy(update={"amount": Money(minor=499)}).model_dump_json(),
            connected.payment.refund(REFUND),
        ),
        (
            f"GET /payment/refunds/{REFUND.key}",
            made.model_copy(update={"key": "other"}).model_dump_json(),
            connected.payment.refund_by_key(REFUND.key, REFUND.payment_id),
        ),
        (
            "GET /carrier/shipments",
            json.dumps({"shipments": [world.parcels["O-1"][0].model_copy(update={"order_id": "O-2"}).model_dump(mode="json")]}),
            connected.carrier.shipments("O-1"),
        ),
        (
            "GET /payment/payments",
            json.dumps({"payments": [world.charges["O-1"][0].model_copy(update={"order_id": "O-2"}).model_dump(mode="json")]}),
            connected.payment.payments("O-1"),
        ),
    ]
    for name, body, call in others:
        provider.will(name, Fault(body=body.encode()))
        assert (await partner_error(call)).type is ErrorType.PARTNER_INVALID_RESPONSE, name


async def test_what_a_broken_answer_says_of_people_stays_out_of_the_error(provider: Provider, connected: Partners) -> None:
    broken = {**order().model_dump(mode="json"), "placed_at": "Zhang San, 1 Renmin Road"}
    provider.will("GET /merchant/orders/O-1", Fault(body=json.dumps(broken).encode()))
    error = await partner_error(connected.merchant.order("O-1"))
    assert "placed_at" in str(error)
    assert "Zhang San" not in str(error)
    assert error.__cause__ is None


async def test_a_partner_may_say_more_than_it_must(provider: Provider, connected: Partners) -> None:
    more = {**order().model_dump(mode="json"), "loyalty": "gold"}
    provider.will("GET /merchant/orders/O-1", Fault(body=json.dumps(more).encode()))
    assert await connected.merchant.order("O-1") == order()


async def test_a_refund_whose_answer_got_lost_is_found_by_its_key_and_paid_once(provider: Provider, connected: Partners) -> None:
    provider.will("POST /payment/refunds", Fault(acts=True, hangs=True))
    await partner_error(connected.payment.refund(REFUND))
    found = await connected.payment.refund_by_key(REFUND.key, REFUND.payment_id)
    assert found is not None
    assert await connected.payment.refund(REFUND) == found
    assert provider.world.paid_back("O-1") == 500


async def test_a_refused_refund_is_an_answer_with_the_providers_words(provider: Provider, connected: Partners) -> None:
    provider.world.refuses = True
    refund = await connected.payment.refund(REFUND)
    assert (refund.status, refund.refusal) == (ProviderRefundStatus.REFUSED, "the account is closed")


@pytest.mark.parametrize("name", CALLS)
async def test_every_call_carries_token_and_request_id(provider: Provider, connected: Partners, name: str) -> None:
    with bound_contextvars(request_id="req-7"):
        await CALLS[name](connected)
    assert provider.headers[name]["authorization"] == f"Bearer {TOKEN}"
    assert provider.headers[name]["x-request-id"] == "req-7"


@pytest.mark.parametrize(("name", "key"), list(zip(WRITES, [REFUND.key, STATEMENT.key, STATEMENT.key, MESSAGE.key], strict=True)))
async def test_everything_sent_carries_its_key(provider: Provider, connected: Partners, name: str, key: str) -> None:
    await WRITES[name](connected)
    assert provider.headers[name]["idempotency-key"] == key


async def test_what_is_sent_arrives_as_it_was(provider: Provider, connected: Partners) -> None:
    await connected.notification.send(MESSAGE)
    await connected.merchant.ask(STATEMENT)
    assert provider.world.sent == [MESSAGE]
    assert provider.world.asked == [STATEMENT]


async def test_ids_cannot_lead_to_another_address(provider: Provider, connected: Partners) -> None:
    provider.will("GET /merchant/orders/O-1", Fault(500))
    assert await connected.merchant.order("../orders/O-1") is None


@pytest.mark.parametrize("freight", [None, {"minor": 0, "currency": "CNY"}, {"minor": 500, "currency": "EUR"}])
async def test_freight_is_in_the_currency_of_its_order(
    provider: Provider, connected: Partners, freight: dict[str, Any] | None
) -> None:
    told = order(currency="EUR").model_dump(mode="json") | {"freight": freight}
    provider.will("GET /merchant/orders/O-1", Fault(body=json.dumps(told).encode()))
    found = await connected.merchant.order("O-1")
    assert found is not None
    assert (found.freight.currency, found.freight.minor) == ("EUR", freight["minor"] if freight else 0)


async def test_freight_in_another_currency_is_no_order_that_can_be_read(provider: Provider, connected: Partners) -> None:
    told = order().model_dump(mode="json") | {"freight": {"minor": 500, "currency": "USD"}}
    provider.will("GET /merchant/orders/O-1", Fault(body=json.dumps(told).encode()))
    error = await partner_error(connected.merchant.order("O-1"))
    assert error.type is ErrorType.PARTNER_INVALID_RESPONSE


@pytest.mark.parametrize(
    ("situation", "lines"),
    [
        ("one line's id on two lines", [line(), line(minor=500)]),
        ("a line in another currency", [line(), line("L2", currency="USD")]),
    ],
)
async def test_an_order_of_which_nobody_can_say_what_costs_how_much_is_none_that_can_be_read(
    provider: Provider, connected: Partners, situation: str, lines: list[OrderLine]
) -> None:
    told = order().model_dump(mode="json") | {"lines": [one.model_dump(mode="json") for one in lines]}
    provider.will("GET /merchant/orders/O-1", Fault(body=json.dumps(told).encode()))
    error = await partner_error(connected.merchant.order("O-1"))
    assert error.type is ErrorType.PARTNER_INVALID_RESPONSE, situation


async def test_a_payment_a_refund_or_a_parcel_listed_twice_is_one_with_its_last_word(
    provider: Provider, connected: Partners
) -> None:
    took, came = refund(3_000, ProviderRefundStatus.ACCEPTED), refund(3_000)
    paid = payment("O-1", 1).model_dump(mode="json") | {"refunds": [one.model_dump(mode="json") for one in (took, came)]}
    provider.will("GET /payment/payments", Fault(body=json.dumps({"payments": [paid, paid]}).encode()))
    assert await connected.payment.payments("O-1") == (payment("O-1", 1, came),)
    sent = [parcel().model_dump(mode="json")] * 2
    provider.will("GET /carrier/shipments", Fault(body=json.dumps({"shipments": sent}).encode()))
    assert len(await connected.carrier.shipments("O-1")) == 1


async def test_a_partner_is_called_through_the_proxy_of_the_environment(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", provider.url)
    monkeypatch.setenv("no_proxy", "")
    assert await _order_at("http://partner.example", provider) is not None


async def test_a_partner_that_needs_no_proxy_is_called_without(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert await _order_at(provider.url, provider) is not None


async def _order_at(address: str, provider: Provider) -> object:
    partners = Partners.connect(provider.settings(merchant_url=f"{address}/merchant"))
    try:
        return await partners.merchant.order("O-1")
    finally:
        await partners.aclose()
