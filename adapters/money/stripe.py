"""Stripe as a payment provider (RES-5): payments are payment intents with `order_id` in their metadata; docs/money.md.

Our key goes along as Stripe's Idempotency-Key, and in the refund's metadata, by which it is found again when the answer got lost.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import stripe

from adapters.partners.circuit import Circuit
from adapters.partners.http import COME_BACK, LONGEST_WORDS, seconds_of
from models.common.base import Money
from models.common.currencies import in_units, payable
from models.common.errors import PartnerError
from models.common.partners import Payment, PaymentStatus, ProviderRefundStatus, Refund, RefundRequest, RefundTo, RefusalCode
from models.common.vocabulary import ErrorType

API = "https://api.stripe.com"
MOST = 100
"""Of a list, at once; further pages follow."""
PAID = {"succeeded": PaymentStatus.CAPTURED, "canceled": PaymentStatus.FAILED}
"""Every other state may still become one of these."""
STATUSES = {
    "pending": ProviderRefundStatus.ACCEPTED,
    "requires_action": ProviderRefundStatus.ACCEPTED,
    "succeeded": ProviderRefundStatus.ARRIVED,
    "failed": ProviderRefundStatus.REFUSED,
    "canceled": ProviderRefundStatus.REFUSED,
}
REFUSALS = {
    "expired_or_canceled_card": RefusalCode.CARD_EXPIRED,
    "lost_or_stolen_card": RefusalCode.CARD_EXPIRED,
    "expired_card": RefusalCode.CARD_EXPIRED,
    "account_closed": RefusalCode.ACCOUNT_CLOSED,
    "bank_account_unusable": RefusalCode.ACCOUNT_CLOSED,
    "insufficient_funds": RefusalCode.INSUFFICIENT_FUNDS,
    "balance_insufficient": RefusalCode.INSUFFICIENT_FUNDS,
}
"""Stripe's `failure_reason` of a refund, or `code` of an error."""
SHIFTED = {"ISK": 2, "UGX": 2, "MGA": -2}
"""Currencies that Stripe counts in another unit than ISO 4217 does: by so many decimals more (docs.stripe.com/currencies)."""


class StripePayment:
    """A `PaymentProvider`."""

    def __init__(self, key: str, timeout: float, url: str = API, *, circuit: Circuit | None = None) -> None:
        self.circuit = circuit or Circuit("stripe")
        self._calls = _Calls(timeout, self.circuit)
        self.client = stripe.StripeClient(
            key, base_addresses={"api": url.rstrip("/")}, http_client=self._calls, max_network_retries=0
        )

    async def aclose(self) -> None:
        await self._calls.close_async()

    async def payments(self, order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        """Stripe's search may be a minute behind; a case opened that soon after paying sees the payment at its next look."""
        try:
            found = await self.client.v1.payment_intents.search_async(
                {"query": f"metadata['order_id']:{_quoted(order_id)}", "limit": MOST, "expand": ["data.latest_charge"]}
            )
            intents = [
                *{intent.id: intent async for intent in found.auto_paging_iter()}.values()
            ]  # pages of a search may overlap
            refunds = await asyncio.gather(*(self._refunds(intent.id) for intent in intents))
        except stripe.StripeError as error:
            raise trouble_of(error) from error
        paid = [_payment(order_id, intent, given) for intent, given in zip(intents, refunds, strict=True)]
        return tuple(
            sorted(paid, key=lambda payment: (payment.captured_at or datetime.max.replace(tzinfo=UTC), payment.payment_id))
        )

    async def refund(self, order: RefundRequest, merchant_id: str | None = None) -> Refund:
        if order.to is not RefundTo.ORIGINAL:
            return _refused(order, "Stripe 只能原路退回 Stripe gives money back only to where it came from.", RefusalCode.OTHER)
        try:
            amount = to_stripe(order.amount)
        except PartnerError as error:
            return _refused(order, str(error), RefusalCode.OTHER)
        metadata = {"key": order.key, "case_id": order.reference, "order_id": order.order_id, "reason": order.reason}
        try:
            made = await self.client.v1.refunds.create_async(
                {
                    "payment_intent": order.payment_id,
                    "amount": amount,
                    "reason": "requested_by_customer",
                    "metadata": metadata,
                },
                {"idempotency_key": order.key},
            )
        except stripe.StripeError as error:
            trouble = trouble_of(error)
            if not trouble.permanent:
                raise trouble from error
            return _refused(order, str(trouble), REFUSALS.get(error.code or "", RefusalCode.OTHER))
        refund = refund_of(made, metadata | {"payment_id": order.payment_id})
        if refund.amount != order.amount:
            raise invalid_response(f"asked for {order.amount.minor} {order.amount.currency} back, it tells of another amount")
        return refund

    async def refund_by_key(self, key: str, payment_id: str, merchant_id: str | None = None) -> Refund | None:
        try:
            known = await self._refunds(payment_id)
        except stripe.StripeError as error:
            trouble = trouble_of(error)
            if trouble.type is ErrorType.NOT_FOUND:
                return None
            raise trouble from error
        return next(
            (refund_of(refund, {"payment_id": payment_id}) for refund in known if metadata_of(refund).get("key") == key), None
        )

    async def _refunds(self, payment_id: str) -> list[stripe.Refund]:
        found = await self.client.v1.refunds.list_async({"payment_intent": payment_id, "limit": MOST})
        return [refund async for refund in found.auto_paging_iter()]


def _quoted(text: str) -> str:
    """A value of Stripe's search language."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def refund_of(refund: stripe.Refund, usual: Mapping[str, str] | None = None) -> Refund:
    """Stripe's refund in our words; `usual` stands in for what it does not tell."""
    told = {**(usual or {}), **metadata_of(refund)}
    status = STATUSES.get(refund.status or "pending")
    payment_id = id_of(refund.payment_intent) or told.get("payment_id") or id_of(refund.charge)
    if status is None or payment_id is None:
        raise invalid_response(f"refund {refund.id} of {payment_id} is {refund.status}")
    reason = getattr(refund, "failure_reason", None) or refund.status
    refused = status is ProviderRefundStatus.REFUSED
    return Refund(
        refund_id=refund.id,
        key=told.get("key", refund.id),
        payment_id=payment_id,
        order_id=told.get("order_id", payment_id),
        amount=from_stripe(refund.amount, refund.currency),
        status=status,
        reference=told.get("case_id", ""),
        refusal=f"Stripe: {reason}" if refused else None,
        refusal_code=REFUSALS.get(str(reason), RefusalCode.OTHER) if refused else None,
        requested_at=datetime.fromtimestamp(refund.created, UTC),
    )


def to_stripe(amount: Money) -> int:
    """The amount as Stripe counts it. Raises PartnerError (PARTNER_REFUSED) for one that Stripe does not move."""
    least = payable(amount.currency)
    if amount.minor % least:
        figure = in_units(least, amount.currency)
        words = f"Stripe 只收付 {amount.currency} {figure} 的整数倍 Stripe moves {amount.currency} in multiples of {figure} only."
        raise PartnerError(ErrorType.PARTNER_REFUSED, words)
    shift = SHIFTED.get(amount.currency, 0)
    return amount.minor * 10**shift if shift >= 0 else amount.minor // 10**-shift


def from_stripe(amount: int, currency: str) -> Money:
    shift = SHIFTED.get(currency.upper(), 0)
    return Money(minor=amount // 10**shift if shift >= 0 else amount * 10**-shift, currency=currency.upper())


class _Calls(stripe.HTTPClient):
    """How Stripe's library calls: one pool of connections, and one time limit for each call as a whole."""

    name = "httpx"

    def __init__(self, timeout: float, circuit: Circuit) -> None:
        super().__init__()
        self._circuit = circuit
        self._seconds = timeout
        self._client = httpx.AsyncClient(timeout=timeout)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | bytes | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        with self._circuit.guard() as call:
            try:
                async with asyncio.timeout(self._seconds):
                    response = await self._client.request(method.upper(), url, headers=dict(headers), content=post_data)
            except (httpx.RequestError, TimeoutError) as error:
                call.alive = False
                raise stripe.APIConnectionError(type(error).__name__) from error
            call.alive = not httpx.codes.is_server_error(response.status_code)
        return response.content, response.status_code, response.headers

    async def close_async(self) -> None:
        await self._client.aclose()


def _payment(order_id: str, intent: stripe.PaymentIntent, refunds: list[stripe.Refund]) -> Payment:
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    status = PAID.get(intent.status, PaymentStatus.PENDING)
    captured = status is PaymentStatus.CAPTURED
    details = charge.payment_method_details if charge else None
    usual = {"payment_id": intent.id, "order_id": order_id}
    return Payment(
        payment_id=intent.id,
        order_id=order_id,
        method=details.type if details else next(iter(intent.payment_method_types), "card"),
        status=status,
        amount=from_stripe(intent.amount_received if captured else intent.amount, intent.currency),
        captured_at=datetime.fromtimestamp(charge.created if charge else intent.created, UTC) if captured else None,
        refunds=tuple(refund_of(refund, usual) for refund in refunds),
    )


def _refused(order: RefundRequest, words: str, code: RefusalCode) -> Refund:
    """A no that Stripe keeps no record of."""
    return Refund(
        refund_id=f"none:{order.key}"[:100],
        key=order.key,
        payment_id=order.payment_id,
        order_id=order.order_id,
        amount=order.amount,
        status=ProviderRefundStatus.REFUSED,
        reference=order.reference,
        to=order.to,
        refusal=words,
        refusal_code=code,
    )


def trouble_of(error: stripe.StripeError) -> PartnerError:
    """What went wrong, as our error: to be retried, or a permanent refusal."""
    status, words = error.http_status, (error.user_message or type(error).__name__)[:LONGEST_WORDS]
    if status is None:
        return PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"stripe cannot be reached ({words})")
    ours = isinstance(error, (stripe.AuthenticationError, stripe.PermissionError))
    busy = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in COME_BACK or status == HTTPStatus.CONFLICT
    if ours or (busy and not isinstance(error, stripe.IdempotencyError)):
        hint = "; is REDRESS_STRIPE_KEY right?" if ours else ""
        headers = error.headers or {}
        retry_after = seconds_of(headers.get("retry-after"))
        return PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"stripe answers {status}: {words}{hint}", retry_after=retry_after)
    return PartnerError(ErrorType.NOT_FOUND if status == HTTPStatus.NOT_FOUND else ErrorType.PARTNER_REFUSED, words)


def invalid_response(what: str) -> PartnerError:
    """An answer that Stripe's own contract rules out."""
    return PartnerError(ErrorType.PARTNER_INVALID_RESPONSE, f"invalid response from stripe: {what}")


def metadata_of(thing: stripe.StripeObject) -> dict[str, str]:
    told: dict[str, Any] = thing.to_dict()
    return {**(told.get("metadata") or {})}


def id_of(thing: Any) -> str | None:  # noqa: ANN401  # an id, or the whole object where it was expanded
    return thing if isinstance(thing, str) else getattr(thing, "id", None)
