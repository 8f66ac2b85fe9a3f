"""Stripe as a payment provider (RES-5), over HTTP: a small Stripe that remembers, for what becomes of a refund over several calls."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from adapters.connect import Partners
from adapters.money.stripe import StripePayment, from_stripe, to_stripe
from models.common.base import Money
from models.common.errors import RedressError
from models.common.partners import PaymentStatus, ProviderRefundStatus, RefundTo, RefusalCode
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.builders.partner_requests import REFUND_KEY, refund_request
from tests.support.fakes.stripe import serving
from tests.support.refusals import partner_error


@dataclass
class Remembering:
    """Payment intents and refunds; the same Idempotency-Key is the same refund."""

    intents: list[dict[str, Any]] = field(default_factory=list)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    troubles: list[JSONResponse] = field(default_factory=list)
    """The next answers to a refund, instead of the right one; the refund is made all the same where `acts`."""
    acts: bool = False
    becomes: dict[str, Any] = field(default_factory=lambda: {"status": "pending"})
    queries: list[str] = field(default_factory=list)


def application(books: Remembering) -> FastAPI:
    app = FastAPI()

    def listed(found: list[dict[str, Any]], kind: str = "list") -> dict[str, Any]:
        return {"object": kind, "data": found, "has_more": False, "url": "/"}

    @app.get("/v1/payment_intents/search")
    def search(query: str) -> dict[str, Any]:
        books.queries.append(query)
        return listed([one for one in books.intents if f"'{one['metadata']['order_id']}'" in query], "search_result")

    @app.get("/v1/refunds")
    def known(payment_intent: str) -> Any:
        if payment_intent not in {intent["id"] for intent in books.intents}:
            return JSONResponse({"error": {"code": "resource_missing", "message": "No such payment_intent"}}, 404)
        return listed([one for one in books.refunds.values() if one["payment_intent"] == payment_intent])

    @app.post("/v1/refunds")
    async def refund(request: Request) -> Any:
        form = await request.form()
        key = request.headers["Idempotency-Key"]
        if books.acts or not books.troubles:
            metadata = {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}
            books.refunds.setdefault(
                key,
                {
                    "id": f"re_{len(books.refunds) + 1}",
                    "object": "refund",
                    "amount": int(str(form["amount"])),
                    "currency": "usd",
                    "created": 1_760_000_000,
                    "payment_intent": form["payment_intent"],
                    "charge": "ch_1",
                    "metadata": metadata,
                    **books.becomes,
                },
            )
        return books.troubles.pop(0) if books.troubles else books.refunds[key]

    return app


def intent(name: str = "pi_1", **change: Any) -> dict[str, Any]:
    charge = {"object": "charge", "id": "ch_1", "created": 1_750_000_000, "payment_method_details": {"type": "alipay"}}
    base = {"id": name, "object": "payment_intent", "amount": 1_200, "amount_received": 1_000, "currency": "usd"}
    rest = {"status": "succeeded", "created": 1_740_000_000, "payment_method_types": ["card"], "metadata": {"order_id": "O-1"}}
    return {**base, **rest, "latest_charge": charge, **change}


@pytest.fixture
def books() -> Remembering:
    return Remembering(intents=[intent()])


@pytest.fixture
async def provider(books: Remembering) -> AsyncIterator[StripePayment]:
    async with serving(application(books)) as url:
        provider = StripePayment("sk_test_123", 1, url)
        yield provider
        await provider.aclose()


async def test_an_orders_payments_are_found_by_its_id_with_every_refund(books: Remembering, provider: StripePayment) -> None:
    books.intents += [
        intent("pi_2", status="processing"),
        intent("pi_3", status="canceled"),
        intent("pi_4", metadata={"order_id": "O-2"}),
    ]
    await provider.refund(refund_request())
    payments = await provider.payments("O-1")
    assert [(one.payment_id, one.status, one.amount.minor) for one in payments] == [
        ("pi_1", PaymentStatus.CAPTURED, 1_000),
        ("pi_2", PaymentStatus.PENDING, 1_200),
        ("pi_3", PaymentStatus.FAILED, 1_200),
    ]
    assert payments[0].method == "alipay"
    assert [(refund.key, refund.amount.minor, refund.status) for refund in payments[0].refunds] == [
        (REFUND_KEY, 250, ProviderRefundStatus.ACCEPTED)
    ]


async def test_an_id_is_quoted_in_stripes_search(books: Remembering, provider: StripePayment) -> None:
    await provider.payments("o'b\\ 订单")
    assert books.queries[-1] == "metadata['order_id']:'o\\'b\\\\ 订单'"


async def test_a_refund_asked_twice_is_one(books: Remembering, provider: StripePayment) -> None:
    assert await provider.refund(refund_request()) == await provider.refund(refund_request())
    assert len(books.refunds) == 1


async def test_a_refund_whose_answer_got_lost_is_found_by_its_key(books: Remembering, provider: StripePayment) -> None:
    books.acts, books.troubles = True, [JSONResponse({"error": {"message": "oh"}}, 500)]
    assert not (await partner_error(provider.refund(refund_request()))).permanent
    found = await provider.refund_by_key(REFUND_KEY, "pi_1")
    assert found is not None
    assert (found.key, found.status, found.reference, found.order_id) == (
        REFUND_KEY,
        ProviderRefundStatus.ACCEPTED,
        "RD-1",
        "O-1",
    )


async def test_a_payment_that_stripe_does_not_know_has_no_refund(provider: StripePayment) -> None:
    assert await provider.refund_by_key(REFUND_KEY, "pi_unknown") is None


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"status": "requires_action"}, ProviderRefundStatus.ACCEPTED, None),
        ({"status": "succeeded"}, ProviderRefundStatus.ARRIVED, None),
        (
            {"status": "failed", "failure_reason": "expired_or_canceled_card"},
            ProviderRefundStatus.REFUSED,
            RefusalCode.CARD_EXPIRED,
        ),
        (
            {"status": "failed", "failure_reason": "insufficient_funds"},
            ProviderRefundStatus.REFUSED,
            RefusalCode.INSUFFICIENT_FUNDS,
        ),
        ({"status": "failed", "failure_reason": "surprise"}, ProviderRefundStatus.REFUSED, RefusalCode.OTHER),
        ({"status": "canceled"}, ProviderRefundStatus.REFUSED, RefusalCode.OTHER),
    ],
)
async def test_every_state_of_a_refund_has_its_place(
    books: Remembering, provider: StripePayment, told: dict[str, Any], status: ProviderRefundStatus, code: RefusalCode | None
) -> None:
    books.becomes = told
    made = await provider.refund(refund_request())
    assert (made.status, made.refusal_code) == (status, code)
    assert (made.refusal is None) == (code is None)


@pytest.mark.parametrize("status", [409, 429, 500, 503])
async def test_stripe_in_trouble_is_asked_again(books: Remembering, provider: StripePayment, status: int) -> None:
    books.troubles = [JSONResponse({"error": {"message": "later"}}, status, headers={"Retry-After": "7"})]
    error = await partner_error(provider.refund(refund_request()))
    assert (error.type, error.permanent, error.retry_after) == (ErrorType.PARTNER_UNAVAILABLE, False, 7)
    assert len(books.refunds) == 0


async def test_a_no_of_stripes_is_a_refused_refund_in_its_words(books: Remembering, provider: StripePayment) -> None:
    no = {"error": {"code": "charge_already_refunded", "message": "Charge ch_1 has already been refunded."}}
    books.troubles = [JSONResponse(no, 400)]
    made = await provider.refund(refund_request())
    assert (made.status, made.refusal, made.refusal_code) == (
        ProviderRefundStatus.REFUSED,
        "Charge ch_1 has already been refunded.",
        RefusalCode.OTHER,
    )


async def test_stripe_is_not_asked_for_a_way_that_it_does_not_have(books: Remembering, provider: StripePayment) -> None:
    made = await provider.refund(refund_request(to=RefundTo.BALANCE))
    assert (made.status, made.refusal_code, books.refunds) == (ProviderRefundStatus.REFUSED, RefusalCode.OTHER, {})


async def test_a_stripe_that_cannot_be_reached_is_asked_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        provider = StripePayment("sk_test_123", 0.2, f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert (await partner_error(provider.refund(refund_request()))).type is ErrorType.PARTNER_UNAVAILABLE
        await provider.aclose()


@pytest.mark.parametrize(
    ("minor", "currency", "theirs"),
    [
        (129, "USD", 129),
        (129, "JPY", 129),
        (12_340, "KWD", 12_340),
        (12_340, "TND", 12_340),
        (7, "ISK", 700),
        (7, "UGX", 700),
        (900, "MGA", 9),
    ],
)
def test_amounts_are_told_in_stripes_own_unit(minor: int, currency: str, theirs: int) -> None:
    amount = Money(minor=minor, currency=currency)
    assert to_stripe(amount) == theirs
    assert from_stripe(theirs, currency.lower()) == amount


@pytest.mark.parametrize(("minor", "currency"), [(12_345, "KWD"), (5, "OMR"), (950, "MGA")])
async def test_an_amount_that_stripe_does_not_move_is_refused_without_asking(
    books: Remembering, provider: StripePayment, minor: int, currency: str
) -> None:
    refund = await provider.refund(refund_request(minor, currency))
    assert (refund.status, refund.amount.minor, books.refunds) == (ProviderRefundStatus.REFUSED, minor, {})
    assert f"multiples of {'1.00' if currency == 'MGA' else '0.010'} only" in str(refund.refusal)


async def test_every_merchant_is_asked_at_its_own_provider(books: Remembering) -> None:
    usual = FastAPI()

    @usual.get("/payments")
    def none() -> dict[str, Any]:
        return {"payments": []}

    async with serving(application(books)) as stripe_url, serving(usual) as usual_url:
        settings = Settings(
            payment_providers={"M-7": "stripe"}, stripe_key=SecretStr("sk_test_1"), stripe_url=stripe_url, payment_url=usual_url
        )
        partners = Partners.connect(settings)
        found = [await partners.payment.payments("O-1", merchant) for merchant in ("M-7", "M-1", None)]
        assert [len(payments) for payments in found] == [1, 0, 0]
        assert partners.merchants_have_providers
        await partners.aclose()


def test_stripe_without_its_key_is_refused_at_the_start() -> None:
    with pytest.raises(RedressError) as raised:
        Partners.connect(Settings(payment_providers={"M-7": "stripe"}))
    assert raised.value.fault.field == "stripe_key"
