"""What customers pay at Stripe (RES-5), over HTTP: a small Stripe that remembers links and sessions, for what becomes of a charge."""

import itertools
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from adapters.connect import Partners
from adapters.money.stripe import StripePayment
from adapters.money.stripe_charge import StripeCharges
from models.common.base import Money
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.money.charge import Charge, ChargeStatus
from settings import Settings
from tests.support.builders.partner_requests import charge_request
from tests.support.fakes.stripe import serving
from tests.support.refusals import partner_error

MERCHANT = "M-7"


@dataclass
class Till:
    """Payment links with their checkout sessions; the same Idempotency-Key is the same link."""

    links: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    sessions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    troubles: list[JSONResponse] = field(default_factory=list[JSONResponse])
    """The next answers to a new link, which is made all the same."""
    quicker: bool = False
    """Customers go through with a session in the moment in which it is called off."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def begin(self, link_id: str, **change: Any) -> dict[str, Any]:
        """A customer opens the link's page."""
        link = self.link(link_id)
        session = {
            "id": f"cs_{next(self.numbers)}",
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "payment_link": link_id,
            "payment_intent": None,
            "payment_method_types": ["card", "alipay"],
            "amount_total": link["amount"],
            "currency": link["currency"],
            "created": 1_760_000_000,
            "metadata": link["metadata"],
            **change,
        }
        self.sessions.append(session)
        return session

    def pay(self, session: dict[str, Any]) -> None:
        charge = {"object": "charge", "id": "ch_1", "created": 1_760_000_100, "payment_method_details": {"type": "alipay"}}
        intent = {"object": "payment_intent", "id": "pi_9", "status": "succeeded", "latest_charge": charge}
        session.update(status="complete", payment_status="paid", payment_intent=intent)
        self.link(session["payment_link"])["restrictions"]["completed_sessions"]["count"] = 1

    def link(self, link_id: str) -> dict[str, Any]:
        return next(link for link in self.links.values() if link["id"] == link_id)


def application(till: Till) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/payment_links")
    async def create(request: Request) -> Any:
        form = {name: str(value) for name, value in (await request.form()).items()}
        price = "line_items[0][price_data]"
        till.links.setdefault(
            request.headers["Idempotency-Key"],
            {
                "id": f"plink_{next(till.numbers)}",
                "object": "payment_link",
                "active": True,
                "url": "https://buy.stripe.example/1",
                "amount": int(form[f"{price}[unit_amount]"]),
                "currency": form[f"{price}[currency]"],
                "metadata": {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
                "restrictions": {
                    "completed_sessions": {"limit": int(form["restrictions[completed_sessions][limit]"]), "count": 0}
                },
            },
        )
        assert form["payment_intent_data[metadata][order_id]"]  # by which Stripe's search finds the payment
        return till.troubles.pop(0) if till.troubles else till.links[request.headers["Idempotency-Key"]]

    @app.get("/v1/payment_links/{link_id}")
    def look(link_id: str) -> Any:
        found = [link for link in till.links.values() if link["id"] == link_id]
        return (
            found[0] if found else JSONResponse({"error": {"code": "resource_missing", "message": "No such payment_link"}}, 404)
        )

    @app.post("/v1/payment_links/{link_id}")
    async def change(link_id: str, request: Request) -> Any:
        till.link(link_id)["active"] = (await request.form())["active"] != "false"
        return till.link(link_id)

    @app.get("/v1/checkout/sessions")
    def sessions(payment_link: str) -> Any:
        found = [session for session in till.sessions if session["payment_link"] == payment_link]
        return {"object": "list", "data": found, "has_more": False, "url": "/"}

    @app.post("/v1/checkout/sessions/{session_id}/expire")
    def expire(session_id: str) -> Any:
        session = next(session for session in till.sessions if session["id"] == session_id)
        if till.quicker:
            till.pay(session)
        if session["status"] != "open":
            return JSONResponse({"error": {"message": 'Only Checkout Sessions with a status in ["open"] can be expired.'}}, 400)
        session["status"] = "expired"
        return session

    return app


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
async def charges(till: Till) -> AsyncIterator[StripeCharges]:
    async with serving(application(till)) as url:
        provider = StripePayment("sk_test_123", 1, url)
        yield StripeCharges(provider.client)
        await provider.aclose()


async def asked(charges: StripeCharges) -> Charge:
    charge = await charges.charge(charge_request(), MERCHANT)
    assert (charge.status, charge.amount) == (ChargeStatus.PENDING, Money(minor=2_000, currency="USD"))
    assert charge.charge_id is not None
    return charge


async def now(charges: StripeCharges, charge: Charge) -> Charge:
    told = await charges.charge_by_key(charge_request(), MERCHANT, charge.charge_id)
    assert told is not None
    assert (told.key, told.order_id, told.reference, told.charge_id) == (
        charge.key,
        charge.order_id,
        charge.reference,
        charge.charge_id,
    )
    return told


async def test_a_customer_pays_by_a_link_and_it_is_a_payment_of_the_order(till: Till, charges: StripeCharges) -> None:
    charge = await asked(charges)
    assert charge.pay_url == "https://buy.stripe.example/1"
    assert await now(charges, charge) == charge
    till.pay(till.begin(str(charge.charge_id)))
    paid = await now(charges, charge)
    assert (paid.status, paid.payment_id, paid.method) == (ChargeStatus.PAID, "pi_9", "alipay")
    assert paid.payment is not None
    assert (paid.payment.order_id, paid.payment.amount) == ("O-1", Money(minor=2_000, currency="USD"))


async def test_a_charge_whose_answer_got_lost_is_the_same_link_when_it_is_asked_for_again(
    till: Till, charges: StripeCharges
) -> None:
    till.troubles = [JSONResponse({"error": {"message": "oh"}}, 500)]
    assert not (await partner_error(charges.charge(charge_request(), MERCHANT))).permanent
    assert await charges.charge_by_key(charge_request(), MERCHANT, None) is None
    await asked(charges)
    assert len(till.links) == 1


async def test_a_payment_that_failed_may_be_tried_again_at_the_same_link(till: Till, charges: StripeCharges) -> None:
    charge = await asked(charges)
    vain = {"object": "payment_intent", "id": "pi_1", "status": "requires_payment_method", "last_payment_error": {"code": "no"}}
    session = till.begin(str(charge.charge_id), payment_intent=vain)
    failed = await now(charges, charge)
    assert (failed.status, failed.pay_url) == (ChargeStatus.FAILED, charge.pay_url)
    till.pay(session)
    assert (await now(charges, charge)).status is ChargeStatus.PAID


async def test_nobody_can_pay_what_was_called_off(till: Till, charges: StripeCharges) -> None:
    charge = await asked(charges)
    page = till.begin(str(charge.charge_id))
    cancelled = await charges.cancel_charge(charge_request(), MERCHANT, charge.charge_id)
    assert cancelled.status is ChargeStatus.CANCELLED
    assert (till.link(str(charge.charge_id))["active"], page["status"]) == (False, "expired")
    assert (await now(charges, charge)).status is ChargeStatus.CANCELLED
    assert (await charges.cancel_charge(charge_request(), MERCHANT, charge.charge_id)).status is ChargeStatus.CANCELLED


async def test_who_pays_in_the_moment_of_calling_off_has_paid(till: Till, charges: StripeCharges) -> None:
    charge = await asked(charges)
    till.begin(str(charge.charge_id))
    till.quicker = True
    told = await charges.cancel_charge(charge_request(), MERCHANT, charge.charge_id)
    assert (told.status, told.payment_id) == (ChargeStatus.PAID, "pi_9")


async def test_a_charge_of_which_no_link_was_heard_is_called_off_without_a_call(till: Till, charges: StripeCharges) -> None:
    assert (await charges.cancel_charge(charge_request(), MERCHANT, None)).status is ChargeStatus.CANCELLED
    assert till.links == {}


async def test_what_a_bank_is_about_to_pay_is_waited_for(till: Till, charges: StripeCharges) -> None:
    charge = await asked(charges)
    transfer: dict[str, Any] = {"object": "payment_intent", "id": "pi_9", "status": "processing", "last_payment_error": None}
    page = till.begin(str(charge.charge_id), status="complete", payment_intent=transfer)
    assert (await now(charges, charge)).status is ChargeStatus.PENDING
    error: PartnerError = await partner_error(charges.cancel_charge(charge_request(), MERCHANT, charge.charge_id))
    assert (error.type, error.permanent) == (ErrorType.PARTNER_UNAVAILABLE, False)
    assert error.retry_after
    page["payment_intent"] = {**transfer, "status": "requires_payment_method"}
    assert (await charges.cancel_charge(charge_request(), MERCHANT, charge.charge_id)).status is ChargeStatus.CANCELLED


async def test_a_link_that_stripe_does_not_know_says_nothing_and_a_stripe_that_is_away_is_asked_again(
    charges: StripeCharges,
) -> None:
    assert await charges.charge_by_key(charge_request(), MERCHANT, "plink_unknown") is None
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = StripePayment("sk_test_123", 0.2, f"http://127.0.0.1:{silent.getsockname()[1]}")
        error = await partner_error(StripeCharges(away.client).charge(charge_request(), MERCHANT))
        await away.aclose()
    assert error.type is ErrorType.PARTNER_UNAVAILABLE


async def test_an_amount_that_stripe_cannot_take_is_refused_for_good(charges: StripeCharges) -> None:
    odd = charge_request().model_copy(update={"amount": Money(minor=150, currency="MGA")})
    assert (await partner_error(charges.charge(odd, MERCHANT))).permanent


async def test_every_merchants_customers_pay_at_its_own_provider(till: Till) -> None:
    usual = FastAPI()
    asked_there: list[str] = []

    @usual.post("/charges")
    async def charge(request: Request) -> Any:
        order = await request.json()
        asked_there.append(order["key"])
        named = {name: order[name] for name in ("key", "order_id", "amount", "reference")}
        return {**named, "status": "pending", "pay_url": "https://pay.example/1"}

    async with serving(application(till)) as stripe_url, serving(usual) as usual_url:
        settings = Settings(
            payment_providers={MERCHANT: "stripe"},
            stripe_key=SecretStr("sk_test_1"),
            stripe_url=stripe_url,
            payment_url=usual_url,
        )
        partners = Partners.connect(settings)
        urls = [(await partners.charges.charge(charge_request(), merchant)).pay_url for merchant in (MERCHANT, "M-1")]
        await partners.aclose()
    assert urls == ["https://buy.stripe.example/1", "https://pay.example/1"]
    assert asked_there == [charge_request().key]
