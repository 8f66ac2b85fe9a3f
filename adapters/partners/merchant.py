"""The merchants' order systems over HTTP: docs/partners/merchant.yaml."""

from collections import Counter
from urllib.parse import quote

from adapters.partners.http import PartnerHttp
from models.common.partners import Order, OrderLine, StatementRequest
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
        if order is not None and (fault := _fault_of(order.lines, order.total.currency)):
            raise self._http.invalid_response(f"order {order_id}: {fault}")
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


def _fault_of(lines: tuple[OrderLine, ...], currency: str) -> str | None:
    """Why nobody can say what of an order costs how much."""
    twice = next((line_id for line_id, count in Counter(line.line_id for line in lines).items() if count > 1), None)
    if twice is not None:
        return f"two lines are {twice}"
    other = next((line for line in lines if line.paid.currency != currency), None)
    return f"it costs {currency}, its line {other.line_id} {other.paid.currency}" if other else None
