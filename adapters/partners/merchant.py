"""The merchants' order systems over HTTP: docs/partners/merchant.yaml."""

from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.common.partners import Order, StatementRequest
from models.replacements.partner import Variant, Variants


class HttpMerchant:
    """A `Merchant`."""

    def __init__(self, http: PartnerHttp) -> None:
        self._http = http

    async def order(self, order_id: str) -> Order | None:
        order = await self._http.read(f"/orders/{quote(order_id, safe='')}", Order)
        if order is not None and order.order_id != order_id:
            raise self._http.invalid_response(f"asked for order {order_id}, it tells of {order.order_id}")
        if order is not None and order.freight.currency != order.total.currency:
            raise self._http.invalid_response(
                f"order {order_id} costs {order.total.currency}, its freight {order.freight.currency}"
            )
        return order

    async def variants(self, order_id: str, line_id: str) -> tuple[Variant, ...] | None:
        path = f"/orders/{quote(order_id, safe='')}/variants"
        told = await self._http.read(path, Variants, optional=True, line_id=line_id)
        if told is not None and (told.order_id, told.line_id) != (order_id, line_id):
            raise self._http.invalid_response(
                f"asked for variants of {line_id} of order {order_id}, it tells of {told.line_id} of {told.order_id}"
            )
        return told and told.variants

    async def ask(self, request: StatementRequest) -> None:
        await self._http.write("/statements", request, request.key)
