"""A payment provider over HTTP: docs/partners/payment.yaml."""

from typing import Annotated
from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.common.partners import FromPartner, Payment, Refund, RefundRequest, each_once


class Payments(FromPartner):
    payments: Annotated[tuple[Payment, ...], each_once("payment_id")]


class HttpPayment:
    """A `PaymentProvider`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def payments(self, order_id: str, merchant_id: str | None = None) -> tuple[Payment, ...]:
        answer = await self._http.read("/payments", Payments, order_id=order_id)
        found = answer.payments if answer else ()
        if any(payment.order_id != order_id for payment in found):
            raise self._http.invalid_response(f"asked for payments of order {order_id}, it tells of another's")
        return found

    async def refund(self, order: RefundRequest, merchant_id: str | None = None) -> Refund:
        refund = self._http.parse(await self._http.write("/refunds", order, order.key), Refund)
        if (refund.key, refund.payment_id, refund.amount) != (order.key, order.payment_id, order.amount):
            raise self._http.invalid_response(f"asked for refund {order.key}, it tells of another key, payment or amount")
        return refund

    async def refund_by_key(self, key: str, payment_id: str, merchant_id: str | None = None) -> Refund | None:
        refund = await self._http.read(f"/refunds/{quote(key, safe='')}", Refund)
        if refund is not None and (refund.key, refund.payment_id) != (key, payment_id):
            raise self._http.invalid_response(
                f"asked for refund {key} of {payment_id}, it tells of {refund.key} of {refund.payment_id}"
            )
        return refund
